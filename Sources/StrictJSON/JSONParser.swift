import Foundation

extension JSONValue {
    /// Reads one JSON value that fills the whole text.
    ///
    /// Stricter than RFC 8259 asks: duplicate keys, invalid UTF-8, lone surrogates and nesting beyond `depthLimit` are errors.
    public init(parsing bytes: some ContiguousBytes, depthLimit: Int = 128) throws(JSONError) {
        let outcome = bytes.withUnsafeBytes { raw -> Result<JSONValue, JSONError> in
            var parser = JSONParser(raw.bindMemory(to: UInt8.self), depthLimit: depthLimit)
            return Result { () throws(JSONError) in try parser.document() }
        }
        self = try outcome.get()
    }

    public init(parsing text: String, depthLimit: Int = 128) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), depthLimit: depthLimit)
    }

    /// Reads a whole file; errors of form carry its path.
    public init(contentsOf file: URL, depthLimit: Int = 128) throws {
        let data = try Data(contentsOf: file)
        do {
            try self.init(parsing: data, depthLimit: depthLimit)
        } catch {
            throw JSONError(error.reason, line: error.line, column: error.column, file: file.path)
        }
    }
}

/// A recursive-descent parser over bytes that stay in place.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    private let depthLimit: Int
    var position = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw failure(.trailingText) }
        return value
    }

    mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard position < bytes.count else { throw failure(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        try enter()
        let value = try body(&self)
        leave()
        return value
    }

    /// Steps over an opening bracket.
    mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= depthLimit else { throw failure(.tooDeep(limit: depthLimit)) }
        position += 1
    }

    mutating func leave() { depth -= 1 }

    private mutating func object() throws(JSONError) -> JSONValue {
        var object = JSONObject()
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(object) }
        repeat {
            skipSpace()
            guard position < bytes.count else { throw failure(.unexpectedEnd) }
            guard bytes[position] == UInt8(ascii: "\"") else { throw unexpected(wanted: "a key") }
            let start = position
            let key = try string()
            skipSpace()
            try require(UInt8(ascii: ":"))
            guard object.append(key, try value()) else {
                position = start
                throw failure(.duplicateKey(key))
            }
            skipSpace()
        } while take(UInt8(ascii: ","))
        try require(UInt8(ascii: "}"))
        return .object(object)
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            elements.append(try value())
            skipSpace()
        } while take(UInt8(ascii: ","))
        try require(UInt8(ascii: "]"))
        return .array(elements)
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count else { throw failure(.unexpectedEnd) }
            guard bytes[position] == word.utf8Start[offset] else { throw unexpected(wanted: "'\(word)'") }
            position += 1
        }
        return value
    }

    // MARK: Numbers

    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let leadsWithZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits > 0 else {
            position = start
            throw position < bytes.count ? unexpected(wanted: "a value") : failure(.unexpectedEnd)
        }
        var isWhole = true
        var isWellFormed = !(leadsWithZero && digits > 1)
        if take(UInt8(ascii: ".")) {
            isWhole = false
            isWellFormed = skipDigits() > 0 && isWellFormed
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            isWellFormed = skipDigits() > 0 && isWellFormed
        }
        if isWellFormed, isWhole, digits <= Self.sureDigits { return .integer(integer(from: start)) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWellFormed, isWhole, let integer = Int(text) { return .integer(integer) }
        guard isWellFormed, let double = Double(text), double.isFinite else {
            position = start
            throw failure(.badNumber(text))
        }
        return .number(double)
    }

    /// So many digits always fit `Int`.
    private static let sureDigits = 18

    /// What a sign that may be there and the digits up to here stand for.
    private func integer(from start: Int) -> Int {
        let isNegative = bytes[start] == UInt8(ascii: "-")
        let value = bytes[(isNegative ? start + 1 : start)..<position].reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
        return isNegative ? -value : value
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
        return position - start
    }

    // MARK: Strings

    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        skipPlainText()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            var text = Array(bytes[start..<position])
            try restOfString(into: &text)
            guard let string = String(validating: text, as: UTF8.self) else { throw failure(.notUTF8) }
            return string
        }
        guard let text = String(validating: bytes[start..<position], as: UTF8.self) else { throw failure(.notUTF8) }
        position += 1
        return text
    }

    /// Appends the UTF-8 of a string to `text`, without making a `String`.
    mutating func string(appendingTo text: inout [UInt8]) throws(JSONError) {
        position += 1
        let start = position
        let length = text.count
        let isASCII = skipPlainText()
        text.append(contentsOf: bytes[start..<position])
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
            position += 1
            guard isASCII || isUTF8(text[length...]) else { throw failure(.notUTF8) }
            return
        }
        try restOfString(into: &text)
        guard isUTF8(text[length...]) else { throw failure(.notUTF8) }
    }

    private func isUTF8(_ text: ArraySlice<UInt8>) -> Bool { String(validating: text, as: UTF8.self) != nil }

    /// Stops at a quote, a backslash, a control character or the end; returns whether all before was ASCII.
    @discardableResult
    private mutating func skipPlainText() -> Bool {
        var seen: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            seen |= byte
            position += 1
        }
        return seen < 0x80
    }

    /// What follows up to and with the closing quote, escapes resolved.
    private mutating func restOfString(into text: inout [UInt8]) throws(JSONError) {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20:
                position -= 1
                throw failure(.controlCharacter(byte))
            default: text.append(byte)
            }
        }
        throw failure(.unexpectedEnd)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard position < bytes.count else { throw failure(.unexpectedEnd) }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeScalar()).utf8)
        default: throw failure(.badEscape("\\\(Character(Unicode.Scalar(letter)))"))
        }
    }

    /// The scalar after `\u`, joining a surrogate pair.
    private mutating func unicodeScalar() throws(JSONError) -> Unicode.Scalar {
        let first = try hexUnit()
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        guard UTF16.isLeadSurrogate(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw failure(.badEscape("\\u" + String(first, radix: 16)))
        }
        let second = try hexUnit()
        guard UTF16.isTrailSurrogate(second) else { throw failure(.badEscape("\\u" + String(second, radix: 16))) }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count else { throw failure(.unexpectedEnd) }
        let text = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        guard let unit = UInt16(text, radix: 16), text.utf8.first != UInt8(ascii: "+") else {
            throw failure(.badEscape("\\u\(text)"))
        }
        position += 4
        return unit
    }

    // MARK: Bytes

    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func require(_ byte: UInt8) throws(JSONError) {
        guard position < bytes.count else { throw failure(.unexpectedEnd) }
        guard take(byte) else { throw unexpected(wanted: "'\(Character(Unicode.Scalar(byte)))'") }
    }

    func unexpected(wanted: String) -> JSONError {
        failure(.unexpected(Character(Unicode.Scalar(bytes[position])), wanted: wanted))
    }

    func failure(_ reason: JSONError.Reason) -> JSONError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return JSONError(reason, line: line, column: column)
    }
}
