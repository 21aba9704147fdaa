import Adapters
import Metrics
import Registry
import Testing

@testable import Lifecycle

@Suite("What is known of an adapter's worth")
struct RetirementEvidenceTests {
    @Test("intervals are of the confidence that is asked for")
    func confidence() throws {
        let registry = try SmallRegistry()
        let workspace = try registry.open()
        let version = try registry.write(in: workspace)
        let declaration = try workspace.registry.adapter(named: "greeter")
        let conditions = try MeasuringConditions(of: declaration, in: workspace)
        let commit = try workspace.registry.version(version).published.commit
        for (key, low) in [(conditions.baseKey, 0.1), (conditions.key(of: commit), 0.5)] {
            let scores = try #require(ScoredAnswers(.mean, rows: (0..<20).map { [low + Double($0 % 5) / 10] }))
            let score = HeldOutScore(scores, at: SmallRegistry.moment(50))
            try workspace.registry.record(
                RecordedMeasurement(key: key, adapter: declaration.name, result: score.json, at: SmallRegistry.moment(50)))
        }
        for confidence in [0.5, 0.95] {
            let facts = try RetirementEvidence(in: workspace).known(
                declaration.name, version, withScores: true, confidence: confidence, now: SmallRegistry.moment(60))
            #expect(facts.comparison?.confidence == confidence)
            #expect(facts.baseError?.spread?.confidence == confidence)
        }
    }
}
