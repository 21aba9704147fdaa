import Faults
import Foundation
import StrictYAML
import TestSupport
import Testing

@Suite struct YAMLParsingTests {
    @Test func everyNodeKnowsItsLineAndKey() throws {
        let root = try YAMLNode(parsing: "gate:\n  margin: 0.01\nfiles:\n  - a\n  - b\n")
        let reader = try YAMLReader(root)
        #expect(try YAMLReader(reader.requiredNode("gate")).requiredNode("margin").place.description == "2:gate.margin")
        #expect(try reader.list("files").map(\.place.description) == ["4:files[0]", "5:files[1]"])
    }

    @Test func scalarsStayText() throws {
        let reader = try YAMLReader(YAMLNode(parsing: "a: no\nb: 9:30\nc: 0o17\nd: 2026-05-01\ne: '5'\n"))
        let texts = try ["a", "b", "c", "d", "e"].map { try reader.required($0, as: String.self) }
        #expect(texts == ["no", "9:30", "0o17", "2026-05-01", "5"])
        #expect(throws: YAMLError.self) { try reader.required("a", as: Bool.self) }
        #expect(throws: YAMLError.self) { try reader.required("b", as: Int.self) }
        #expect(throws: YAMLError.self) { try reader.required("c", as: Int.self) }
        #expect(throws: YAMLError.self) { try reader.required("e", as: Int.self) }
    }

    @Test(arguments: [
        ("a: &x 1\nb: *x\n", "1:a", "Anchors and aliases are not accepted ('x')."),
        ("a: &x 1\n", "1:a", "Anchors and aliases are not accepted ('x')."),
        ("a: !!int 5\n", "1:a", "Tags are not accepted ('tag:yaml.org,2002:int')."),
        ("a: !!str x\n", "1:a", "Tags are not accepted ('tag:yaml.org,2002:str')."),
        ("a:\n- !other {}\n", "2:a[0]", "Tags are not accepted ('!other')."),
        ("a: {<<: {b: 1}}\n", "1:a.<<", "The merge key '<<' is not accepted."),
        ("a:\n  b: 1\n  b: 2\n", "2:b", "The key 'b' stands twice in one section."),
        ("1: x\n\"1\": y\n", "1:1", "The key '1' stands twice in one section."),
        ("[1, 2]: x\n", "1", "A key must be a text."),
        ("a: 1\n---\nb: 2\n", "2", "The file holds more than one YAML document."),
        ("", "1", "The file holds nothing."),
        ("# only a comment\n", "1", "The file holds nothing."),
    ])
    func whatCanSurpriseIsRefused(text: String, place: String, what: String) throws {
        let error = try #require(throws: YAMLError.self) { try YAMLNode(parsing: text) }
        #expect(error.place.description == place)
        #expect(error.explanation.what == what)
        #expect(error.explanation.kind == .usage)
    }

    @Test func ampersandsAndStarsInTextAreNoAnchors() throws {
        let text = "a*: 1\nax: 2\na: R&D *really*\nb: \"&x *x\"\n# &c *c\nd: |\n  &e\n  *e\n"
        let reader = try YAMLReader(YAMLNode(parsing: text))
        #expect(try reader.required("a", as: String.self) == "R&D *really*")
        #expect(try reader.required("b", as: String.self) == "&x *x")
        #expect(try reader.required("d", as: String.self) == "&e\n*e\n")
    }

    @Test func repeatedRepetitionIsRefusedAtOnce() throws {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...60 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        text += "? *a60\n: bomb\n"
        let error = try #require(throws: YAMLError.self) { try YAMLNode(parsing: text) }
        #expect(error.reason == .anchor("a0"))
    }

    @Test(arguments: ["[", "- ", "{a: ", "? "], [40, 100_000])
    func deepNestingIsRefused(opening: String, count: Int) {
        #expect(throws: YAMLError.self) { try YAMLNode(parsing: String(repeating: opening, count: count) + "x") }
    }

    @Test func deepIndentationIsRefused() throws {
        let levels = (0..<40).map { String(repeating: " ", count: $0) + "k:\n" }
        let text = levels.joined() + String(repeating: " ", count: 40) + "v: 1\n"
        #expect(try #require(throws: YAMLError.self) { try YAMLNode(parsing: text) }.reason == .tooDeep(limit: 32))
    }

    @Test func nestingUpToTheLimitIsRead() throws {
        let levels = YAMLLimits.depth
        _ = try YAMLNode(parsing: String(repeating: "[", count: levels) + "x" + String(repeating: "]", count: levels))
        let error = try #require(throws: YAMLError.self) {
            try YAMLNode(parsing: String(repeating: "[", count: levels + 1) + "x" + String(repeating: "]", count: levels + 1))
        }
        #expect(error.reason == .tooDeep(limit: 32))
    }

    @Test func sizeIsCapped() throws {
        let text = "a: \"" + String(repeating: "x", count: YAMLLimits.size) + "\"\n"
        #expect(try #require(throws: YAMLError.self) { try YAMLNode(parsing: text) }.reason == .tooLarge(limit: 1 << 20))
    }

    @Test func syntaxFaultsNameTheLine() throws {
        let error = try #require(throws: YAMLError.self) { try YAMLNode(parsing: "a: 1\nb: [1, 2\nc: 3\n") }
        guard case .syntax = error.reason else { return #expect(Bool(false), "\(error)") }
        #expect(error.place.line == 3)
    }
}

@Suite struct YAMLFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func errorsNameTheFile() throws {
        let file = folder.url.appending(path: "policy.yaml")
        try Data("a: 1\nb: &x 2\n".utf8).write(to: file)
        let error = try #require(throws: YAMLError.self) { try YAMLNode(contentsOf: file) }
        #expect(error.explanation.place == "\(file.path):2:b")
    }

    @Test func bytesThatAreNoTextAreRefused() throws {
        let file = folder.url.appending(path: "policy.yaml")
        try Data([0x61, 0x3A, 0x20, 0xFF, 0x0A]).write(to: file)
        #expect(try #require(throws: YAMLError.self) { try YAMLNode(contentsOf: file) }.reason == .notUTF8)
    }

    @Test func missingFilesFoldersAndPipesAreRefused() throws {
        let pipe = folder.url.appending(path: "pipe")
        #expect(mkfifo(pipe.path, 0o600) == 0)
        let faults = try [folder.url.appending(path: "none.yaml"), folder.url, pipe].map { file in
            try #require(throws: YAMLError.self) { try YAMLNode(contentsOf: file) }.explanation.what
        }
        #expect(
            faults == [
                "The file cannot be read: it does not exist.", "The file cannot be read: it is no regular file.",
                "The file cannot be read: it is no regular file.",
            ])
    }
}
