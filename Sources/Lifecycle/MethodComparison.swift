import Foundation
import StrictJSON
import Training

/// How a model does on the held-out rows.
public struct HeldOutQuality: Sendable, Hashable {
    /// Mean loss per supervised token, in nats.
    public let loss: Double
    /// The share of right answers; nil where the rows have no metric of their own.
    public let accuracy: Double?
}

/// What a training told of itself, read from its report and from the folder that it left.
public struct MethodReport: Sendable, Hashable {
    public let measurement: RunMeasurement
    public let conclusion: RunConclusion
    public let digest: String

    init(reading file: URL, of folder: URL) throws {
        let json = try JSONValue(contentsOf: file)
        guard let measurement = json["measured"].flatMap(RunMeasurement.init), let digest = json["digest"]?.stringValue else {
            throw ComparisonError.unreadableReport(file.path)
        }
        self.measurement = measurement
        conclusion = try RunConclusion(ofCandidate: folder)
        self.digest = digest
    }
}

/// The methods beside each other.
public struct MethodComparison: Sendable {
    public static let schema = "lora.comparison/1"

    public struct Entry: Sendable, Hashable {
        public let method: TrainingMethod
        public let learningRate: Double
        public let folder: URL
        public let report: MethodReport
        public let quality: HeldOutQuality
    }

    /// The base before any training.
    public let base: HeldOutQuality
    public let entries: [Entry]
    /// By what answers are judged; nil where only their likelihood is known.
    public let metric: EvaluationMetric?
    /// Held-out rows.
    public let rows: Int

    /// What a full fine-tune reaches is 1: the ratio of accuracies, or without a metric that of the mean (geometric) likelihoods of a
    /// supervised token, `exp(loss of full − loss)`. Nil where full gets no answer right.
    public func quality(_ quality: HeldOutQuality) -> Double? {
        guard let full = entries.first(where: { $0.method == .full })?.quality else { return nil }
        guard metric != nil, let accuracy = quality.accuracy, let best = full.accuracy else {
            return exp(full.loss - quality.loss)
        }
        return best > 0 ? accuracy / best : nil
    }

    public var json: JSONValue {
        [
            "quality_by": .string(metric?.name ?? "token_likelihood"), "held_out_rows": .integer(rows),
            "base": .object(JSONObject(members(base))),
            "methods": .array(
                entries.map { entry in
                    let own: [(String, JSONValue)] = [
                        ("method", .string(entry.method.rawValue)), ("learning_rate", .number(entry.learningRate)),
                        ("folder", .string(entry.folder.path)), ("digest", .string(entry.report.digest)),
                        ("measured", entry.report.measurement.json), ("training", entry.report.conclusion.json),
                    ]
                    return .object(JSONObject(own + members(entry.quality)))
                }),
        ]
    }

    private func members(_ held: HeldOutQuality) -> [(String, JSONValue)] {
        [
            ("held_out_loss", .number(held.loss)), ("accuracy", held.accuracy.map { .number($0) } ?? .null),
            ("quality", quality(held).map { .number($0) } ?? .null),
        ]
    }
}
