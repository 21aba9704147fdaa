import Foundation

/// Fields one after the other: numbers of 8 bytes, least first, and bytes behind their count.
public struct FieldWriter {
    public private(set) var bytes: ArraySlice<UInt8> = []

    public init() {}

    public mutating func add(_ number: Int) {
        withUnsafeBytes(of: Int64(number).littleEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func add(_ text: String) {
        add(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    public mutating func add(_ content: ArraySlice<UInt8>) {
        add(content.count)
        bytes.append(contentsOf: content)
    }
}

/// Takes fields apart again; nil for what is not there.
public struct FieldReader {
    // of `Data`, each look at its bytes would be checked for others that write
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    public var isAtEnd: Bool { place == bytes.endIndex }

    public mutating func number() -> Int? {
        guard bytes.endIndex - place >= 8 else { return nil }
        defer { place += 8 }
        let start = place - bytes.startIndex
        return bytes.withUnsafeBytes { Int(Int64(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Int64.self))) }
    }

    public mutating func content() -> ArraySlice<UInt8>? {
        guard let count = size() else { return nil }
        defer { place += count }
        return bytes[place..<place + count]
    }

    public mutating func text() -> String? {
        guard let count = size() else { return nil }
        defer { place += count }
        let start = place - bytes.startIndex
        return bytes.withUnsafeBytes { String(decoding: $0[start..<start + count], as: UTF8.self) }
    }

    private mutating func size() -> Int? {
        guard let count = number(), count >= 0, count <= bytes.endIndex - place else { return nil }
        return count
    }
}
