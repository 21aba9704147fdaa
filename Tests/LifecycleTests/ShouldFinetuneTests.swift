import Adapters
import Foundation
import Lifecycle
import TestSupport
import Testing

@Suite("Whether to fine-tune, on measured facts")
struct ShouldFinetuneTests {
    private func judge(_ registry: SmallRegistry, again: Bool = false, seconds: Int) throws -> ShouldFinetune.Outcome {
        var request = ShouldFinetune.Request()
        request.adapter = "greeter"
        request.measuresAgain = again
        return try ShouldFinetune(request, workingFolder: registry.folder.url).run(
            open: { try registry.open() }, now: SmallRegistry.moment(seconds), progress: { _, _, _ in })
    }

    @Test("a measurement is used again until something it depends on changes")
    func reuse() throws {
        let registry = try SmallRegistry()
        #expect(try !judge(registry, seconds: 1).isReused)
        #expect(try judge(registry, seconds: 2).isReused)
        #expect(try !judge(registry, again: true, seconds: 3).isReused)
        let file = registry.folder.url.appending(path: "registry/data/held_out.jsonl")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropLast()
        try (rows.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
        let outcome = try judge(registry, seconds: 4)
        #expect(!outcome.isReused)
        #expect(outcome.facts.baseError?.sampleSize == rows.count)
    }

    @Test("every verdict enters the ledger")
    func ledger() throws {
        let registry = try SmallRegistry()
        let outcome = try judge(registry, seconds: 1)
        let decisions = try registry.open().registry.decisions(of: AdapterName("greeter"))
        #expect(decisions.map(\.answer) == [outcome.verdict.answer.rawValue])
    }

    @Test("numbers given by hand need no registry")
    func byHand() throws {
        var request = ShouldFinetune.Request()
        request.baseError = 0.22
        request.examples = 800
        request.horizon = CalendarSpan("9mo")
        let outcome = try ShouldFinetune(request, workingFolder: URL(filePath: "/")).run(
            open: { throw CancellationError() }, now: SmallRegistry.moment(0), progress: { _, _, _ in })
        #expect(outcome.verdict.answer == .yes)
    }
}
