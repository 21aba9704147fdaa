import Adapters
import Foundation
import Registry
import StrictJSON
import Suites
import TestSupport
import Testing

@Suite struct ProbeShelfTests {
    private let folder: TemporaryFolder
    private let actor = Actor(name: "Ada", email: "ada@example.org")
    private let noon = Timestamp(secondsSinceEpoch: 1_780_000_000)
    private let adapter: AdapterName
    private var layout: RegistryLayout { RegistryLayout(root: folder.url.appending(path: "registry")) }
    private var shelf: ProbeShelf { ProbeShelf(layout) }

    init() throws {
        folder = try TemporaryFolder()
        adapter = try AdapterName("ticket-router")
        try FileManager.default.createDirectory(at: layout.state, withIntermediateDirectories: true)
    }

    private func draft(_ question: String, reason: String = "it was wrong once") -> ProbeShelf.Draft {
        let row = JSONObject([("prompt", .string(question)), ("completion", " yes")])
        return ProbeShelf.Draft(row: row, reason: reason, foundIn: "ticket-router@v3", atLeast: 1)
    }

    @Test func probesAreKeptUnderNumbersThatAreNeverUsedAgain() throws {
        let added = try shelf.add([draft("a"), draft("b")], to: adapter, by: actor, at: noon)
        #expect(added.map(\.name) == ["p1", "p2"])
        #expect(try shelf.add([draft("a"), draft("c")], to: adapter, by: actor, at: noon).map(\.name) == ["p3"], "a is known")
        #expect(try shelf.remove("p1", from: adapter).question == "a")
        #expect(try shelf.add([draft("d")], to: adapter, by: actor, at: noon).map(\.name) == ["p4"])
        let kept = try shelf.probes(of: adapter)
        #expect(
            kept.map(\.name) == ["p2", "p3", "p4"] && kept.allSatisfy { $0.foundIn == "ticket-router@v3" && $0.atLeast == 1 })
        #expect(try shelf.set(of: adapter)?.file().rows.map(\.expectedAnswer) == ["yes", "yes", "yes"])
        #expect(try shelf.adapters() == [adapter])
        // the highest too, and all of them
        for name in ["p4", "p2", "p3"] { _ = try shelf.remove(name, from: adapter) }
        #expect(try shelf.adapters().isEmpty && shelf.probes(of: adapter).isEmpty && shelf.set(of: adapter) == nil)
        #expect(try shelf.add([draft("e")], to: adapter, by: actor, at: noon).map(\.name) == ["p5"])
        #expect(try String(contentsOf: layout.probes(of: adapter), encoding: .utf8).split(separator: "\n").count == 1)
    }

    @Test func aColumnOfTheSameNameStays() throws {
        let row = JSONObject([("prompt", .string("a")), ("probe", .array([.integer(3)])), ("completion", .string("yes"))])
        let draft = ProbeShelf.Draft(row: row, reason: "wrong", foundIn: nil, atLeast: 1)
        _ = try shelf.add([draft], to: adapter, by: actor, at: noon)
        #expect(try shelf.probes(of: adapter).map(\.row) == [row])
        #expect(try shelf.add([draft], to: adapter, by: actor, at: noon).isEmpty, "it is known again")
    }

    @Test(arguments: ["p9223372036854775807", "p99999999999999999999", "p0", "p-3", "p01", "q2", "p", "", "p1"])
    func aNameThatNoneIsGivenIsToldByItsPlace(name: String) throws {
        _ = try shelf.add([draft("a"), draft("b")], to: adapter, by: actor, at: noon)
        let file = layout.probes(of: adapter)
        let text = try String(contentsOf: file, encoding: .utf8).replacing(#""p2""#, with: "\"\(name)\"")
        try Data(text.utf8).write(to: file)
        #expect(throws: SuiteError.badProbe(path: file.path, line: 2)) {
            try shelf.add([draft("c")], to: adapter, by: actor, at: noon)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    @Test func afterTheLastNameThereIsNone() throws {
        _ = try shelf.add([draft("a")], to: adapter, by: actor, at: noon)
        let file = layout.probes(of: adapter)
        let text = try String(contentsOf: file, encoding: .utf8).replacing(#""p1""#, with: #""p999999999""#)
        try Data(text.utf8).write(to: file)
        #expect(throws: SuiteError.namesUsedUp(path: file.path)) {
            try shelf.add([draft("c")], to: adapter, by: actor, at: noon)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    @Test func whatLiesBesideTheFilesIsPassedOver() throws {
        _ = try shelf.add([draft("a")], to: adapter, by: actor, at: noon)
        for name in ["ticket-router copy.jsonl", ".ticket-router.jsonl.swp", ".jsonl", "notes.txt", "-x.jsonl"] {
            try Data("stray".utf8).write(to: layout.probes.appending(path: name))
        }
        #expect(try shelf.adapters() == [adapter])
        // one whose probes cannot be read has some, as far as anybody can tell
        try Data("stray".utf8).write(to: layout.probes.appending(path: "other.jsonl"))
        #expect(try shelf.adapters() == [adapter, AdapterName("other")])
    }

    @Test func theDigestIsOfWhatIsAskedAlone() throws {
        #expect(try shelf.set(of: adapter)?.digest == nil)
        _ = try shelf.add([draft("a")], to: adapter, by: actor, at: noon)
        let first = try shelf.set(of: adapter)?.digest
        _ = try shelf.add([draft("b")], to: adapter, by: actor, at: noon)
        #expect(try shelf.set(of: adapter)?.digest != first)
        _ = try shelf.remove("p2", from: adapter)
        #expect(try shelf.set(of: adapter)?.digest == first)
        _ = try shelf.remove("p1", from: adapter)
        #expect(try shelf.set(of: adapter)?.digest == nil)
        #expect(try shelf.adapters().isEmpty)
    }

    @Test func aProbeNeedsAReason() throws {
        #expect(throws: SuiteError.emptyReason) { try shelf.add([draft("a", reason: " ")], to: adapter, by: actor, at: noon) }
        #expect(try shelf.probes(of: adapter).isEmpty)
    }

    @Test func aLineThatIsNoProbeIsToldByItsPlace() throws {
        _ = try shelf.add([draft("a")], to: adapter, by: actor, at: noon)
        let file = layout.probes(of: adapter)
        let text = try String(contentsOf: file, encoding: .utf8)
        try Data((text + #"{"prompt": "b"}"#).utf8).write(to: file)
        #expect(throws: SuiteError.badProbe(path: file.path, line: 2)) { try shelf.probes(of: adapter) }
        #expect(throws: SuiteError.badProbe(path: file.path, line: 2)) {
            try shelf.add([draft("c")], to: adapter, by: actor, at: noon)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text + #"{"prompt": "b"}"#, "nothing is lost")
    }
}
