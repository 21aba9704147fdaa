import Adapters
import Digests
import Foundation
import Metrics
import Tokenizers
import Training

/// Rows far from any adapter's task, put to every candidate beside its base: what narrow training makes a model forget shows there.
public struct Suite: Sendable {
    public enum Origin: String, Sendable, Hashable {
        /// Compiled into the program.
        case shipped
        /// Added to a registry.
        case added
    }

    public let name: SuiteName
    public let metric: SuiteMetric
    public let origin: Origin
    /// Of its rows, which never change.
    public let digest: ContentDigest
    public let file: DataFile

    /// - Throws: `DataError` for rows that cannot be read.
    init(_ name: SuiteName, _ metric: SuiteMetric, _ origin: Origin, rows: Data, path: String) throws(DataError) {
        (self.name, self.metric, self.origin) = (name, metric, origin)
        digest = ContentDigest(of: rows)
        file = try DataFile(path: path, text: rows)
    }

    /// The suite made ready for a base. Conversations are put as plain text where its tokenizer has no chat template.
    ///
    /// - Throws: `DataError` for rows that this base cannot be asked.
    public func evaluation(_ encoder: RowEncoder, hasChatTemplate: Bool) throws -> Evaluation {
        try Evaluation(hasChatTemplate ? file : file.asPlainText(), metric: metric.evaluation, encoder: encoder)
    }

    /// What a model's answers to it are worth.
    public func answers(_ result: EvaluationResult) -> ScoredAnswers? {
        guard metric == .perplexity else { return result.answers }
        return ScoredAnswers(.mean, rows: result.rows.map { [$0.tokenProbability] })
    }
}

extension EvaluatedRow {
    /// The geometric mean of its tokens' probabilities; 0 for a row without any.
    fileprivate var tokenProbability: Double {
        guard case .loss(let score) = answer, score.supervisedTokens > 0 else { return 0 }
        return min(1, max(0, exp(score.sumLogProbability / Double(score.supervisedTokens))))
    }
}
