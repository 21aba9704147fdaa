import Adapters
import Foundation
import Metrics
import Registry
import Suites
import TestSupport
import Testing
import Training

@testable import Lifecycle

@Suite struct SoundnessTests {
    private let folder: TemporaryFolder
    private var shelf: SuiteShelf { SuiteShelf(RegistryLayout(root: folder.url)) }

    init() throws { folder = try TemporaryFolder() }

    private func added(_ answer: String, by metric: SuiteMetric = .task(.exactMatch)) throws -> Suite {
        let file = folder.url.appending(path: "rows.jsonl")
        try Data(#"{"prompt": "q", "completion": "\#(answer)"}"#.utf8).write(to: file)
        return try shelf.add(
            SuiteName("tone"), from: file, metric: metric, by: Actor(name: "Ada", email: "ada@example.org"), at: .earliest)
    }

    private func asked(_ suite: Suite) -> Soundness {
        let (wrong, right) = (ScoredAnswers(correct: [false]), ScoredAnswers(correct: [true]))
        var scores = SuiteScores()
        scores.entries = [
            SuiteScores.Entry(
                suite: suite.name, digest: suite.digest, metric: suite.metric.name,
                candidate: HeldOutScore(wrong, at: .earliest), base: HeldOutScore(right, at: .earliest))
        ]
        return Soundness(effect: 1, probeStopRate: nil, suites: scores)
    }

    @Test func anAnswerToRowsThatHadTheNameBeforeCountsForNoOthers() throws {
        let first = try added("right")
        let soundness = asked(first)
        #expect(soundness.isComplete(for: [first]))
        #expect(soundness.suites.among([first]).comparisons(confidence: 0.95).count == 1)
        try shelf.remove("tone")
        let second = try added("other")
        #expect(soundness.unasked(of: [second]) == [second.name])
        #expect(soundness.suites.among([second]).comparisons(confidence: 0.95).isEmpty)
        try shelf.remove("tone")
        #expect(soundness.unasked(of: [try added("right", by: .task(.tokenF1))]) == [first.name])
        // what is taken away judges nobody any more
        #expect(soundness.suites.among([]).comparisons(confidence: 0.95).isEmpty)
    }
}
