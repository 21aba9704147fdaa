import Adapters
import Export
import Foundation
import Policies
import StrictJSON
import Tensors
import Training

/// What ways of merging lose, and which of them was taken.
public struct MergeOutcome: Sendable {
    let subject: MergeSubject
    public let rules: MergeRules
    public let measurements: [MergeMeasurement]
    /// The index of the one that was taken; nil when each loses too much.
    let chosen: Int?
    /// Where it is written, or would be; nil where nobody said.
    public let folder: URL?
    let type: FloatType?
    /// Bytes of its weights.
    public let size: Int
    public let isWritten: Bool
    let at: Timestamp

    public var name: String { subject.name }
    /// What was taken.
    public var best: MergeMeasurement? { chosen.map { measurements[$0] } }
    /// What departs least, whether or not it passes.
    public var nearest: MergeMeasurement? { measurements.min { $0.divergence < $1.divergence } }
    /// Of the adapter; nil where no task says what is right.
    public var adapterScore: HeldOutScore? { measurements.first?.adapterScore }

    /// Why a candidate is not taken.
    public func failures(of measurement: MergeMeasurement) -> [MergeRules.Finding] {
        rules.findings(on: measurement.facts).filter { !$0.passed }
    }

    /// `lora.merge/1`, as it lies in the folder and among the evidence of the version.
    public var json: JSONValue {
        let released = subject.released
        return [
            "schema": "lora.merge/1", "adapter": .string(subject.name),
            "commit": released.map { .string("\($0.record.published.commit)") } ?? .null,
            "base": .string(subject.base.name),
            "base_digest": released.map { .string("\($0.record.lineage.base.digest)") } ?? .null,
            "trained_on": .string(subject.storage.rawValue), "dtype": type.map { .string($0.rawValue) } ?? .null,
            "made_by": .string(ProgramVersion.signature), "measured_at": .string("\(at)"),
            "rows": .integer(subject.rows.count),
            "metric": subject.evaluation.map { .string($0.metric.name) } ?? .null,
            "adapter_score": adapterScore?.json ?? .null,
            "candidates": .array(measurements.map { $0.json(rules) }),
            "chosen": best.map { .string($0.candidate.rawValue) } ?? .null,
            "written": .bool(isWritten),
        ]
    }

    /// README.md of the merged model.
    var card: String {
        let rows = measurements.map { measurement in
            let error = measurement.score?.error.map { RuleValue.rate($0.value).words } ?? "–"
            return "| \(measurement.candidate.rawValue) | \(measurement.divergence.recorded) | "
                + "\(RuleValue.rate(measurement.agreement).words) | \(error) |"
        }
        return """
            \(ModelCard.front(ofModelFrom: subject.base.name, title: "\(subject.name) merged into \(subject.base.name)"))

            Merged by LoRA Keeper. Each way of merging was measured against the adapter on the base that it was trained on
            (\(subject.storage.rawValue)), over \(measurements.first?.tokens ?? 0) answer tokens of held-out rows; the weights here are
            the candidate \(best?.candidate.rawValue ?? "–"). `\(MergeWorkshop.evidenceFile)` has all numbers.

            | candidate | mean KL per token | same next token | error |
            |---|---|---|---|
            \(rows.joined(separator: "\n"))\(adapterRow)

            """
    }

    private var adapterRow: String {
        adapterScore?.error.map { "\n| the adapter itself | 0 | 100 % | \(RuleValue.rate($0.value).words) |" } ?? ""
    }
}

extension MeasuringConditions {
    /// Under which what a merge loses is kept.
    func mergeKey(of commit: CommitID, storedAs type: FloatType?) -> RecordedMeasurement.Key {
        let own = key(of: commit)
        return RecordedMeasurement.Key(
            kind: "merge", subject: own.subject,
            conditions: ["evaluation": .string("\(own.conditions)"), "dtype": type.map { .string($0.rawValue) } ?? .null])
    }
}
