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

    @Test("a measurement that the policy no longer takes as evidence is taken again, to the day")
    func freshness() throws {
        let registry = try SmallRegistry()
        let policy = registry.folder.url.appending(path: "policies/default.yaml")
        let text = try String(contentsOf: policy, encoding: .utf8)
        try text.replacing("    above: 0.15", with: "    fresh_for: 1mo\n    above: 0.15")
            .write(to: policy, atomically: true, encoding: .utf8)
        // One month from 31 January ends on 28 February; one month back from 1 March leads to 1 February.
        let days = try ["2027-01-31", "2027-02-28", "2027-03-01"].map { try #require(Timestamp($0)).secondsSinceEpoch }
        let seconds = days.map { $0 - SmallRegistry.moment(0).secondsSinceEpoch }
        #expect(try !judge(registry, seconds: seconds[0]).isReused)
        #expect(try judge(registry, seconds: seconds[1]).isReused)
        let outcome = try judge(registry, seconds: seconds[2])
        #expect(!outcome.isReused)
        #expect(!outcome.verdict.needs.contains { $0.fact == "base_error" })
    }

    @Test("a measurement under a clock that was ahead is taken again, and then hides nothing")
    func future() throws {
        let registry = try SmallRegistry()
        #expect(try !judge(registry, seconds: 1_000_000).isReused)
        let outcome = try judge(registry, seconds: 10)
        #expect(!outcome.isReused && outcome.facts.baseError?.measuredAt == SmallRegistry.moment(10))
        #expect(!outcome.verdict.needs.contains { $0.fact == "base_error" && $0 != .moreRows(nil) })
        #expect(try judge(registry, seconds: 20).isReused, "the one from the future does not stand before it")
        #expect(try judge(registry, seconds: 1_000_001).facts.baseError?.measuredAt == SmallRegistry.moment(1_000_000))
    }

    @Test("stale evidence that was given by hand is refused, measured evidence is not")
    func stale() throws {
        let registry = try SmallRegistry()
        var request = ShouldFinetune.Request()
        (request.adapter, request.baseError, request.sample) = ("greeter", 0.4, 400)
        request.policy = PolicyChoice("strict", file: URL(filePath: "/none/strict"))
        func judged(_ measured: Int) throws -> ShouldFinetune.Outcome {
            request.measuredAt = SmallRegistry.moment(measured)
            return try ShouldFinetune(request, workingFolder: registry.folder.url).run(
                open: { try registry.open() }, now: SmallRegistry.moment(0), progress: { _, _, _ in })
        }
        #expect(try judged(-86_400).verdict.rules[0].finding == .passed)
        #expect(try judged(-100 * 86_400).verdict.rules[0].finding == .missing)
        #expect(try judged(1).verdict.needs == [.freshBaseError(measured: SmallRegistry.moment(1))])
        #expect(try judged(1).arithmetic.parts[0].evidence.contains { $0.hasSuffix("no evidence") })
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
