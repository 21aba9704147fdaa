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
    /// Suites that the base cannot be asked, and why; without a digest in evidence from before it was written.
    var unasked: [(suite: SuiteName, digest: ContentDigest?, why: String)] = []

    /// Those that were asked as they are now: another suite may have been given the name meanwhile.
    func among(_ suites: [Suite]) -> SuiteScores {
        var known = self
        known.entries = entries.filter { entry in
            suites.contains { $0.name == entry.suite && $0.digest == entry.digest && $0.metric.name == entry.metric }
        }
        known.unasked = unasked.filter { entry in
            suites.contains { $0.name == entry.suite && (entry.digest == nil || $0.digest == entry.digest) }
        }
        return known
    }

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
                + unasked.map { entry in
                    [
                        "suite": .string(entry.suite.text), "digest": entry.digest.map { .string("\($0)") } ?? .null,
                        "not_asked": .string(entry.why),
                    ]
                })
    }

    init() {}

    /// As `json` writes it; what is not such an entry is passed over, and asked again by whoever needs it.
    init(json: JSONValue?, at time: Timestamp) {
        unasked = (json?.arrayValue ?? []).compactMap { entry in
            Self.name(of: entry).flatMap { name in
                entry["not_asked"]?.stringValue.map { (name, Self.digest(of: entry), $0) }
            }
        }
        entries = (json?.arrayValue ?? []).compactMap { entry in
            guard let name = Self.name(of: entry),
                let digest = Self.digest(of: entry),
                let metric = entry["metric"]?.stringValue,
                let candidate = entry["candidate"].flatMap({ HeldOutScore(json: $0, at: time) }),
                let base = entry["base"].flatMap({ HeldOutScore(json: $0, at: time) })
            else { return nil }
            return Entry(suite: name, digest: digest, metric: metric, candidate: candidate, base: base, result: nil)
        }
    }

    private static func digest(of entry: JSONValue) -> ContentDigest? {
        entry["digest"]?.stringValue.flatMap { ContentDigest($0) }
    }

    private static func name(of entry: JSONValue) -> SuiteName? {
        do throws(NameError) {
            return try entry["suite"]?.stringValue.map { text throws(NameError) in try SuiteName(text) }
        } catch {
            return nil
        }
    }
}
