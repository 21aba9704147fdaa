import Adapters
import Digests
import Monitoring
import StrictJSON
import Suites
import Training

/// A candidate and its base on out-of-domain suites.
struct SuiteScores: Sendable {
    struct Entry: Sendable {
        let suite: SuiteName
        let digest: ContentDigest
        let metric: String
        let candidate: HeldOutScore
        let base: HeldOutScore
        /// The candidate's answers, row by row; nil where they are read from a record.
        var result: EvaluationResult?
    }

    var entries: [Entry] = []
    /// Suites that the base cannot be asked, and why.
    var unasked: [(suite: SuiteName, why: String)] = []

    /// The candidate against the base on each, p-values corrected for their number.
    func comparisons(confidence: Double) -> [SuiteComparison] {
        let compared = entries.compactMap { entry in
            entry.candidate.comparison(with: entry.base, confidence: confidence).map { (entry.suite, $0) }
        }
        return zip(compared, HolmCorrection.adjusted(compared.map(\.1.pValue))).map { pair, adjusted in
            SuiteComparison(suite: pair.0.text, comparison: pair.1, adjustedPValue: adjusted)
        }
    }

    var json: JSONValue {
        .array(
            entries.map { entry in
                [
                    "suite": .string(entry.suite.text), "digest": .string("\(entry.digest)"), "metric": .string(entry.metric),
                    "candidate": entry.candidate.json, "base": entry.base.json,
                ]
            }
                + unasked.map { ["suite": .string($0.suite.text), "not_asked": .string($0.why)] })
    }

    init() {}

    /// As `json` writes it; what is not such an entry is passed over, and asked again by whoever needs it.
    init(json: JSONValue?, at time: Timestamp) {
        unasked = (json?.arrayValue ?? []).compactMap { entry in
            Self.name(of: entry).flatMap { name in entry["not_asked"]?.stringValue.map { (name, $0) } }
        }
        entries = (json?.arrayValue ?? []).compactMap { entry in
            guard let name = Self.name(of: entry),
                let digest = entry["digest"]?.stringValue.flatMap({ ContentDigest($0) }),
                let metric = entry["metric"]?.stringValue,
                let candidate = entry["candidate"].flatMap({ HeldOutScore(json: $0, at: time) }),
                let base = entry["base"].flatMap({ HeldOutScore(json: $0, at: time) })
            else { return nil }
            return Entry(suite: name, digest: digest, metric: metric, candidate: candidate, base: base, result: nil)
        }
    }

    private static func name(of entry: JSONValue) -> SuiteName? {
        do throws(NameError) {
            return try entry["suite"]?.stringValue.map { text throws(NameError) in try SuiteName(text) }
        } catch {
            return nil
        }
    }
}
