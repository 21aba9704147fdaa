import Faults
import Foundation
import StrictJSON

/// A safetensors file, checked when it is opened and mapped while it is used.
///
/// Opening reads only the header. A tensor's bytes are touched when they are asked for.
public final class SafetensorsFile: Sendable {
    public let url: URL
    /// The free text of `__metadata__`; empty when there is none.
    public let metadata: [String: String]
    /// In the order of their bytes.
    public let entries: [TensorEntry]

    /// That of the format, in bytes.
    public static let headerLimit = SafetensorsHeader.sizeLimit

    private let places: [ByteText: Int]
    private let mapping: MappedFile
    private let dataStart: Int

    /// - Parameter headerLimit: what the header may take in bytes, where the format's own limit is far above what the file is for.
    /// - Throws: `SafetensorsError` for everything the format forbids, `FileError` when the file cannot be opened.
    public init(opening url: URL, headerLimit: Int = SafetensorsFile.headerLimit) throws {
        let mapping = try MappedFile(url)
        let headerCount = try Self.headerCount(mapping, limit: headerLimit)
        let dataStart = 8 + headerCount
        let header = try mapping.withBytes(8..<dataStart) { bytes throws(SafetensorsError) in
            try SafetensorsHeader(parsing: bytes, dataCount: mapping.count - dataStart, file: url)
        }
        self.url = url
        self.mapping = mapping
        self.dataStart = dataStart
        metadata = header.metadata
        entries = header.entries
        places = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { (ByteText($1.name), $0) })
    }

    private static func headerCount(_ mapping: MappedFile, limit: Int) throws(SafetensorsError) -> Int {
        guard mapping.count >= 8 else { throw SafetensorsError(.tooShort(bytes: mapping.count), file: mapping.url) }
        let claimed = mapping.withBytes(0..<8) { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard claimed <= UInt64(limit) else {
            throw SafetensorsError(.headerTooLarge(bytes: claimed, limit: limit), file: mapping.url)
        }
        guard 8 + Int(claimed) <= mapping.count else {
            throw SafetensorsError(.headerBeyondFile(bytes: Int(claimed), fileBytes: mapping.count), file: mapping.url)
        }
        return Int(claimed)
    }

    public var names: [String] { entries.map(\.name) }

    /// What the header says of a tensor; nil when the file has none of that name.
    public func entry(named name: String) -> TensorEntry? { places[ByteText(name)].map { entries[$0] } }

    /// The tensor's bytes as they lie in the file, without a copy.
    public func bytes(named name: String) throws(SafetensorsError) -> Data { data(of: try required(name)) }

    /// The tensor as float32; F32, F16, BF16 and F64 can be read.
    public func float32(named name: String) throws(SafetensorsError) -> [Float] {
        let entry = try required(name)
        return try float32(of: entry, elements: 0..<entry.elementCount)
    }

    func required(_ name: String) throws(SafetensorsError) -> TensorEntry {
        guard let entry = entry(named: name) else {
            throw SafetensorsError(.missingTensor(nearest: nearestName(to: name, among: names)), file: url, tensor: name)
        }
        return entry
    }

    /// A matrix of brain floats as it lies in the file; nil when the tensor is of another type or lies at an odd place.
    func brainFloats(of entry: TensorEntry, rows: Int, columns: Int) -> BrainFloatMatrix? {
        let offset = place(entry.byteRange).lowerBound
        guard entry.dtype == .bf16, offset.isMultiple(of: 2) else { return nil }
        return BrainFloatMatrix(mapping, offset: offset, rows: rows, columns: columns)
    }

    func data(of entry: TensorEntry) -> Data { mapping.data(place(entry.byteRange)) }

    /// Gives back the memory of the pages that a tensor was read from.
    func release(_ entry: TensorEntry) { pages(of: entry).release() }

    /// Where a tensor lies.
    func pages(of entry: TensorEntry) -> MappedRange { MappedRange(file: mapping, bytes: place(entry.byteRange)) }

    /// Part of a tensor, counted in elements, as float32.
    func float32(of entry: TensorEntry, elements: Range<Int>) throws(SafetensorsError) -> [Float] {
        var floats = [Float](repeating: 0, count: elements.count)
        let outcome = floats.withUnsafeMutableBufferPointer { floats in
            Result { () throws(SafetensorsError) in try read(entry, elements: elements, into: floats) }
        }
        try outcome.get()
        return floats
    }

    /// Overwrites `floats` with part of a tensor, counted in elements.
    func read(
        _ entry: TensorEntry, elements: Range<Int>, into floats: UnsafeMutableBufferPointer<Float>
    ) throws(SafetensorsError) {
        guard let type = FloatType(entry.dtype) else {
            throw SafetensorsError(.noNumbers(entry.dtype), file: url, tensor: entry.name)
        }
        let start = entry.byteRange.lowerBound
        let range = start + elements.lowerBound * type.byteCount..<start + elements.upperBound * type.byteCount
        mapping.withBytes(place(range)) { type.widen($0, into: floats) }
    }

    private func place(_ range: Range<Int>) -> Range<Int> { dataStart + range.lowerBound..<dataStart + range.upperBound }
}
