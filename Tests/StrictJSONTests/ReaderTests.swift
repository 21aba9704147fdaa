import Foundation
import StrictJSON
import TestSupport
import Testing

/// The member-by-member reader is as strict as the reader of values.
@Suite struct ReaderTests {
    /// Walks a whole value with the reader and builds it up again.
    private func walk(_ reader: inout JSONReader) throws -> JSONValue {
        switch reader.nextKind() {
        case .object:
            var object = JSONObject()
            var key: [UInt8] = []
            try reader.beginObject()
            while try reader.nextKey(into: &key) { object[String(decoding: key, as: UTF8.self)] = try walk(&reader) }
            return .object(object)
        case .array:
            var elements: [JSONValue] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try walk(&reader)) }
            return .array(elements)
        case .string:
            var text: [UInt8] = Array("kept".utf8)
            try reader.string(appendingTo: &text)
            return .string(String(decoding: text.dropFirst(4), as: UTF8.self))
        default: return try reader.value()
        }
    }

    private func walk(_ text: String, depthLimit: Int = 128) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8), depthLimit: depthLimit) { try walk(&$0) }
    }

    @Test(arguments: [
        #"{"a": [1, 2.5, "x\u00e9\n"], "b": {"c": null, "d": true}, "é": []}"#, " [ ] ", "{}", "\"é\"", "[[[]], {}, -7]", "12",
    ])
    func walkingGivesTheValue(_ text: String) throws {
        #expect(try walk(text) == JSONValue(parsing: text))
    }

    @Test(arguments: [
        "", "[1,]", "[1 2]", "{\"a\" 1}", "{\"a\": 1,}", "{a: 1}", "[1", "{\"a\": 1", "[1]]", "{} {}", "\"\\ud800\"", "\"\u{1}\"",
        "[\"a]", "01",
    ])
    func walkingRefusesWithTheSameError(_ text: String) {
        let wanted = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        let found = #expect(throws: JSONError.self) { try walk(text) }
        #expect(found == wanted)
    }

    @Test func depthIsCountedByWalkingToo() throws {
        #expect(throws: JSONError.self) { try walk("[[[]]]", depthLimit: 2) }
        #expect(try walk("[[], [], [[]]]", depthLimit: 3).arrayValue?.count == 3)
        #expect(throws: JSONError.self) {
            try JSONReader.read(Array("[[[]]]".utf8), depthLimit: 2) { reader in
                try reader.beginArray()
                _ = try reader.nextElement()
                return try reader.value()
            }
        }
    }

    @Test(arguments: [("0", 0), ("7", 7), ("-3", -3), ("123456789", 123_456_789), ("1234567890123", 1_234_567_890_123)])
    func integersAreRead(_ text: String, _ integer: Int) throws {
        #expect(try JSONReader.read(Array(text.utf8)) { try $0.integer() } == integer)
        let elements = try JSONReader.read(Array("[\(text) ,\(text)]".utf8)) { reader in
            var elements: [Int] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try reader.integer()) }
            return elements
        }
        #expect(elements == [integer, integer])
    }

    @Test(arguments: ["1.0", "1e3", "01", "99999999999999999999", "\"1\"", "true", ""])
    func whatIsNoIntegerIsRefused(_ text: String) {
        #expect(throws: JSONError.self) { try JSONReader.read(Array(text.utf8)) { try $0.integer() } }
    }

    @Test(arguments: [[0x22, 0x80, 0x22], [0x22, 0xE4, 0xBD, 0x5C, 0x6E, 0x22]] as [[UInt8]])
    func appendedStringsMustBeUTF8(_ bytes: [UInt8]) {
        let error = #expect(throws: JSONError.self) {
            var text: [UInt8] = []
            try JSONReader.read(bytes) { try $0.string(appendingTo: &text) }
        }
        #expect(error?.reason == .notUTF8)
    }

    @Test func wrongShapesAreNamed() {
        let error = #expect(throws: JSONError.self) { try JSONReader.read(Array(" 5".utf8)) { try $0.beginObject() } }
        #expect(error == JSONError(.unexpected("5", wanted: "an object"), line: 1, column: 2))
    }

    @Test func aFilesErrorsCarryItsPath() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "bad.json")
        try Data("[1 2]".utf8).write(to: file)
        let error = #expect(throws: JSONError.self) { try JSONReader.read(contentsOf: file) { try walk(&$0) } }
        #expect(error?.file == file.path)
    }
}
