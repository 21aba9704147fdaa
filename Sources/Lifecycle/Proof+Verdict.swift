import Adapters
import Policies
import Suites
import Training

extension Proof {
    /// So many rows are shown of a refused candidate.
    private static let shownRows = 3

    /// What a policy says of the candidate, with the rows that speak most against it.
    ///
    /// - Parameter quotes: whether rows may be quoted.
    func judged(by policy: Policy, quotes: Bool) -> GateVerdict {
        var verdict = policy.judgeCandidate(facts)
        guard verdict.answer == .refused else { return verdict }
        let failed = Set(verdict.rules.filter { $0.passed != true }.map(\.rule))
        var rows: [WorstRow] = []
        if failed.contains("keeps_probes") { rows += failedProbes(quotes) }
        if failed.contains("keeps_slices"), let limit = policy.gate.slices { rows += worstOfSlices(limit, quotes) }
        if !failed.isDisjoint(with: ["beats_base", "differs_from_base", "keeps_production"]) {
            let rival = predecessor ?? base
            rows += worst(of: "held-out rows", Array(result.rows.indices), result, candidate, rival, quotes)
        }
        if failed.contains("keeps_suites"), let limit = policy.gate.suites { rows += worstOfSuites(limit, quotes) }
        verdict.worst = rows
        return verdict
    }

    private var predecessor: HeldOutScore? { production?.score ?? parent?.score }

    private func failedProbes(_ quotes: Bool) -> [WorstRow] {
        guard let kept, let result = kept.result else { return [] }
        let probes = zip(result.rows, kept.names).filter { kept.facts.failed.contains($0.1) }
        return probes.prefix(Self.shownRows).map { row, name in
            row.worst(of: "probe \(name)", line: row.line, score: row.score ?? 0, nil, quotes)
        }
    }

    private func worstOfSlices(_ limit: GateRules.LossLimit, _ quotes: Bool) -> [WorstRow] {
        let rival = facts.production ?? facts.parent ?? facts.base
        let other = predecessor ?? base
        let failed = rival.slices.filter { $0.comparison.loses(beyond: limit, $0.adjustedPValue) }
        return failed.max { $1.comparison.difference < $0.comparison.difference }.map { slice in
            let rows = slices.slices.first { $0.name == slice.slice }?.rows ?? []
            return worst(of: "\(slice.slice.column)=\(slice.slice.value)", rows, result, candidate, other, quotes)
        } ?? []
    }

    private func worstOfSuites(_ limit: GateRules.LossLimit, _ quotes: Bool) -> [WorstRow] {
        let failed = facts.suites.filter { $0.comparison.loses(beyond: limit, $0.adjustedPValue) }
        guard let suite = failed.max(by: { $1.comparison.difference < $0.comparison.difference }),
            let entry = soundness.suites.entries.first(where: { $0.suite.text == suite.suite }), let result = entry.result
        else { return [] }
        return worst(
            of: "suite \(suite.suite)", Array(result.rows.indices), result, entry.candidate, entry.base, quotes)
    }

    /// The rows where the candidate's score lies furthest below the rival's.
    private func worst(
        of source: String, _ rows: [Int], _ result: EvaluationResult, _ candidate: HeldOutScore, _ rival: HeldOutScore,
        _ quotes: Bool
    ) -> [WorstRow] {
        let (own, other) = (candidate.answers.scores, rival.answers.scores)
        guard own.count == other.count, own.count == result.rows.count else { return [] }
        let losing = rows.filter { own[$0] < other[$0] }.sorted { first, second in
            let (one, two) = (other[first] - own[first], other[second] - own[second])
            return one == two ? first < second : one > two
        }
        return losing.prefix(Self.shownRows).map { row in
            result.rows[row].worst(of: source, line: result.rows[row].line, score: own[row], other[row], quotes)
        }
    }
}

extension PairedComparison {
    /// Whether the first loses more than is allowed, and that is no chance.
    fileprivate func loses(beyond limit: GateRules.LossLimit, _ pValue: Double) -> Bool {
        -difference > limit.largest && pValue <= limit.significance
    }
}

extension EvaluatedRow {
    fileprivate func worst(
        of source: String, line: Int, score: Double, _ rivalScore: Double?, _ quotes: Bool
    ) -> WorstRow {
        let texts: (String, String)? =
            switch answer {
            case .label(let expected, let predicted, _), .text(let expected, let predicted): (expected, predicted)
            case .loss: nil
            }
        return WorstRow(
            of: source, line: line, expected: quotes ? texts?.0 : nil, answered: quotes ? texts?.1 : nil, score: score,
            rivalScore: rivalScore)
    }
}
