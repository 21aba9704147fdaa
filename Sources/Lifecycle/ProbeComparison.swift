import Endpoints
import Foundation
import Training

/// Whose answer a reply is.
public enum ProbeLikeness: String, Sendable, Hashable {
    case adapter
    case base
    case neither
}

/// One probe's reply held against what was recorded: pure.
struct ProbeComparison: Sendable, Hashable {
    let reply: EndpointReply
    /// Whether the text is the adapter's.
    let isWhole: Bool
    /// Tokens of the recorded answer that the reply begins with.
    let matchedTokens: Int
    /// Server, adapter and base alone: log p of each token that can be compared; empty where the server shows none.
    let logProbabilities: [Triple]
    /// Whose answer it is; nil where text and log-probabilities leave it open.
    let likeness: ProbeLikeness?
    /// Adapter or base, where the reply is that one's answer as a whole and, where the server shows them, with its numbers; else nil.
    let exact: ProbeLikeness?

    struct Triple: Sendable, Hashable {
        let server: Double
        let adapter: Double
        let base: Double

        var deviation: Double { abs(server - adapter) }
        var effect: Double { abs(adapter - base) }
    }

    /// - Parameter tolerance: in nats per token; smaller effects tell nothing.
    init(_ probe: GoldenProbe, _ reply: EndpointReply, tolerance: Double) {
        let (own, base) = (AnswerMatch(probe.answer, reply.text), AnswerMatch(probe.baseAnswer, reply.text))
        let triples = Self.triples(probe, reply, own)
        (self.reply, isWhole, matchedTokens, logProbabilities) = (reply, own.isWhole, own.tokens, triples)
        if AnswerMatch(probe.answer, probe.baseAnswer.text).isWhole {
            let isLike = own.isWhole || 2 * own.tokens >= probe.answer.ids.count
            likeness = isLike ? Self.likeness(triples, tolerance: tolerance) : .neither
        } else {
            // from here on the two answers differ
            let branch = AnswerMatch(probe.answer, probe.baseAnswer.text).scalars
            let isOwn = own.isWhole || !base.isWhole && own.scalars > branch
            likeness = isOwn ? .adapter : base.isWhole || base.scalars > branch ? .base : .neither
        }
        let allowance = max(tolerance, Self.effect(of: probe) / 4)
        let isExact =
            switch likeness {
            case .adapter: own.isWhole && Self.isNear(reply, probe.answer, allowance)
            case .base: base.isWhole && Self.isNear(reply, probe.baseAnswer, allowance)
            case .neither, nil: false
            }
        exact = isExact ? likeness : nil
    }

    /// What the adapter changes of a log-probability, on average.
    private static func effect(of probe: GoldenProbe) -> Double {
        let changes = zip(probe.answer.logProbabilities, probe.baseLogProbabilities).map { abs(max($0, floor) - max($1, floor)) }
        return changes.isEmpty ? 0 : changes.reduce(0, +) / Double(changes.count)
    }

    /// Whether the numbers of a reply are an answer's; those that are not shown are not held against it.
    private static func isNear(_ reply: EndpointReply, _ answer: GoldenAnswer, _ allowance: Double) -> Bool {
        guard let server = reply.logProbabilities else { return true }
        guard (answer.ids.count...answer.ids.count + 1).contains(server.count) else { return false }
        let apart = zip(server, answer.logProbabilities).map { abs(max($0, floor) - max($1, floor)) }
        return apart.reduce(0, +) <= allowance * Double(apart.count)
    }

    private static func triples(_ probe: GoldenProbe, _ reply: EndpointReply, _ match: AnswerMatch) -> [Triple] {
        guard let server = reply.logProbabilities else { return [] }
        let counts = probe.answer.ids.count...probe.answer.ids.count + 1
        // another count for the same text is another tokenizer's
        guard !match.isWhole || counts.contains(server.count) else { return [] }
        let compared = match.isWhole ? probe.answer.logProbabilities.count : match.tokens
        return zip(server.prefix(compared), zip(probe.answer.logProbabilities, probe.baseLogProbabilities)).map {
            Triple(server: max($0, floor), adapter: max($1.0, floor), base: max($1.1, floor))
        }
    }

    /// Below this all is equally impossible; some servers write −9999 for −∞.
    private static let floor = -100.0

    /// Where on the way from the base's numbers to the adapter's the server's lie: on which half.
    private static func likeness(_ triples: [Triple], tolerance: Double) -> ProbeLikeness? {
        let whole = triples.reduce(0) { $0 + $1.effect * $1.effect }
        guard let largest = triples.map(\.effect).max(), largest > 2 * tolerance else { return nil }
        let way = triples.reduce(0) { $0 + ($1.server - $1.base) * ($1.adapter - $1.base) }
        return way >= whole / 2 ? .adapter : .base
    }
}

/// How far a text is a recorded answer, whatever white space stands around it.
struct AnswerMatch: Sendable, Hashable {
    /// Tokens of the answer that the text begins with.
    let tokens: Int
    /// Unicode scalars of the answer, white space before it left out, that the text begins with.
    let scalars: Int
    let isWhole: Bool

    init(_ answer: GoldenAnswer, _ text: String) {
        let (own, other) = (Array(answer.text.unicodeScalars), Array(text.unicodeScalars))
        let (first, second) = (own.drop(while: Self.isBlank), other.drop(while: Self.isBlank))
        scalars = zip(first, second).prefix { $0 == $1 }.count
        isWhole = Self.trimmed(first) == Self.trimmed(second)
        let reached = first.startIndex + scalars
        tokens = isWhole ? answer.ids.count : scalars == 0 ? 0 : answer.ends.prefix { $0 <= reached }.count
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    /// A character that was cut in its middle counts as nothing, as white space does.
    private static func trimmed(_ scalars: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
        scalars.reversed().drop { isBlank($0) || $0 == "\u{FFFD}" }.reversed()
    }
}
