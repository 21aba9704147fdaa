import Foundation

/// The 512 bytes before an entry: numbers are octal digits, texts end with a zero byte unless they fill their place.
struct TarHeader {
    enum EntryType: UInt8 {
        case file = 0x30  // "0"
        case folder = 0x35  // "5"
        case extended = 0x78  // "x"
    }

    static let nameSize = 100
    static let prefixSize = 155

    let name: String
    let prefix: String
    let type: EntryType
    let size: Int
    let mode: Int
    let modified: Int

    init(name: String, prefix: String, type: EntryType, size: Int, _ entry: TarEntry) {
        (self.name, self.prefix, self.type, self.size) = (name, prefix, type, size)
        (mode, modified) = (entry.mode, entry.modified)
    }

    var block: Data {
        var block = Data(count: TarEntry.blockSize)
        func put(_ bytes: some Sequence<UInt8>, at place: Int) {
            for (offset, byte) in bytes.enumerated() { block[place + offset] = byte }
        }
        func put(octal value: Int, digits: Int, at place: Int) {
            let text = String(value, radix: 8)
            put((String(repeating: "0", count: digits - text.count) + text).utf8, at: place)
        }
        put(name.utf8, at: 0)
        put(octal: mode, digits: 7, at: 100)
        // whoever unpacks an archive owns what is in it
        put(octal: 0, digits: 7, at: 108)
        put(octal: 0, digits: 7, at: 116)
        put(octal: size, digits: 11, at: 124)
        put(octal: max(0, modified), digits: 11, at: 136)
        block[156] = type.rawValue
        put("ustar\u{0}00".utf8, at: 257)
        put(prefix.utf8, at: 345)
        put(octal: Self.checksum(of: block), digits: 6, at: Self.checksumPlace.lowerBound)
        block[155] = UInt8(ascii: " ")
        return block
    }

    private static let checksumPlace = 148..<156

    /// The sum of all bytes, those of the sum itself taken for blanks.
    private static func checksum(of block: Data) -> Int {
        block.indices.reduce(0) { $0 + (checksumPlace.contains($1) ? 0x20 : Int(block[$1])) }
    }

    /// - Parameter block: 512 bytes that begin at index 0.
    init(reading block: Data, at offset: Int) throws(TarError) {
        let sum = block[Self.checksumPlace]
        // all programs of today write it so; blanks in place of digits would let a changed bit pass
        guard sum.suffix(2).elementsEqual([0, 0x20]), sum.first != 0x20,
            Self.octal(sum.prefix(6)) == Self.checksum(of: block)
        else { throw .notATar(offset: offset) }
        guard block[257..<262].elementsEqual("ustar".utf8) else { throw .notATar(offset: offset) }
        name = Self.text(block[0..<100])
        prefix = Self.text(block[345..<500])
        // an old form writes zero for a plain file
        guard let type = block[156] == 0 ? .file : EntryType(rawValue: block[156]) else {
            throw .unsupported(path: name, type: block[156])
        }
        self.type = type
        guard let size = Self.octal(block[124..<136]), let mode = Self.octal(block[100..<108]),
            let modified = Self.octal(block[136..<148])
        else { throw .badHeader(path: name) }
        (self.size, self.mode, self.modified) = (size, mode & 0o777, modified)
    }

    var path: String { prefix.isEmpty ? name : "\(prefix)/\(name)" }

    private static func text(_ field: Data) -> String { String(decoding: field.prefix { $0 != 0 }, as: UTF8.self) }

    /// Nil for what is no octal number of at most eleven digits.
    private static func octal(_ field: Data) -> Int? {
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        guard !digits.isEmpty, digits.count <= 11, digits.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
    }
}
