import Endpoints
import Training

/// All probes' replies in one form, held against what was recorded: pure.
struct ReplayedProbes: Sendable, Hashable {
    let comparisons: [ProbeComparison]
    let tolerance: Double

    /// How many of the answers that tell anything have to agree: a near tie may fall otherwise elsewhere.
    private static let agreement = 0.75

    init(_ probes: [GoldenProbe], _ replies: [EndpointReply], tolerance: Double) {
        comparisons = zip(probes, replies).map { ProbeComparison($0, $1, tolerance: tolerance) }
        self.tolerance = tolerance
    }

    /// Answers that tell whose they are.
    var telling: Int { comparisons.count { $0.likeness != nil } }

    /// Whose answers they are; nil where none tells.
    var likeness: ProbeLikeness? {
        guard telling > 0 else { return nil }
        func agrees(_ likeness: ProbeLikeness) -> Bool {
            Double(comparisons.count { $0.likeness == likeness }) >= Self.agreement * Double(telling)
        }
        return agrees(.adapter) ? .adapter : agrees(.base) ? .base : .neither
    }

    /// Whether adapter and base have each given a part of the answers, to the last character and number, that is no near tie any more.
    var isMixed: Bool {
        let (own, base) = (comparisons.count { $0.exact == .adapter }, comparisons.count { $0.exact == .base })
        return min(own, base) > 0 && Double(min(own, base)) >= (1 - Self.agreement) * Double(telling)
            && Double(own + base) >= Self.agreement * Double(telling)
    }

    private var triples: [ProbeComparison.Triple] { comparisons.flatMap(\.logProbabilities) }

    /// Tokens whose log-probabilities can be compared.
    var comparedTokens: Int { triples.count }
    /// |log p of the server − log p recorded| per token, in nats; nil where nothing can be compared.
    var meanDeviation: Double? { Self.mean(triples.map(\.deviation)) }
    var largestDeviation: Double? { triples.map(\.deviation).max() }
    private var meanEffect: Double? { Self.mean(triples.map(\.effect)) }

    var wholeTexts: Int { comparisons.count { $0.isWhole } }

    /// How the adapter's answers are told from numbers that are off, and those from another adapter's.
    enum Numerics: Sendable, Hashable {
        case right
        case off
        /// So far off that little of this adapter's effect is left.
        case foreign
    }

    var numerics: Numerics {
        guard let mean = meanDeviation else { return wholeTexts == comparisons.count ? .right : .off }
        let isNear = Double(wholeTexts) >= Self.agreement * Double(comparisons.count)
        if mean <= tolerance, isNear { return .right }
        return mean > tolerance && meanEffect.map { mean > $0 / 2 } ?? false ? .foreign : .off
    }

    /// Whether another version explains the same replies clearly better.
    func isExplainedBetter(by other: ReplayedProbes) -> Bool {
        guard let own = meanDeviation, let theirs = other.meanDeviation, wholeTexts == other.wholeTexts else {
            return other.wholeTexts > wholeTexts
                && Double(other.wholeTexts) >= Self.agreement * Double(other.comparisons.count)
        }
        return own > tolerance / 5 && theirs <= own / 2
    }

    /// Replies that say how many tokens the prompt had, and those whose number is not the recorded one.
    func promptCounts(_ probes: [GoldenProbe]) -> (told: Int, different: Int) {
        let told = zip(probes, comparisons).compactMap { probe, comparison in
            comparison.reply.promptTokens.map { $0 == probe.prompt.ids.count }
        }
        return (told.count, told.count { !$0 })
    }

    private static func mean(_ numbers: [Double]) -> Double? {
        numbers.isEmpty ? nil : numbers.reduce(0, +) / Double(numbers.count)
    }
}
