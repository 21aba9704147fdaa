import Adapters
import Policies
import Reports
import StrictJSON
import Training

/// Why a version exists: the advice, the gate, and where it stands.
struct DecisionSection {
    private let why: WhyVersion

    init(_ why: WhyVersion) { self.why = why }

    var section: Report.Section {
        var blocks: [Report.Block] = []
        if let standing = why.standing {
            let forced = standing.since.isForced ? ", against its evidence" : ""
            blocks.append(
                .paragraph(
                    "It is \(standing.alias) since \(standing.since.at)\(forced), by \(standing.since.actor.name): "
                        + "\(standing.since.reason)"))
        } else {
            blocks.append(.paragraph("No alias points to it."))
        }
        blocks += verdict(why.advice, "Whether to fine-tune") + verdict(why.gate, "Whether to let it in")
        if why.tellsOfPromotion { blocks += verdict(why.promotion, "Whether to put it into use") }
        if let admitted = why.admitted {
            blocks.append(.paragraph("Let in on \(admitted.at) by \(admitted.actor.name): \(admitted.reason)"))
        }
        return Report.Section("Decisions", blocks)
    }

    private func verdict(_ verdict: JSONValue?, _ question: String) -> [Report.Block] {
        guard let verdict, let answer = verdict["verdict"]?.stringValue else { return [] }
        let policy = verdict["policy"]?["name"]?.stringValue.map { ", by policy '\($0)'" } ?? ""
        let findings = (verdict["rules"]?.arrayValue ?? []).compactMap(Report.Finding.init)
        return [.paragraph("\(question): \(answer.replacing("_", with: " "))\(policy)."), .findings(findings)]
    }
}

extension Report.Finding {
    /// Nil for what is no rule's outcome.
    fileprivate init?(_ rule: JSONValue) {
        guard let reason = rule["reason"]?.stringValue else { return nil }
        let mark: Mark =
            switch rule["outcome"]?.stringValue {
            case "passed": .passed
            case "failed": .failed
            default: rule["passed"]?.boolValue.map { $0 ? .passed : .failed } ?? .open
            }
        self.init(mark, reason, remark: rule["flip"]?["words"]?.stringValue)
    }
}

/// What it was made from.
struct DataSection {
    private let lineage: Lineage
    private let report: JSONValue?

    init(_ lineage: Lineage, _ evidence: VersionEvidence) { (self.lineage, report) = (lineage, evidence.data) }

    var section: Report.Section? {
        guard let dataset = lineage.dataset else {
            return Report.Section("Data", [.paragraph("It was trained elsewhere; on what is not known.")])
        }
        var facts = [
            Report.Fact("Data set", "\(dataset.id)"),
            Report.Fact("Training rows", "\(RuleValue.count(dataset.train.rows).words) (\(dataset.train.digest))"),
        ]
        if let heldOut = dataset.heldOut {
            facts.append(Report.Fact("Held-out rows", "\(RuleValue.count(heldOut.rows).words) (\(heldOut.digest))"))
        }
        return Report.Section("Data", [.facts(facts + counts)] + [lengths].compactMap(\.self))
    }

    private var counts: [Report.Fact] {
        guard let report else { return [] }
        func count(_ key: String, _ name: String) -> Report.Fact? {
            report[key]?.intValue.map { Report.Fact(name, RuleValue.count($0).words) }
        }
        let findings = (report["counts"]?.objectValue ?? JSONObject()).members.compactMap { name, value -> String? in
            guard let count = value.intValue, count > 0 else { return nil }
            return "\(RuleValue.count(count).words) \(name.replacing("_", with: " "))"
        }
        return [
            count("effective_rows", "Effective rows"),
            findings.isEmpty ? nil : Report.Fact("Not effective", findings.joined(separator: ", ")),
            count("trainable_rows", "Rows trained on"),
            report["supervised_share"]?.doubleValue.map { Report.Fact("Tokens with loss", RuleValue.rate($0).words) },
            (report["conflicts"]?.arrayValue?.count).flatMap { count in
                count == 0 ? nil : Report.Fact("Conflicts", "\(counted(count, "input")) with several answers")
            },
        ].compactMap(\.self)
    }

    private var lengths: Report.Block? {
        guard let lengths = report?["token_lengths"] else { return nil }
        let names = [("min", "shortest"), ("median", "median"), ("p95", "95th percentile"), ("max", "longest")]
        let cells = names.map { key, _ in lengths[key]?.intValue.map { RuleValue.count($0).words } ?? "–" }
        return .table(
            Report.Table(names.map(\.1), [cells], numeric: [0, 1, 2, 3], caption: "Tokens in a row"))
    }
}

/// How training went.
struct TrainingSection {
    private let lineage: Lineage
    private let state: JSONValue?
    private let conclusion: JSONValue?

    init(_ lineage: Lineage, _ evidence: VersionEvidence) {
        (self.lineage, state, conclusion) = (lineage, evidence.training, evidence.evaluation?["training"])
    }

    var section: Report.Section? {
        let settings = lineage.settings.members.map { Report.Fact($0.0, $0.1.stringValue ?? $0.1.text()) }
        guard let state else {
            return settings.isEmpty ? nil : Report.Section("Training", [.folded("Settings", [.facts(settings)])])
        }
        var facts = [
            lineage.startedAt.map { Report.Fact("Began", "\($0)") }, lineage.finishedAt.map { Report.Fact("Ended", "\($0)") },
            state["global_step"]?.intValue.map { Report.Fact("Steps", RuleValue.count($0).words) },
            state["num_input_tokens_seen"]?.intValue.map { Report.Fact("Tokens read", RuleValue.count($0).words) },
        ].compactMap(\.self)
        if let because = conclusion?["because"]?.stringValue { facts.append(Report.Fact("Why it stopped", because)) }
        if let best = state["best_global_step"]?.intValue { facts.append(Report.Fact("Weights of", "step \(best)")) }
        return Report.Section(
            "Training",
            [.facts(facts)] + TrainingCurves(state).all.map(Report.Block.chart) + [.folded("Settings", [.facts(settings)])])
    }
}

/// When it is due again.
struct MaintenanceSection {
    private let item: RetrainCase
    private let now: Timestamp

    init(_ item: RetrainCase, now: Timestamp) { (self.item, self.now) = (item, now) }

    var section: Report.Section {
        var facts = [Report.Fact("As of", "\(now)")]
        if let window = item.window {
            facts += [Report.Fact("Window opens", "\(window.opens)"), Report.Fact("Window closes", "\(window.closes)")]
        }
        facts.append(Report.Fact(item.isDue ? "Due since" : "Next due", "\(item.nextDue)"))
        let findings =
            item.reasons.map { Report.Finding(.failed, $0.words) } + item.pending.map { Report.Finding(.open, $0.words) }
            + item.noticed.map { Report.Finding(.open, $0) } + item.unchecked.map { Report.Finding(.open, "not checked: \($0)") }
        return Report.Section("Maintenance", [.facts(facts)] + (findings.isEmpty ? [] : [.findings(findings)]))
    }
}
