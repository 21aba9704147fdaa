import Foundation

/// Reads JSON member by member, for files too large to hold as values: a vocabulary of 256,000 entries becomes
/// its own tables straight from the text.
///
/// As strict as `JSONValue(parsing:)`, except that it cannot see duplicate keys; whoever keeps the members must.
///
///     try reader.beginObject()
///     while try reader.nextKey(into: &key) { … one value … }
public struct JSONReader {
    private var parser: JSONParser
    /// For each open object or array, whether a member has been read.
    private var hasMember: [Bool] = []

    /// The shape of the value that comes next.
    public enum Kind: Sendable, Hashable { case null, bool, number, string, array, object }

    /// Runs `body` over the text; the value it reads must fill the whole text.
    public static func read<Result>(
        _ bytes: some ContiguousBytes, depthLimit: Int = 128, _ body: (inout JSONReader) throws -> Result
    ) throws -> Result {
        try bytes.withUnsafeBytes { raw in
            var reader = JSONReader(parser: JSONParser(raw.bindMemory(to: UInt8.self), depthLimit: depthLimit))
            let result = try body(&reader)
            reader.parser.skipSpace()
            guard reader.parser.position == reader.parser.bytes.count else { throw reader.parser.failure(.trailingText) }
            return result
        }
    }

    /// Runs `body` over a whole file; errors of form carry its path.
    public static func read<Result>(
        contentsOf file: URL, depthLimit: Int = 128, _ body: (inout JSONReader) throws -> Result
    ) throws -> Result {
        let data = try Data(contentsOf: file)
        do {
            return try read(data, depthLimit: depthLimit, body)
        } catch let error as JSONError where error.file == nil {
            throw JSONError(error.reason, line: error.line, column: error.column, file: file.path)
        }
    }

    private init(parser: JSONParser) { self.parser = parser }

    /// What comes next; nil at the end of the text or before something that begins no value.
    public mutating func nextKind() -> Kind? {
        parser.skipSpace()
        guard parser.position < parser.bytes.count else { return nil }
        return switch parser.bytes[parser.position] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number
        default: nil
        }
    }

    // MARK: Objects and arrays

    public mutating func beginObject() throws(JSONError) { try begin(UInt8(ascii: "{"), wanted: "an object") }

    public mutating func beginArray() throws(JSONError) { try begin(UInt8(ascii: "["), wanted: "an array") }

    /// Puts the next member's key into `key` and stands before its value; false when the object has ended.
    public mutating func nextKey(into key: inout [UInt8]) throws(JSONError) -> Bool {
        key.removeAll(keepingCapacity: true)
        return try nextKey(appendingTo: &key)
    }

    /// Appends the next member's key to `text` and stands before its value; false when the object has ended.
    public mutating func nextKey(appendingTo text: inout [UInt8]) throws(JSONError) -> Bool {
        guard try advance(closing: UInt8(ascii: "}")) else { return false }
        try require(UInt8(ascii: "\""), wanted: "a key")
        try parser.string(appendingTo: &text)
        parser.skipSpace()
        try parser.require(UInt8(ascii: ":"))
        return true
    }

    /// Stands before the next element; false when the array has ended.
    public mutating func nextElement() throws(JSONError) -> Bool { try advance(closing: UInt8(ascii: "]")) }

    private mutating func begin(_ opening: UInt8, wanted: String) throws(JSONError) {
        try require(opening, wanted: wanted)
        try parser.enter()
        hasMember.append(false)
    }

    private mutating func advance(closing: UInt8) throws(JSONError) -> Bool {
        precondition(!hasMember.isEmpty, "nextKey and nextElement stand between begin and the end of its value")
        parser.skipSpace()
        if hasMember[hasMember.count - 1] {
            if parser.take(UInt8(ascii: ",")) { return true }
            try parser.require(closing)
        } else if !parser.take(closing) {
            hasMember[hasMember.count - 1] = true
            return true
        }
        hasMember.removeLast()
        parser.leave()
        return false
    }

    // MARK: Values

    /// The next value as a whole.
    public mutating func value() throws(JSONError) -> JSONValue { try parser.value() }

    public mutating func string() throws(JSONError) -> String {
        try require(UInt8(ascii: "\""), wanted: "a string")
        return try parser.string()
    }

    /// Appends the UTF-8 of the next string to `text`.
    public mutating func string(appendingTo text: inout [UInt8]) throws(JSONError) {
        try require(UInt8(ascii: "\""), wanted: "a string")
        try parser.string(appendingTo: &text)
    }

    /// The next number, which must be written without fraction or exponent and fit `Int`.
    public mutating func integer() throws(JSONError) -> Int {
        parser.skipSpace()
        if let short = parser.shortInteger() { return short }
        let start = parser.position
        guard case .integer(let integer) = try parser.number() else {
            let text = String(decoding: parser.bytes[start..<parser.position], as: UTF8.self)
            parser.position = start
            throw parser.failure(.badNumber(text))
        }
        return integer
    }

    private mutating func require(_ byte: UInt8, wanted: String) throws(JSONError) {
        parser.skipSpace()
        guard parser.position < parser.bytes.count else { throw parser.failure(.unexpectedEnd) }
        guard parser.bytes[parser.position] == byte else { throw parser.unexpected(wanted: wanted) }
    }
}

extension JSONParser {
    /// A plain run of 1 to 9 digits without leading zero, read without making text; nil leaves the position alone.
    fileprivate mutating func shortInteger() -> Int? {
        var end = position
        var value = 0
        while end < bytes.count, end - position < 10, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) {
            value = value * 10 + Int(bytes[end] - UInt8(ascii: "0"))
            end += 1
        }
        let digits = end - position
        guard digits > 0, digits < 10, end < bytes.count, digits == 1 || bytes[position] != UInt8(ascii: "0") else { return nil }
        switch bytes[end] {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return nil
        default:
            position = end
            return value
        }
    }
}
