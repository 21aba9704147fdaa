import Adapters
import Foundation
import Policies
import TestSupport
import Testing

/// Every shipped policy judges as recorded in `Tests/Fixtures/policies`.
@Suite struct ScenarioTests {
    /// Late enough for evidence measured on 1 February 2026 to be just three months old.
    let now = Timestamp(year: 2026, month: 5, day: 1)

    @Test(arguments: ShippedPolicy.allCases)
    func shouldFinetuneJudgesAsRecorded(shipped: ShippedPolicy) throws {
        let (policy, now) = (try shipped.load(), try #require(now))
        for scenario in try ScenarioFile(of: shipped).fineTuning {
            let verdict = policy.judgeFineTuning(scenario.facts, now: now)
            let (outcome, comment) = (scenario.outcome, Comment(rawValue: "\(shipped): \(scenario.name)"))
            #expect(verdict.answer.rawValue == outcome.verdict, comment)
            #expect(findings(verdict.rules) == outcome.rules, comment)
            #expect(verdict.alternatives.map(\.action) == outcome.alternatives, comment)
            #expect(verdict.alternatives.compactMap(\.examplesToCollect) == [outcome.collect].compactMap(\.self), comment)
            #expect(verdict.needs.map(\.fact) == outcome.needs, comment)
            #expect(verdict.needs.compactMap(\.rowsToMeasure) == [outcome.moreRows].compactMap(\.self), comment)
            #expect(Dictionary(uniqueKeysWithValues: verdict.signals.map { ($0.name, $0.favours) }) == outcome.signals, comment)
            for sentence in outcome.because { #expect(verdict.reasons.contains(sentence), comment) }
        }
    }

    @Test(arguments: ShippedPolicy.allCases)
    func theGateJudgesAsRecorded(shipped: ShippedPolicy) throws {
        let policy = try shipped.load()
        for scenario in try ScenarioFile(of: shipped).gate {
            let verdict = policy.judgeCandidate(scenario.facts)
            let comment = Comment(rawValue: "\(shipped): \(scenario.name)")
            #expect(verdict.answer.rawValue == scenario.outcome.verdict, comment)
            #expect(findings(verdict.rules) == scenario.outcome.rules, comment)
            for sentence in scenario.outcome.because { #expect(verdict.reasons.contains(sentence), comment) }
        }
    }

    @Test(arguments: ShippedPolicy.allCases)
    func retrainCheckPlansAsRecorded(shipped: ShippedPolicy) throws {
        let policy = try shipped.load()
        for scenario in try ScenarioFile(of: shipped).retraining {
            let plan = MaintenancePlan(judging: [(scenario.facts, policy)], now: scenario.outcome.now)
            let comment = Comment(rawValue: "\(shipped): \(scenario.name)")
            let judged = try #require(plan.cases.first, comment)
            #expect(judged.reasons.map(\.code) == scenario.outcome.due, comment)
            #expect(judged.pending.map(\.code) == scenario.outcome.pending, comment)
            #expect(judged.nextDue.description == scenario.outcome.nextDue, comment)
            #expect(plan.due.count == (scenario.outcome.due.isEmpty ? 0 : 1), comment)
        }
    }

    @Test(arguments: ShippedPolicy.allCases)
    func everyPolicyHasTenScenariosForItsVerdicts(shipped: ShippedPolicy) throws {
        let scenarios = try ScenarioFile(of: shipped)
        #expect(scenarios.fineTuning.count >= 10)
        #expect(Set(scenarios.fineTuning.map(\.outcome.verdict)) == ["yes", "no", "not_enough_evidence"])
        #expect(Set(scenarios.gate.map(\.outcome.verdict)) == ["admitted", "refused"])
        #expect(scenarios.retraining.count >= 4)
    }

    @Test func everyFileOfTheFolderIsTested() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Fixture.policies.path).filter {
            $0.hasSuffix(".yaml")
        }
        #expect(Set(names) == Set(ShippedPolicy.allCases.map { "\($0.rawValue).yaml" }))
    }

    private func findings(_ rules: [RuleOutcome]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: rules.map { ($0.rule, $0.finding.rawValue) })
    }
}

extension Alternative {
    fileprivate var examplesToCollect: Int? { if case .collectExamples(let count) = self { count } else { nil } }
}

extension Need {
    fileprivate var rowsToMeasure: Int? { if case .moreRows(let count) = self { count } else { nil } }
}
