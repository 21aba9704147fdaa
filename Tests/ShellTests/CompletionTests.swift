import Foundation
import Lifecycle
import Testing

@testable import Shell

@Suite("Tab offers what fits the place")
struct CompletionTests {
    private func candidates(for word: String, after words: [String]) throws -> [String] {
        let completion = Completion(
            tree: try CommandTree.read(),
            names: { kind, _, registry in
                let name = if case .known(let kind) = kind { "\(kind)" } else { "\(kind)" }
                return ["\(registry ?? "nearest")-\(name)"]
            },
            workingFolder: URL(filePath: "/nowhere/"))
        return completion.candidates(for: word, after: words)
    }

    @Test(
        "names come from the registry that was typed",
        arguments: [
            (["history"], "nearest-adapter"), (["history", "--registry", "own"], "own-adapter"),
            (["history", "--registry=own", "--json"], "own-adapter"), (["promote"], "nearest-version"),
            (["tokenize", "--registry", "own", "--base"], "own-base"), (["dataset", "show"], "nearest-dataset"),
            (["data", "check"], "nearest-adapter"), (["attach"], "nearest-job"), (["stop", "--registry", "own"], "own-job"),
        ])
    func registry(words: [String], offered: String) throws {
        #expect(try candidates(for: "", after: words) == [offered])
    }

    @Test("of more names than there is room for, those are offered that all others lie between")
    func shortened() {
        let names = (100...999).map { "adapter-\($0)" }
        #expect(Completion.shortened(names, to: 3) == ["adapter-100", "adapter-101", "adapter-999"])
        #expect(Completion.shortened(names, to: 900) == names)
    }

    @Test("verbs and options are those of the command tree")
    func tree() throws {
        #expect(try candidates(for: "hist", after: []) == ["history"])
        #expect(try candidates(for: "--js", after: ["list"]) == ["--json"])
    }
}
