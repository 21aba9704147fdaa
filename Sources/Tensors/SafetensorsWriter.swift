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
        let bytes = Dictionary(tensors.map { (ByteText($0.name), $0.bytes) }) { first, _ in first }
        try write(tensors.map(\.description), metadata: metadata, to: url) { bytes[ByteText($0.name)] ?? Data() }
    }

    /// The same for tensors whose bytes are made one after the other, when their turn comes.
    ///
    /// - Parameter keepsOrder: writes them as they are given, so that those which are made together stand together.
    public static func write(
        _ tensors: [TensorDescription], metadata: [String: String] = standardMetadata, to url: URL, keepsOrder: Bool = false,
        bytes: (TensorDescription) throws -> Data
    ) throws {
        try write(tensors, metadata: metadata, to: url, keepsOrder: keepsOrder) { tensor in
            var whole: Data? = try bytes(tensor)
            return { whole.take() }
        }
    }

    /// The same for tensors too large to stand in memory.
    ///
    /// - Parameter pieces: what hands over the bytes of a tensor, one part after the other, and nil behind the last.
    public static func write(
        _ tensors: [TensorDescription], metadata: [String: String] = standardMetadata, to url: URL, keepsOrder: Bool = false,
        pieces: (_ tensor: TensorDescription) throws -> () throws -> Data?
    ) throws {
        let canonical = try canonicalOrder(tensors, url)
        let ordered = keepsOrder ? tensors : canonical
        let header = try header(of: ordered, metadata, url)
        try DurableFile.write(to: url) { append in
            try append(withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) })
            try append(header)
            for tensor in ordered {
                var count = 0
                let next = try pieces(tensor)
                while let piece = try next() {
                    count += piece.count
                    try append(piece)
                }
                guard count == tensor.byteCount else {
                    throw SafetensorsError(
                        .wrongByteCount(expected: tensor.byteCount, found: count), file: url, tensor: tensor.name)
                }
            }
        }
    }

    private static func canonicalOrder(
        _ tensors: [TensorDescription], _ file: URL
    ) throws(SafetensorsError) -> [TensorDescription] {
        let ordered = tensors.sorted { first, second in
            first.dtype == second.dtype
                ? first.name.utf8.lexicographicallyPrecedes(second.name.utf8) : first.dtype.rank > second.dtype.rank
        }
        var names: Set<ByteText> = []
        for tensor in ordered {
            guard names.insert(ByteText(tensor.name)).inserted else {
                throw SafetensorsError(.duplicateName, file: file, tensor: tensor.name)
            }
            guard tensor.byteCount != nil else {
                throw SafetensorsError(.sizeOverflow(shape: tensor.shape, tensor.dtype), file: file, tensor: tensor.name)
            }
        }
        return ordered
    }

    private static func header(
        of tensors: [TensorDescription], _ metadata: [String: String], _ file: URL
    ) throws(SafetensorsError) -> Data {
        var object = JSONObject()
        if !metadata.isEmpty {
            let keys = metadata.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            object["__metadata__"] = .object(JSONObject(keys.map { ($0, .string(metadata[$0] ?? "")) }))
        }
        var offset = 0
        for tensor in tensors {
            let end = offset + (tensor.byteCount ?? 0)
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
