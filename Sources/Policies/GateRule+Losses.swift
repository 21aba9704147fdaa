import Adapters

/// Comparisons side by side, in none of which a candidate may lose more than a limit beyond chance.
struct LossWatch {
    /// One of them, under the name of its slice or suite; the candidate is the first.
    struct Entry {
        let name: String
        let comparison: PairedComparison
        /// Counted among all of them.
        let pValue: Double

        var loss: Double { (-comparison.difference).steady }
    }

    /// The rule's name, as in policy files.
    let rule: String
    /// What each comparison is of: a slice, a suite.
    let kind: String
    /// Whom the candidate is compared with.
    let rival: String
    let entries: [Entry]
    let limit: GateRules.LossLimit

    /// So many are named.
    private static let shown = 3

    /// Nil when there is nothing to compare.
    var outcome: RuleOutcome? {
        guard let largest = entries.map(\.loss).max() else { return nil }
        let failed = entries.filter { $0.loss > limit.largest && $0.pValue <= limit.significance }.sorted { $0.loss > $1.loss }
        let allowed = RuleValue.rate(limit.largest)
        let flip =
            failed.isEmpty
            ? Counterfactual(.above, allowed, "Fails when a \(kind) loses more than \(allowed.words) and that is no chance.")
            : Counterfactual(.atMost, allowed, "Passes when no \(kind) loses more than \(allowed.words) beyond chance.")
        return RuleOutcome(
            rule: rule, input: .rate(max(0, failed.first?.loss ?? largest)), threshold: allowed,
            finding: failed.isEmpty ? .passed : .failed, flip: flip,
            reason: failed.isEmpty ? passedReason : failedReason(failed))
    }

    private var passedReason: String {
        let allowed = RuleValue.rate(limit.largest).words
        guard entries.count > 1, let worst = entries.max(by: { $0.loss < $1.loss }) else {
            let name = entries.first?.name ?? "it"
            return "In \(name) it loses no more than \(allowed) to \(rival) beyond chance."
        }
        let most = worst.loss > 0 ? " The most, \(RuleValue.rate(worst.loss).words), is in \(worst.name)." : ""
        return "In none of \(entries.count) \(kind)s does it lose more than \(allowed) to \(rival) beyond chance.\(most)"
    }

    private func failedReason(_ failed: [Entry]) -> String {
        let named = failed.prefix(Self.shown).map { entry in
            let (own, other) = (RuleValue.rate(entry.comparison.first).words, RuleValue.rate(entry.comparison.second).words)
            return "\(entry.name), \(own) errors beside \(other) on \(counted(entry.comparison.rows, "row"))"
                + " (p \(Self.words(of: entry.pValue)))"
        }
        let more = failed.count > Self.shown ? "; and \(failed.count - Self.shown) more" : ""
        let allowed = RuleValue.rate(limit.largest).words
        return "In \(failed.count) of \(counted(entries.count, kind)) it loses more than \(allowed) to \(rival): "
            + "\(named.joined(separator: "; "))\(more)."
    }

    private static func words(of pValue: Double) -> String {
        pValue < 0.0001 ? "below 0.0001" : "\((pValue * 1e4).rounded() / 1e4)"
    }
}

extension GateRule {
    static func keepsSlices(_ facts: GateFacts, _ limit: GateRules.LossLimit) -> RuleOutcome? {
        let predecessor = facts.production.map { ($0, "production") } ?? facts.parent.map { ($0, "its parent") }
        let (rival, whose) = predecessor ?? (facts.base, "the base")
        let entries = rival.slices.map { slice in
            LossWatch.Entry(
                name: "\(slice.slice.column)=\(slice.slice.value)", comparison: slice.comparison, pValue: slice.adjustedPValue)
        }
        return LossWatch(rule: "keeps_slices", kind: "slice", rival: whose, entries: entries, limit: limit).outcome
    }

    static func keepsSuites(_ facts: GateFacts, _ limit: GateRules.LossLimit) -> RuleOutcome? {
        let entries = facts.suites.map {
            LossWatch.Entry(name: $0.suite, comparison: $0.comparison, pValue: $0.adjustedPValue)
        }
        return LossWatch(rule: "keeps_suites", kind: "suite", rival: "the base", entries: entries, limit: limit).outcome
    }
}
