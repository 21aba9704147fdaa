import Adapters
import Foundation
import Metrics
import Monitoring
import Policies
import Training

/// What a version's model card says of its evidence, with the metadata that model hubs read.
///
/// Front matter: `base_model_relation`, and a `model-index` with one result per held-out set, as huggingface_hub's `EvalResult` writes it.
struct VersionCard {
    let version: VersionID
    let task: String
    let proof: Proof
    let verdict: GateVerdict

    var evidence: CardEvidence { CardEvidence(front: front, section: section) }

    private var dataset: String { "\(proof.datasetVersion)" }

    private var front: [String] {
        let value = proof.candidate.answers.value ?? 0
        return [
            "base_model_relation: adapter",
            "model-index:",
            "- name: \(ModelCard.scalar(version.adapter.text))",
            "  results:",
            "  - task:",
            "      type: text-generation",
            "    dataset:",
            "      name: \(ModelCard.scalar("held-out rows of \(dataset)"))",
            "      type: \(ModelCard.scalar(dataset))",
            "      split: held_out",
            "    metrics:",
            "    - type: \(proof.metricName.hubName)",
            "      value: \(Self.number(value))",
            "      name: \(ModelCard.scalar(proof.result.metric.name))",
        ]
    }

    private var section: String {
        """
        \(task)

        Measured by \(proof.result.metric.name) on \(counted(proof.candidate.rows, "held-out row")) of \(dataset); none of them was learned from.

        | | error | \(Self.percent(proof.confidence)) interval |
        |---|---|---|
        \(lines.joined(separator: "\n"))
        \(slices)\(suites)
        The gate of policy '\(verdict.policy.name)' let it in:

        \(verdict.rules.map { "- \($0.reason)" }.joined(separator: "\n"))
        """
    }

    private var lines: [String] {
        let predecessor = proof.production ?? proof.parent
        let all: [(String, HeldOutScore?)] = [
            ("\(version)", proof.candidate), ("the base alone", proof.base), ("the base behind its instructions", proof.prompted),
            (predecessor.map { "\($0.version)" } ?? "", predecessor?.score),
        ]
        return all.compactMap { name, score in
            score.flatMap { ErrorInterval($0.answers, confidence: proof.confidence) }.map { interval in
                "| \(name) | \(Self.percent(interval.value)) | \(Self.percent(interval.lower)) to \(Self.percent(interval.upper)) |"
            }
        }
    }

    private var slices: String {
        let scores = proof.slices.scores(of: proof.candidate.answers, confidence: proof.confidence)
        guard !scores.isEmpty else { return "" }
        let rows = scores.map {
            "| \($0.slice.column) = \($0.slice.value) | \($0.error.rows) | \(Self.percent($0.error.value)) |"
        }
        return "\n| slice | rows | error |\n|---|---|---|\n\(rows.joined(separator: "\n"))\n"
    }

    private var suites: String {
        guard !proof.facts.suites.isEmpty else { return "" }
        let rows = proof.facts.suites.map { suite in
            "| \(suite.suite) | \(suite.comparison.rows) | \(Self.percent(suite.comparison.first)) | \(Self.percent(suite.comparison.second)) |"
        }
        return
            "\n| out-of-domain suite | rows | error | error of the base |\n|---|---|---|---|\n\(rows.joined(separator: "\n"))\n"
    }

    private static func percent(_ share: Double) -> String { RuleValue.rate(share.steady).words }
    private static func number(_ value: Double) -> String { "\(value.recorded)" }
}

extension Proof {
    var metricName: TaskMetric.Name {
        guard case .task(let metric) = result.metric else { preconditionFailure("a proof is of a task's metric") }
        return metric.name
    }
}

extension TaskMetric.Name {
    /// As the hub's metrics are called, where it has one of the kind.
    fileprivate var hubName: String {
        switch self {
        case .labelAccuracy: "accuracy"
        case .macroF1, .tokenF1: "f1"
        case .rougeL: "rouge"
        case .exactMatch, .bleu, .chrF, .jsonValid, .jsonFields, .regex, .numeric, .external: rawValue
        }
    }
}
