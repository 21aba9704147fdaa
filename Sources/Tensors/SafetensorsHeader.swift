import Foundation
import StrictJSON

/// A parsed and checked safetensors header: every byte of the data area belongs to exactly one tensor.
struct SafetensorsHeader: Sendable {
    /// That of the format.
    static let sizeLimit = 100_000_000
    static let dimensionLimit = 16
    static let nameLimit = 4096
    private static let metadataKey = "__metadata__"

    let metadata: [String: String]
    /// In the order of their bytes.
    let entries: [TensorEntry]

    /// - Parameters:
    ///   - bytes: The JSON text, without the eight bytes of its length.
    ///   - dataCount: Bytes that follow the header.
    ///   - file: Only named in errors.
    init(parsing bytes: UnsafeRawBufferPointer, dataCount: Int, file: URL) throws(SafetensorsError) {
        // The format asks for '{' as the very first byte, so that no other kind of file can pass for one.
        guard bytes.first == UInt8(ascii: "{") else { throw SafetensorsError(.headerNotObject, file: file) }
        let object = try Self.object(bytes, file)
        metadata = try Self.metadata(object[Self.metadataKey], file)
        var entries: [TensorEntry] = []
        entries.reserveCapacity(object.count)
        for (name, value) in object.members where ByteText(name) != ByteText(Self.metadataKey) {
            entries.append(try Self.entry(name, value, file))
        }
        // Tensors without bytes share their place with the next one, hence the second key.
        entries.sort {
            ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
        }
        try Self.checkCover(entries, dataCount: dataCount, file)
        self.entries = entries
    }

    private static func object(_ bytes: UnsafeRawBufferPointer, _ file: URL) throws(SafetensorsError) -> JSONObject {
        do {
            guard case .object(let object) = try JSONValue(parsing: bytes, depthLimit: 32) else {
                throw SafetensorsError(.headerNotObject, file: file)
            }
            return object
        } catch let error as JSONError {
            throw SafetensorsError(.headerNotJSON(error), file: file)
        } catch {
            throw SafetensorsError(.headerNotObject, file: file)
        }
    }

    private static func metadata(_ value: JSONValue?, _ file: URL) throws(SafetensorsError) -> [String: String] {
        guard let value, !value.isNull else { return [:] }
        guard let object = value.objectValue else { throw SafetensorsError(.badMetadata(key: metadataKey), file: file) }
        var metadata: [String: String] = [:]
        for (key, value) in object.members {
            guard let text = value.stringValue else { throw SafetensorsError(.badMetadata(key: key), file: file) }
            metadata[key] = text
        }
        return metadata
    }

    private static func entry(_ name: String, _ value: JSONValue, _ file: URL) throws(SafetensorsError) -> TensorEntry {
        func failure(_ reason: SafetensorsError.Reason) -> SafetensorsError {
            SafetensorsError(reason, file: file, tensor: name)
        }
        guard !name.isEmpty, name.utf8.count <= nameLimit, !name.utf8.contains(0) else { throw failure(.badName) }
        guard let dtypeName = value["dtype"]?.stringValue else { throw failure(.badField("dtype")) }
        guard let dtype = TensorDType(rawValue: dtypeName) else { throw failure(.unknownDType(dtypeName)) }
        guard let shape = naturals(value["shape"]) else { throw failure(.badField("shape")) }
        guard shape.count <= dimensionLimit else { throw failure(.tooManyDimensions(shape.count, limit: dimensionLimit)) }
        guard let offsets = naturals(value["data_offsets"]), offsets.count == 2 else { throw failure(.badField("data_offsets")) }
        let (begin, end) = (offsets[0], offsets[1])
        guard begin <= end else { throw failure(.reversedRange(begin: begin, end: end)) }
        guard let size = dtype.byteCount(of: shape) else { throw failure(.sizeOverflow(shape: shape, dtype)) }
        guard size == end - begin else {
            throw failure(.sizeMismatch(expected: size, found: end - begin, shape: shape, dtype))
        }
        return TensorEntry(name: name, dtype: dtype, shape: shape, byteRange: begin..<end)
    }

    /// A list of integers that are not negative; nil for anything else.
    private static func naturals(_ value: JSONValue?) -> [Int]? {
        guard let elements = value?.arrayValue else { return nil }
        let numbers = elements.compactMap(\.intValue)
        return numbers.count == elements.count && numbers.allSatisfy({ $0 >= 0 }) ? numbers : nil
    }

    /// Sorted ranges must follow each other without a gap from the first byte to the last.
    private static func checkCover(_ entries: [TensorEntry], dataCount: Int, _ file: URL) throws(SafetensorsError) {
        var covered = 0
        var previous = ""
        for entry in entries {
            let range = entry.byteRange
            guard range.upperBound <= dataCount else {
                throw SafetensorsError(.beyondData(end: range.upperBound, dataBytes: dataCount), file: file, tensor: entry.name)
            }
            guard range.lowerBound >= covered else {
                throw SafetensorsError(.overlap(with: previous), file: file, tensor: entry.name)
            }
            guard range.lowerBound == covered else {
                throw SafetensorsError(.hole(at: covered, until: range.lowerBound), file: file, tensor: entry.name)
            }
            covered = range.upperBound
            previous = entry.name
        }
        guard covered == dataCount else {
            throw SafetensorsError(.trailingData(end: covered, dataBytes: dataCount), file: file)
        }
    }
}
