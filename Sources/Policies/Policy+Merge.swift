import Adapters
import StrictYAML

/// What a merged model may lose against the adapter on the base that it was trained on.
public struct MergeRules: Sendable, Hashable {
    /// Mean KL divergence in nats per supervised token.
    public let largestDivergence: Double
    /// Share of supervised tokens whose likeliest successor is the same.
    public let leastAgreement: Double
    /// Share of rows by which its error may exceed the adapter's.
    public let largestLoss: Double

    public init(largestDivergence: Double, leastAgreement: Double, largestLoss: Double) {
        self.largestDivergence = largestDivergence
        self.leastAgreement = leastAgreement
        self.largestLoss = largestLoss
    }

    init(reading reader: YAMLReader) throws {
        self.init(
            largestDivergence: try reader.number("largest_divergence", in: 0...1_000),
            leastAgreement: try reader.share("least_agreement"), largestLoss: try reader.share("largest_loss"))
    }
}

/// What was measured of a merged model beside the adapter.
public struct MergeFacts: Sendable, Hashable {
    public let divergence: Double
    public let agreement: Double
    /// The share of wrong answers, and that of the adapter; nil where no task says what is right.
    public let error: Double?
    public let adapterError: Double?

    public init(divergence: Double, agreement: Double, error: Double? = nil, adapterError: Double? = nil) {
        self.divergence = divergence
        self.agreement = agreement
        self.error = error
        self.adapterError = adapterError
    }
}

extension MergeRules {
    /// A rule with what it was held against.
    public struct Finding: Sendable, Hashable {
        /// The key of the policy's section.
        public let rule: String
        public let passed: Bool
        public let value: Double
        public let limit: Double
    }

    /// One for each rule that can be judged.
    public func findings(on facts: MergeFacts) -> [Finding] {
        let divergence = Finding(
            rule: "largest_divergence", passed: facts.divergence <= largestDivergence, value: facts.divergence,
            limit: largestDivergence)
        let agreement = Finding(
            rule: "least_agreement", passed: facts.agreement >= leastAgreement, value: facts.agreement, limit: leastAgreement)
        guard let error = facts.error, let adapterError = facts.adapterError else { return [divergence, agreement] }
        let loss = error - adapterError
        return [
            divergence, agreement,
            // a difference of two shares that are the limit apart may exceed it by rounding
            Finding(rule: "largest_loss", passed: loss <= largestLoss + 1e-9, value: loss, limit: largestLoss),
        ]
    }

    /// The index of the candidate that departs least among those that pass; nil when none does.
    public func best(of candidates: [MergeFacts]) -> Int? {
        func rank(_ facts: MergeFacts) -> (Double, Double) { (facts.divergence, -facts.agreement) }
        return candidates.indices.filter { findings(on: candidates[$0]).allSatisfy(\.passed) }
            .min { rank(candidates[$0]) < rank(candidates[$1]) }
    }
}
