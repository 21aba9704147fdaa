import Foundation

/// Fields one after the other: numbers of 8 bytes, least first, and bytes behind their count.
public struct FieldWriter {
    public private(set) var data = Data()

    public init() {}

    public mutating func add(_ number: Int) {
        withUnsafeBytes(of: Int64(number).littleEndian) { data.append(contentsOf: $0) }
    }

    public mutating func add(_ text: String) { add(Data(text.utf8)) }

    public mutating func add(_ bytes: Data) {
        add(bytes.count)
        data.append(bytes)
    }
}

/// Takes fields apart again; nil for what is not there.
public struct FieldReader {
    private let data: Data
    private var place: Data.Index

    public init(_ data: Data) {
        self.data = data
        place = data.startIndex
    }

    public var isAtEnd: Bool { place == data.endIndex }

    public mutating func number() -> Int? {
        guard data.endIndex - place >= 8 else { return nil }
        defer { place += 8 }
        let start = place - data.startIndex
        return data.withUnsafeBytes { Int(Int64(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Int64.self))) }
    }

    public mutating func bytes() -> Data? {
        guard let count = size() else { return nil }
        defer { place += count }
        return data[place..<place + count]
    }

    public mutating func text() -> String? {
        guard let count = size() else { return nil }
        defer { place += count }
        let start = place - data.startIndex
        return data.withUnsafeBytes { String(decoding: $0[start..<start + count], as: UTF8.self) }
    }

    private mutating func size() -> Int? {
        guard let count = number(), count >= 0, count <= data.endIndex - place else { return nil }
        return count
    }
}
