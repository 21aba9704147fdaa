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
            (["show"], "nearest-adapterOrVersion"), (["suite", "show"], "nearest-suite"),
            (["watch", "history"], "nearest-adapter"),
            (["watch", "--every", "5", "history"], "nearest-adapter"), (["explain"], "last"),
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

    @Test("choices of options, verbs behind `help` and `watch`")
    func choices() throws {
        #expect(try candidates(for: "", after: ["train", "--method"]) == ["full", "lora", "qlora"])
        #expect(try candidates(for: "rou", after: ["suite", "add", "tone", "tone.jsonl", "--metric"]) == ["rouge_l"])
        #expect(try candidates(for: "sui", after: ["help"]) == ["suite"])
        #expect(try candidates(for: "re", after: ["help", "suite"]) == ["remove"])
        #expect(try candidates(for: "retr", after: ["watch"]) == ["retrain-check"])
        #expect(try candidates(for: "--ic", after: ["watch", "retrain-check"]) == ["--ics"])
        #expect(try candidates(for: "--ev", after: ["watch"]) == ["--every"])
    }

    @Test("verbs and options are those of the command tree")
    func tree() throws {
        #expect(try candidates(for: "hist", after: []) == ["history"])
        #expect(try candidates(for: "--js", after: ["list"]) == ["--json"])
    }
}
