import Foundation
import StrictJSON
import TestSupport
import Testing

/// What is read, and as what.
@Suite struct ParsingTests {
    private static let nested = JSONValue.array([1, .array([2]), .object(JSONObject([("a", .array([]))]))])

    @Test(
        arguments: [
            ("null", JSONValue.null), ("true", true), (" false\n", false), ("0", 0), ("-0", 0), ("-12", -12),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.0", .number(1)), ("1e2", .number(100)),
            ("-1.5E-3", .number(-0.0015)), ("2E+2", .number(200)), ("0.1", .number(0.1)),
            ("5e-324", .number(.leastNonzeroMagnitude)),
            ("\"\"", ""), ("[]", .array([])), ("{}", .object(JSONObject())), ("[1, [2], {\"a\": []}]", nested),
        ] as [(String, JSONValue)])
    func valuesAreReadAsTheyAreWritten(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test func integersAndFractionsStayApart() throws {
        #expect(try JSONValue(parsing: "1") != JSONValue(parsing: "1.0"))
        #expect(try JSONValue(parsing: "1").doubleValue == JSONValue(parsing: "1.0").doubleValue)
        #expect(try JSONValue(parsing: "1.0").intValue == nil)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u4E2d""#, "Aé中"), (#""\ud83d\ude00""#, "😀"),
        (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\u0000x""#, "\u{0}x"), ("\"😀 é \u{7F}\"", "😀 é \u{7F}"),
        (#""a\u0301""#, "a\u{301}"),
    ])
    func escapesStandForTheirCharacters(_ text: String, _ string: String) throws {
        #expect(ByteText(try #require(JSONValue(parsing: text).stringValue)) == ByteText(string))
    }

    @Test func keysKeepTheirOrderAndTheirBytes() throws {
        let object = try #require(JSONValue(parsing: "{\"z\": 1, \"a\": 2, \"\u{E9}\": 3, \"e\u{301}\": 4}").objectValue)
        #expect(object.keys.map(ByteText.init) == ["z", "a", "\u{E9}", "e\u{301}"].map(ByteText.init))
        #expect(object["\u{E9}"] == 3)
        #expect(object["e\u{301}"] == 4)
        #expect(object["y"] == nil)
    }

    @Test func membersCanBeSetReplacedAndRemoved() {
        var object = JSONObject([("a", 1), ("b", 2), ("a", 3)])
        #expect(object.keys == ["a", "b"] && object["a"] == 3)
        object["c"] = 4
        object["a"] = nil
        object["missing"] = nil
        #expect(object.keys == ["b", "c"] && object["c"] == 4)
    }

    @Test func objectsAreEqualInAnyOrder() throws {
        let first = try JSONValue(parsing: #"{"a": 1, "b": [true]}"#)
        let second = try JSONValue(parsing: #"{"b": [true], "a": 1}"#)
        #expect(first == second)
        #expect(first.hashValue == second.hashValue)
        #expect(try first != JSONValue(parsing: #"{"a": 1}"#))
        let composed = JSONObject([("\u{E9}", 1), ("e\u{301}", 2)])
        #expect(composed.hashValue == JSONObject([("e\u{301}", 2), ("\u{E9}", 1)]).hashValue)
    }

    @Test func nestingIsReadUpToTheLimit() throws {
        let text = String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
        #expect(try JSONValue(parsing: text, depthLimit: 20).arrayValue?.count == 1)
        // Siblings are not nested: depth is left again with each bracket.
        let wide = "[" + Array(repeating: "[{}]", count: 200).joined(separator: ",") + "]"
        #expect(try JSONValue(parsing: wide, depthLimit: 3).arrayValue?.count == 200)
    }
}

/// What is refused, why and where.
@Suite struct RefusalTests {
    private func error(reading bytes: some ContiguousBytes, depthLimit: Int = 128) -> JSONError? {
        do {
            _ = try JSONValue(parsing: bytes, depthLimit: depthLimit)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["", " ", "[", "[1", "[1,", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "\"abc", "\"a\\", "\"\\u00", "tru"])
    func anEarlyEndIsNamed(_ text: String) {
        #expect(error(reading: Array(text.utf8))?.reason == .unexpectedEnd)
    }

    @Test(arguments: [
        ("[1 2]", Character("2"), "']'", 1, 4), ("{1: 2}", "1", "a key", 1, 2), ("{\"a\" 1}", "1", "':'", 1, 6),
        ("[1,]", "]", "a value", 1, 4), ("{\"a\": 1,}", "}", "a key", 1, 9), ("nul!", "!", "'null'", 1, 4),
        ("\n\n  +1", "+", "a value", 3, 3), ("{\"a\": 1]", "]", "'}'", 1, 8), ("'a'", "'", "a value", 1, 1),
        ("NaN", "N", "a value", 1, 1), ("[.5]", ".", "a value", 1, 2), ("// c", "/", "a value", 1, 1),
        ("[-]", "-", "a value", 1, 2),
    ])
    func whatStandsInTheWrongPlaceIsNamed(_ text: String, _ found: Character, _ wanted: String, _ line: Int, _ column: Int) {
        #expect(error(reading: Array(text.utf8)) == JSONError(.unexpected(found, wanted: wanted), line: line, column: column))
    }

    @Test(arguments: ["01", "-01", "1.", "1.e2", "1e", "1e+", "1e999", "-1e999", "00"])
    func numbersHaveOneForm(_ text: String) {
        #expect(error(reading: Array(text.utf8)) == JSONError(.badNumber(text), line: 1, column: 1))
    }

    @Test(arguments: [
        (#""\x""#, #"\x"#), (#""\ud800""#, #"\ud800"#), (#""\udc00""#, #"\udc00"#), (#""\ud800\u0041""#, #"\u41"#),
        (#""\u00g0""#, #"\u00g0"#), (#""\u+123""#, #"\u+123"#),
    ])
    func escapesMustBeWhole(_ text: String, _ escape: String) {
        #expect(error(reading: Array(text.utf8))?.reason == .badEscape(escape))
    }

    @Test(
        arguments: [
            [0x22, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22],
            [0x22, 0x5C, 0x6E, 0xE4, 0xBD, 0x22],
        ] as [[UInt8]])
    func stringsMustBeUTF8(_ bytes: [UInt8]) {
        #expect(error(reading: bytes)?.reason == .notUTF8)
    }

    @Test func controlCharactersMustBeEscaped() {
        #expect(error(reading: Array("\"a\nb\"".utf8)) == JSONError(.controlCharacter(0x0A), line: 1, column: 3))
        #expect(error(reading: Array("\"\\n\u{1F}\"".utf8))?.reason == .controlCharacter(0x1F))
    }

    @Test func aKeyStandsOnce() {
        #expect(error(reading: Array("{\"a\": 1,\n \"\\u0061\": 2}".utf8)) == JSONError(.duplicateKey("a"), line: 2, column: 2))
        #expect(error(reading: Array("[{\"a\": 1}, {\"a\": 1}]".utf8)) == nil)
    }

    @Test func nestingEndsAtTheLimit() {
        let text = String(repeating: "[", count: 21) + String(repeating: "]", count: 21)
        #expect(error(reading: Array(text.utf8), depthLimit: 20)?.reason == .tooDeep(limit: 20))
        // Far deeper than any stack: the limit comes first.
        #expect(error(reading: Array(repeating: UInt8(ascii: "["), count: 1_000_000))?.reason == .tooDeep(limit: 128))
        #expect(error(reading: Array(String(repeating: "{\"a\":", count: 1_000_000).utf8))?.reason == .tooDeep(limit: 128))
    }

    @Test(arguments: ["1 1", "{} x", "null,", "[]]", "\"a\"\"b\"", "1\u{0}"]) func nothingFollowsTheValue(_ text: String) {
        #expect(error(reading: Array(text.utf8))?.reason == .trailingText)
    }

    @Test func aFilesErrorsCarryItsPathAndSayWhatToDo() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "bad.json")
        try Data("[1,\n 2,,]".utf8).write(to: file)
        let error = #expect(throws: JSONError.self) { try JSONValue(contentsOf: file) }
        #expect(error?.explanation.place == "\(file.path):2:4")
        #expect(error?.explanation.what == "This is not valid JSON: ',' stands where a value should.")
        #expect(error?.explanation.kind == .integrity)
    }
}
