import Adapters
import Foundation
import Lifecycle
import Policies
import Registry
import StrictJSON
import TestSupport
import Testing
import Training

@Suite("The decision ledger")
struct LedgerTests {
    private func advise(
        _ registry: SmallRegistry, error: Double? = nil, sample: Int? = nil, examples: Int? = nil
    ) throws -> ShouldFinetune.Outcome {
        var request = ShouldFinetune.Request()
        (request.adapter, request.baseError, request.sample, request.examples) = ("greeter", error, sample, examples)
        return try ShouldFinetune(request, workingFolder: registry.folder.url).run(
            open: { try registry.open() }, now: SmallRegistry.moment(1), progress: { _, _, _ in })
    }

    private func record(_ registry: SmallRegistry) throws -> TrackRecord {
        try registry.open().trackRecord(of: nil, workingFolder: registry.folder.url)
    }

    @Test("each verdict keeps its facts, its policy's digest and the program, and git alone brings it back")
    func rebuilt() throws {
        let registry = try SmallRegistry()
        _ = try advise(registry)
        _ = try registry.train()
        _ = try MoveAlias(in: registry.open(), workingFolder: registry.folder.url).promote(
            "greeter", on: SmallRegistry.occasion())
        let ledger = try registry.open().ledger(of: "greeter")
        #expect(ledger.entries.map(\.decision.question) == [.shouldFinetune, .admit, .promote])
        for entry in ledger.entries {
            #expect(entry.decision.madeBy == "lora-keeper \(ProgramVersion.current)")
            #expect(entry.decision.verdict["policy"]?["digest"]?.stringValue?.hasPrefix("sha256:") == true)
        }
        #expect(ledger.entries[0].decision.verdict["facts"]?["effective_examples"]?.intValue == 24)
        #expect(ledger.entries[1].decision.verdict["facts"]?["run"]?.stringValue == "run-1")
        for file in try FileManager.default.contentsOfDirectory(atPath: registry.state.path) where file.hasPrefix("lora.sqlite") {
            try FileManager.default.removeItem(at: registry.state.appending(path: file))
        }
        let location = RegistryLocation(
            layout: RegistryLayout(root: registry.folder.url.appending(path: "registry")), origin: .option)
        _ = try RebuildIndex(location).run(on: SmallRegistry.occasion())
        #expect(try registry.open().ledger(of: "greeter").json.text() == ledger.json.text())
        #expect(try registry.differences().isEmpty)
    }

    @Test("a release carries the verdicts that let it in, and the program that gave them")
    func released() throws {
        let registry = try SmallRegistry()
        _ = try advise(registry)
        guard case .admitted(let receipt) = try registry.train() else { return #expect(Bool(false), "not admitted") }
        let target = registry.folder.url.appending(path: "out")
        try registry.open().versions.checkOut(receipt.version, to: target)
        let decision = try JSONValue(contentsOf: target.appending(path: "decision.json"))
        #expect(decision["made_by"]?.stringValue == ProgramVersion.signature)
        #expect(decision["should_finetune"]?["made_by"]?.stringValue == ProgramVersion.signature)
    }

    @Test("a verdict from before programs signed theirs is not signed afterwards")
    func unsigned() throws {
        let registry = try SmallRegistry()
        let workspace = try registry.open()
        let old = Decision(
            recorded: ["verdict": "yes"], of: SmallRegistry.greeter, question: .shouldFinetune, answer: "yes",
            at: SmallRegistry.moment(0))
        try workspace.registry.record(old)
        let ledger = try workspace.ledger(of: "greeter")
        #expect(ledger.entries.map(\.decision) == [old] && ledger.entries[0].decision.madeBy == nil)
        #expect(try record(registry).cases.map(\.baseError) == [nil], "and is counted, not scored")
    }

    @Test("advice is held against the first training after it, and against no other")
    func scored() throws {
        let registry = try SmallRegistry()
        _ = try advise(registry)
        #expect(try record(registry).cases.map(\.isRight) == [nil])
        _ = try registry.train()
        // too few examples, so it said no; the training beat the base all the same
        let first = try record(registry)
        #expect(first.cases.map(\.isRight) == [false])
        #expect(first.covered.of == 0, "the gate measured the base on the rows that the advice rests on")
        _ = try advise(registry, error: 0.3, sample: 500, examples: 800)
        var options = TrainingOptions()
        options.seed = 3
        _ = try registry.train(options: options)
        options.seed = 4
        _ = try registry.train(options: options)
        let second = try record(registry)
        #expect(second.cases.map(\.isRight) == [false, true] && second.rightYes.of == 1 && second.covered.of == 1)
        #expect(second.timed == 2)
    }

    @Test("what was refused is an outcome too")
    func refused() throws {
        let registry = try SmallRegistry()
        _ = try advise(registry, error: 0.3, sample: 500, examples: 800)
        var options = TrainingOptions()
        (options.maxSteps, options.learningRate) = (1, 1e-9)
        _ = try registry.train(options: options)
        #expect(try record(registry).cases.map(\.isRight) == [false])
    }

    @Test("an adapter of which nothing is known has no ledger")
    func unknown() throws {
        let registry = try SmallRegistry()
        #expect(throws: (any Error).self) { try registry.open().ledger(of: "nobody") }
        #expect(try registry.open().ledger(of: "greeter").entries.isEmpty)
    }
}
