import Adapters
import Foundation
import Policies
import Registry
import StrictJSON

/// Holds the advice of the ledger against what was trained after it.
extension Workspace {
    /// - Parameter adapter: nil for all that anything is recorded or declared of.
    public func trackRecord(of adapter: String?, workingFolder: URL) throws -> TrackRecord {
        let names: [AdapterName]
        if let adapter {
            let name = try AdapterName(adapter)
            try requireKnown(name)
            names = [name]
        } else {
            names = Set(try currentNames() + registry.declaredNames()).sorted()
        }
        let policy = try PolicyShelf(registry: layout.root, workingFolder: workingFolder).policy(named: "default")
        let cases = try names.flatMap { try scored(registry.decisions(of: $0), registry.runs(of: $0)) }
        return TrackRecord(cases, confidence: policy.fineTuning.baseError.confidence)
    }

    /// In the order of the ledger, which no clock can disturb: the first gate after an advice, and before the next one, is its outcome.
    private func scored(_ decisions: [Decision], _ runs: [Run]) -> [ScoredAdvice] {
        let advice = decisions.indices.filter { decisions[$0].question == .shouldFinetune }
        return advice.compactMap { index in
            let next = advice.first { $0 > index } ?? decisions.endIndex
            let gate = decisions[index..<next].first { $0.question == .admit && $0.verdict["facts"] != nil }
            return ScoredAdvice(decisions[index], gate: gate, runs)
        }
    }
}

extension ScoredAdvice {
    /// Nil for an answer that this version does not know.
    fileprivate init?(_ advice: Decision, gate: Decision?, _ runs: [Run]) {
        guard let answer = Verdict.Answer(rawValue: advice.answer) else { return nil }
        let (facts, interval) = (advice.verdict["facts"], advice.verdict["base_error_interval"])
        self.init(
            adapter: advice.adapter, at: advice.at, answer: answer,
            baseError: facts?["base_error"]?.doubleValue.flatMap {
                MeasuredRate($0, sampleSize: facts?["base_error_rows"]?.intValue)
            },
            confidence: interval?["confidence"]?.doubleValue,
            hours: advice.verdict["cost"]?["machine_hours_per_training"]?.doubleValue,
            price: advice.verdict["cost"]?["table"]?["machine_hour"]?["value"]?.doubleValue,
            outcome: gate.flatMap { Outcome($0, heldOut: advice.verdict["evidence"]?["held_out"]?.stringValue, runs) })
    }
}

extension ScoredAdvice.Outcome {
    /// - Parameter heldOut: the digest of the rows that the advice rests on; nil where they are not recorded.
    fileprivate init?(_ gate: Decision, heldOut: String?, _ runs: [Run]) {
        let facts = gate.verdict["facts"]
        let rows = facts?["rows"]?.intValue
        guard let error = facts?["error"]?.doubleValue.flatMap({ MeasuredRate($0, sampleSize: rows) }),
            let baseError = facts?["base_error"]?.doubleValue.flatMap({ MeasuredRate($0, sampleSize: rows) }),
            let beats = gate.verdict["rules"]?.arrayValue?.first(where: { $0["rule"]?.stringValue == "beats_base" })
        else { return nil }
        let run = runs.first { "\($0.id)" == facts?["run"]?.stringValue }
        self.init(
            error: error, baseError: baseError, beatsBase: beats["passed"]?.boolValue == true,
            isMeasuredAnew: heldOut != facts?["held_out"]?.stringValue, hours: run?.hours)
    }
}
