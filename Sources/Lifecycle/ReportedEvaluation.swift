import Adapters
import Foundation
import Monitoring
import Reports
import StrictJSON

/// What it was measured to be, beside its base and the version before it: over all rows, by slices, and on suites far from its task.
struct EvaluationSection {
    private let proof: JSONValue?
    /// Of its intervals, by the policy that let it in; nobody wrote it down before reports showed them.
    private var confidence: Double {
        proof?["confidence"]?.doubleValue.flatMap { $0 > 0.5 && $0 < 1 ? $0 : nil } ?? 0.95
    }

    private var interval: String { "\(RuleValue.rate(confidence).words) interval" }

    init(_ evidence: VersionEvidence) { proof = evidence.evaluation }

    /// Nil for a version that brought no proof.
    var section: Report.Section? {
        guard let proof, let metric = proof["metric"]?.stringValue, let candidate = score(proof["candidate"]) else { return nil }
        var rows = [row("this version", candidate)]
        var differences: [Report.Finding] = []
        if let base = score(proof["base"]) {
            rows.append(row("the base alone", base))
            differences.append(difference(candidate, base, from: "the base's"))
        }
        if let prompted = score(proof["prompted_base"]) {
            rows.append(row("the base behind its instructions", prompted))
            differences.append(difference(candidate, prompted, from: "the instructed base's"))
        }
        if let predecessor = predecessor.flatMap({ proof[$0] }), let other = score(predecessor["score"]) {
            let name = predecessor["version"]?.stringValue ?? "the version before it"
            rows.append(row(name, other))
            differences.append(difference(candidate, other, from: "\(name)'s"))
        }
        let table = Report.Table(
            ["", "rows", "errors", "error", interval, "stopped", "tokens"], rows, numeric: [1, 2, 3, 4, 5, 6],
            caption: "On the held-out rows, by \(metric)")
        return Report.Section("Evaluation", since + [.table(table), .findings(differences)] + slices + suites)
    }

    /// Of what brought no proof of its own.
    private var since: [Report.Block] {
        guard let time = proof?["measured_at"]?.stringValue else { return [] }
        let effect = proof?["effect"]?.doubleValue.map {
            " The largest change that it makes to a token's log-probability is \(RuleValue.ratio($0).words) nats."
        }
        return [.paragraph("It came without a proof, and was measured here on \(time).\(effect ?? "")")]
    }

    private func score(_ json: JSONValue?) -> HeldOutScore? { json.flatMap { HeldOutScore(json: $0, at: .earliest) } }

    private func row(_ name: String, _ score: HeldOutScore) -> [String] {
        let error = ErrorInterval(score.answers, confidence: confidence)
        return [
            name, RuleValue.count(score.rows).words, score.correct == nil ? "–" : RuleValue.count(score.errors).words,
            error.map { RuleValue.rate($0.value).words } ?? "–",
            error.map { "\(RuleValue.rate($0.lower).words) to \(RuleValue.rate($0.upper).words)" } ?? "–",
            score.endings?.stopRate.map { RuleValue.rate($0).words } ?? "–",
            score.endings?.meanTokens.map { RuleValue.ratio($0).words } ?? "–",
        ]
    }

    private func difference(_ own: HeldOutScore, _ other: HeldOutScore, from whose: String) -> Report.Finding {
        guard let comparison = own.comparison(with: other, confidence: confidence) else {
            return Report.Finding(.open, "It was not measured on the same rows as \(whose).")
        }
        let side = comparison.difference < 0 ? "above" : "below"
        let sighting =
            comparison.difference == 0
            ? "Its error equals \(whose)" : "Its error lies \(points(abs(comparison.difference))) \(side) \(whose)"
        let counts = comparison.pairs.map {
            ": it alone is right on \(counted($0.onlyFirst, "row")), the other alone on \(RuleValue.count($0.onlySecond).words)"
        }
        let needed = comparison.rowsNeeded.flatMap { count in
            comparison.finding == .indistinguishable ? "; \(counted(count, "row")) would show it" : nil
        }
        let remark =
            "\(interval) of the difference: \(points(comparison.lower)) to \(points(comparison.upper))\(needed ?? "")"
        return Report.Finding(mark(comparison.finding), "\(sighting)\(counts ?? "").", remark: remark)
    }

    private func points(_ share: Double) -> String { "\(RuleValue.ratio(100 * share).words) points" }

    private func mark(_ finding: PairedComparison.Finding) -> Report.Finding.Mark {
        switch finding {
        case .better: .passed
        case .worse: .failed
        case .indistinguishable: .open
        }
    }

    /// What it was to succeed, if anything: the version in production, else the newest.
    private var predecessor: String? { ["production", "parent"].first { proof?[$0]?.objectValue != nil } }

    /// How it did on the rows of each slice, against what it was to succeed, else against the base.
    private var slices: [Report.Block] {
        guard let scores = proof?["slices"]?.arrayValue, !scores.isEmpty else { return [] }
        let comparisons = proof?["comparisons"]
        let rival = predecessor ?? "base"
        let compared = comparisons?[rival]?["slices"]?.arrayValue ?? []
        let rows = scores.map { slice in
            let comparison = compared.first { $0["column"] == slice["column"] && $0["value"] == slice["value"] }
            return [
                "\(slice["column"]?.stringValue ?? "–") = \(slice["value"]?.stringValue ?? "–")", count(slice["rows"]),
                share(slice["error"]), share(comparison?["second_error"]), comparison?["finding"]?.stringValue ?? "–",
            ]
        }
        let table = Report.Table(
            ["slice", "rows", "error", "error of \(rival)", "it is"], rows, numeric: [1, 2, 3],
            caption: "By slices; what is no chance among all of them")
        return [.table(table)]
    }

    /// Far from its task, against its base.
    private var suites: [Report.Block] {
        let scores = SuiteScores(json: proof?["suites"], at: .earliest)
        let compared = scores.comparisons(confidence: confidence)
        guard !compared.isEmpty else { return [] }
        let rows = compared.map { suite in
            [
                suite.suite, RuleValue.count(suite.comparison.rows).words, RuleValue.rate(suite.comparison.first.steady).words,
                RuleValue.rate(suite.comparison.second.steady).words,
                suite.finding.rawValue,
            ]
        }
        let table = Report.Table(
            ["suite", "rows", "error", "error of base", "it is"], rows, numeric: [1, 2, 3],
            caption: "Out of its domain; what is no chance among all suites")
        return [.table(table)]
    }

    private func count(_ json: JSONValue?) -> String { json?.intValue.map { RuleValue.count($0).words } ?? "–" }
    private func share(_ json: JSONValue?) -> String { json?.doubleValue.map { RuleValue.rate($0).words } ?? "–" }
}
