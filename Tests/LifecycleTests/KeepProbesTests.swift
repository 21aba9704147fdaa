import Adapters
import DurableFiles
import Foundation
import Lifecycle
import Suites
import Testing

@Suite("Permanent probes of an adapter")
struct KeepProbesTests {
    private func add(_ source: KeepProbes.Source, _ registry: SmallRegistry) throws -> [String] {
        try KeepProbes(in: registry.open()).add(
            source, to: "greeter", reason: "wrong", atLeast: 1, by: SmallRegistry.actor, at: SmallRegistry.moment(1)
        ).added.map(\.name)
    }

    @Test("private rows are not copied into a file that everybody reads; a text of one's own is taken")
    func privateRows() throws {
        let registry = try SmallRegistry()
        #expect(try add(.heldOutLines([1]), registry) == ["p1"])
        try registry.changeDeclaration { $0.replacing("held_out.jsonl", with: "held_out.jsonl\n  keep_rows: false") }
        let file = registry.folder.url.appending(path: "registry/probes/greeter.jsonl")
        let before = try Data(contentsOf: file)
        #expect(throws: SuiteError.privateRows(AdapterNames.greeter)) { try add(.heldOutLines([2]), registry) }
        #expect(try Data(contentsOf: file) == before)
        #expect(try add(.pair(prompt: "some hat:", answer: "two"), registry) == ["p2"])
    }

    @Test("a stray file beside the probes keeps no adapter from being judged")
    func strayFile() throws {
        let registry = try SmallRegistry()
        _ = try registry.train()
        let probes = registry.folder.url.appending(path: "registry/probes")
        try FileManager.default.createDirectory(at: probes, withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: probes.appending(path: "greeter copy.jsonl"))
        let check = try RetrainCheck(in: registry.open(), workingFolder: registry.folder.url)
        let plan = try check.run(nil, now: SmallRegistry.moment(60))
        #expect(plan.cases.count == 1 && plan.cases[0].facts.regressionSuite == .none)
    }
}
