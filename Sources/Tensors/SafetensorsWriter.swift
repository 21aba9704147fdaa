import DurableFiles
import Foundation
import StrictJSON

/// Writes safetensors in the canonical form: the same tensors always give the same bytes.
///
/// Tensors are sorted by dtype (widest alignment first), then by the bytes of their names; metadata by its keys. The header is padded
/// with spaces to a multiple of eight, so each tensor is aligned to its elements.
public enum SafetensorsWriter {
    /// What Hugging Face loaders expect to find.
    public static let standardMetadata = ["format": "pt"]

    /// Replaces `url`: the file appears whole or not at all.
    ///
    /// - Throws: `SafetensorsError` for a name used twice or bytes that do not fill the shape, `FileError` when the disk refuses.
    public static func write(_ tensors: [NamedTensor], metadata: [String: String] = standardMetadata, to url: URL) throws {
        try DurableFile.write(try encoded(tensors, metadata: metadata, file: url), to: url)
    }

    /// The file's bytes; `file` is only named in errors.
    public static func encoded(
        _ tensors: [NamedTensor], metadata: [String: String] = standardMetadata, file: URL
    ) throws(SafetensorsError) -> Data {
        let ordered = try canonicalOrder(tensors, file)
        let header = try header(of: ordered, metadata, file)
        var data = Data(capacity: 8 + header.count + ordered.reduce(0) { $0 + $1.bytes.count })
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
        data.append(header)
        for tensor in ordered { data.append(tensor.bytes) }
        return data
    }

    private static func canonicalOrder(_ tensors: [NamedTensor], _ file: URL) throws(SafetensorsError) -> [NamedTensor] {
        let ordered = tensors.sorted { first, second in
            first.dtype == second.dtype
                ? first.name.utf8.lexicographicallyPrecedes(second.name.utf8) : first.dtype.rank > second.dtype.rank
        }
        var names: Set<ByteText> = []
        for tensor in ordered {
            guard names.insert(ByteText(tensor.name)).inserted else {
                throw SafetensorsError(.duplicateName, file: file, tensor: tensor.name)
            }
            let expected = tensor.dtype.byteCount(of: tensor.shape)
            guard expected == tensor.bytes.count else {
                throw SafetensorsError(
                    .wrongByteCount(expected: expected, found: tensor.bytes.count), file: file, tensor: tensor.name)
            }
        }
        return ordered
    }

    private static func header(
        of tensors: [NamedTensor], _ metadata: [String: String], _ file: URL
    ) throws(SafetensorsError) -> Data {
        var object = JSONObject()
        if !metadata.isEmpty {
            let keys = metadata.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            object["__metadata__"] = .object(JSONObject(keys.map { ($0, .string(metadata[$0] ?? "")) }))
        }
        var offset = 0
        for tensor in tensors {
            let end = offset + tensor.bytes.count
            object[tensor.name] = [
                "dtype": .string(tensor.dtype.rawValue), "shape": .array(tensor.shape.map { .integer($0) }),
                "data_offsets": [.integer(offset), .integer(end)],
            ]
            offset = end
        }
        var header = JSONValue.object(object).data()
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        guard header.count <= SafetensorsHeader.sizeLimit else {
            throw SafetensorsError(.headerTooLargeToWrite(bytes: header.count, limit: SafetensorsHeader.sizeLimit), file: file)
        }
        return header
    }
}
