import Foundation
import StrictJSON
import Testing

/// The same value and layout give the same bytes, and the bytes give the value back.
@Suite struct WritingTests {
    private let value = JSONValue.object(
        JSONObject([
            ("z", .array([1, -2, 0.5, 1e300, .number(.leastNonzeroMagnitude), true, .null])),
            ("a", .object(JSONObject([("nested", .object(JSONObject())), ("empty", .array([]))]))),
            ("text", "quote \" slash \\ / tab \t line \n bell \u{7} é 😀 \u{2028}"),
        ]))

    @Test func compactTextHasNoSpaces() {
        let text = JSONValue.object(JSONObject([("b", .array([1, "x", .null])), ("a", .object(JSONObject()))])).text()
        #expect(text == #"{"b":[1,"x",null],"a":{}}"#)
    }

    @Test func prettyTextPutsEachMemberOnItsLine() {
        let text = JSONValue.object(JSONObject([("b", .array([1, .array([])])), ("a", 2.0)])).text(.pretty)
        #expect(text == "{\n  \"b\": [\n    1,\n    []\n  ],\n  \"a\": 2.0\n}")
    }

    @Test func sortedKeysStandInTheOrderOfTheirBytes() {
        let object = JSONObject([("é", 1), ("z", 2), ("Z", 3), ("a", 4), ("aa", 5)])
        let text = JSONValue.object(object).text(JSONLayout(indent: nil, sortsKeys: true))
        #expect(text == #"{"Z":3,"a":4,"aa":5,"z":2,"é":1}"#)
    }

    @Test func onlyWhatMustBeEscapedIs() {
        let text = JSONValue.string("\"\\/\u{0}\u{8}\u{9}\u{A}\u{B}\u{C}\u{D}\u{1F} \u{7F}é😀").text()
        #expect(text == "\"\\\"\\\\/\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f \u{7F}é😀\"")
    }

    @Test func numbersTakeTheirShortestText() {
        let numbers: [(Double, String)] = [
            (0.1, "0.1"), (1, "1.0"), (1e16, "1e+16"), (-0.0, "-0.0"), (1.0 / 3, "0.3333333333333333"),
        ]
        for (number, text) in numbers { #expect(JSONValue.number(number).text() == text) }
        #expect(JSONValue.integer(.min).text() == "-9223372036854775808")
        #expect(JSONValue.number(.nan).text() == "null")
        #expect(JSONValue.number(-.infinity).text() == "null")
    }

    @Test(
        arguments: [
            .compact, .pretty, JSONLayout(indent: 0, sortsKeys: true), JSONLayout(indent: 4, sortsKeys: false),
        ] as [JSONLayout])
    func whatIsWrittenIsReadBack(_ layout: JSONLayout) throws {
        let text = value.text(layout)
        let again = try JSONValue(parsing: text)
        #expect(again == value)
        #expect(again.text(layout) == text)
        #expect(value.data(layout) == Data(text.utf8))
    }

    @Test func randomFractionsSurviveTheRoundTrip() throws {
        var state: UInt64 = 42
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Double(bitPattern: state)
            guard number.isFinite else { continue }
            let read = try #require(JSONValue(parsing: JSONValue.number(number).text()).doubleValue)
            #expect(read.bitPattern == number.bitPattern)
        }
    }
}
