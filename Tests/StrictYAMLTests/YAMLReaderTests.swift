import Faults
import StrictYAML
import Testing

@Suite struct YAMLReaderTests {
    enum Method: String, CaseIterable { case qlora, lora }

    private func reader(_ text: String) throws -> YAMLReader { try YAMLReader(YAMLNode(parsing: text, file: "a.yaml")) }

    @Test func valuesComeInTheirTypes() throws {
        let reader = try reader("n: -12\nx: 2e-4\nok: true\ns: hello\nm: lora\nwhole: 3\nempty:\n")
        #expect(try reader.required("n", as: Int.self) == -12)
        #expect(try reader.required("x", as: Double.self) == 0.0002)
        #expect(try reader.required("ok", as: Bool.self))
        #expect(try reader.required("s", as: String.self) == "hello")
        #expect(try reader.required("m", among: Method.self) == .lora)
        #expect(try reader.required("whole", as: Double.self) == 3)
        #expect(try reader.optional("empty", as: Int.self) == nil)
        #expect(try reader.optional("absent", as: Int.self) == nil)
        try reader.finish()
    }

    @Test func aMissingKeyThatIsMisspelledIsNamedAsItIsWritten() throws {
        let reader = try reader("train: a\nheldout: b\n")
        _ = try reader.required("train", as: String.self)
        let error = try #require(throws: YAMLError.self) { try reader.required("held_out", as: String.self) }
        #expect(error.reason == .unknownKey("heldout", nearest: "held_out", known: ["held_out"]))
        #expect(error.place.line == 2)
        #expect(error.explanation.next == "Did you mean 'held_out'?")
    }

    @Test func unknownKeysAreRefusedWithTheNearestKnownOne() throws {
        let reader = try reader("margin: 1\nmust_bet_base: true\n")
        _ = try reader.required("margin", as: Int.self)
        _ = try reader.optional("must_beat_base", as: Bool.self)
        let error = try #require(throws: YAMLError.self) { try reader.finish() }
        #expect(error.explanation.place == "a.yaml:2:must_bet_base")
        #expect(error.explanation.what == "The key 'must_bet_base' is not known here.")
        #expect(error.explanation.next == "Did you mean 'must_beat_base'?")
    }

    @Test func unknownKeysWithoutANeighbourGetTheWholeList() throws {
        let reader = try reader("zebra: 1\n")
        _ = try reader.optional("margin", as: Double.self)
        _ = try reader.optional("base", as: String.self)
        let error = try #require(throws: YAMLError.self) { try reader.finish() }
        #expect(error.explanation.next == "Known: base, margin.")
    }

    @Test func missingKeysNameTheSection() throws {
        let error = try #require(throws: YAMLError.self) {
            try reader("\ngate:\n  margin: 1\n").required(section: "gate") { try $0.required("limit", as: Int.self) }
        }
        #expect(error.reason == .missingKey("limit"))
        #expect(error.explanation.place == "a.yaml:3:gate.limit")
    }

    @Test func sectionsRefuseStrangersOnTheirOwn() throws {
        let error = try #require(throws: YAMLError.self) {
            try reader("gate:\n  margin: 1\n  margins: 2\n").required(section: "gate") { try $0.required("margin", as: Int.self) }
        }
        #expect(error.reason == .unknownKey("margins", nearest: "margin", known: ["margin"]))
    }

    @Test func choicesNameTheNearest() throws {
        let error = try #require(throws: YAMLError.self) { try reader("m: qlara\n").required("m", among: Method.self) }
        #expect(error.explanation.what == "'qlara' is not one of the choices.")
        #expect(error.explanation.next == "Did you mean 'qlora'?")
    }

    @Test(arguments: ["x: .inf", "x: .nan", "x: 0x10", "x: 1_000", "x: \"1\"", "x: [1]", "x: {a: 1}", "x: 1e999", "x: 1,5"])
    func whatIsNoPlainNumberIsNoNumber(text: String) throws {
        #expect(throws: YAMLError.self) { try reader(text).required("x", as: Double.self) }
    }

    @Test func wrongKindsSayWhatIsThereAndWhatIsWanted() throws {
        let error = try #require(throws: YAMLError.self) { try reader("n: many\n").required("n", as: Int.self) }
        #expect(error.explanation.what == "This should be a whole number, but is 'many'.")
        #expect(throws: YAMLError.self) { try reader("n: 1\n").list("n") }
        #expect(throws: YAMLError.self) { try YAMLReader(YAMLNode(parsing: "just text")) }
    }
}
