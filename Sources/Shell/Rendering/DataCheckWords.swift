import Adapters
import DataDoctor
import Foundation
import Lifecycle
import Training

/// What the doctor found, worst first, each with what to do next; 80 columns.
struct DataCheckWords {
    private let check: DataCheck
    /// What was checked, as it was typed.
    private let subject: String
    private let session: Session

    /// How many lines, and how many sightings, are named before `…`.
    private static let shown = 5
    private static let width = 80
    private static let longest = 400

    init(_ check: DataCheck, of subject: String, _ session: Session) {
        self.check = check
        self.subject = subject
        self.session = session
    }

    var lines: [String] {
        let findings = check.findings
        let failing = findings.filter(\.kind.fails)
        let notes = findings.count - failing.count
        let verdict =
            failing.isEmpty
            ? "✓ sound" + (notes == 0 ? "" : ", with \(counted(notes, "remark"))")
            : "✗ \(counted(failing.count, "fault"))" + (notes == 0 ? "" : ", \(counted(notes, "remark"))")
        return head + findings.flatMap(words) + [verdict]
    }

    // MARK: What the rows are

    private var head: [String] {
        let report = check.report
        var lines = [
            "\(name(check.data.path)): \(counted(check.data.rows.count, "row")), \(report.effectiveRows) effective"
                + (check.heldOut.map { "; \(counted($0.rows.count, "row")) held out" } ?? "")
        ]
        let forms = RowForm.allCases.compactMap { form in report.forms[form].map { "\(form.rawValue) \($0)" } }
        lines += Self.wrapped("forms", forms)
        if check.data.scripts.count > 1 {
            lines += Self.wrapped(
                "scripts", WritingSystem.allCases.compactMap { key in check.data.scripts[key].map { "\(key.rawValue) \($0)" } })
        }
        lines += Self.wrapped(
            "languages", Language.allCases.compactMap { key in check.data.languages[key].map { "\(key.rawValue) \($0)" } })
        if let base = check.base {
            lines += Self.wrapped(
                "tokens",
                [
                    "median \(report.lengths.median)", "95 % ≤ \(report.lengths.percentile95)",
                    "longest \(report.lengths.maximum)",
                    "kept \(base.maxLength)", "supervised \(Decimals.percent(report.supervisedShare))",
                ])
            if base.padIsEnd {
                lines.append("  \(base.name) pads with its end token; a trainer that masks padding masks the end")
            }
        }
        if let labels = check.labels {
            lines += Self.wrapped("labels", labels.labels.map { "\(Self.shownLabel($0.text)) \($0.rows)" })
        }
        return lines
    }

    /// A label that is secret itself is not shown.
    private static func shownLabel(_ text: String) -> String { SensitiveText.covered(text) }

    private static func wrapped(_ title: String, _ items: [String]) -> [String] {
        guard !items.isEmpty else { return [] }
        var lines = ["  \(title)"]
        for (place, item) in items.enumerated() {
            let word = " " + item + (place + 1 < items.count ? "," : "")
            if lines[lines.count - 1].count + word.count > width { lines.append("   ") }
            lines[lines.count - 1] += word
        }
        return lines
    }

    private func name(_ path: String) -> String { URL(filePath: path).lastPathComponent }

    // MARK: Findings

    private func words(_ finding: DataFinding) -> [String] {
        let file = finding.isHeldOut ? check.heldOut : check.data
        let mark = finding.kind.fails ? "✗" : "–"
        let place = finding.isHeldOut ? " (held out)" : ""
        let head = "\(mark) \(finding.kind.words(finding.lines.count))\(place): "
        return [head + Self.list(finding.lines, within: Self.width - head.count)] + details(finding, file)
            + [next(finding)].compactMap { $0.map { "    \($0)" } }
    }

    private func details(_ finding: DataFinding, _ file: CheckedFile?) -> [String] {
        guard let file else { return [] }
        switch finding.kind {
        case .badLine:
            return file.badLines.prefix(Self.shown).flatMap { bad in
                Self.folded("    \(name(file.path)):\(bad.line): \(DataError(bad.reason, file: "").explanation.what)")
            } + Self.more(file.badLines.count)
        case .credential, .personalData:
            let sightings = file.sightings.filter { $0.kind.isCredential == (finding.kind == .credential) }
            return sightings.prefix(Self.shown).map { sighting in
                "    \(name(file.path)):\(sighting.line):\(sighting.column): \(sighting.kind.rawValue), \(sighting.length) bytes"
            } + Self.more(sightings.count)
        default: return []
        }
    }

    private static func more(_ count: Int) -> [String] {
        count > shown ? ["    … and \(count - shown) more; --json names all"] : []
    }

    /// What a line quotes may be long: then it says what is missing.
    private static func folded(_ line: String) -> [String] {
        let whole = line.count <= longest
        return Folding.lines(whole ? line : "\(line.prefix(longest))… (\(line.count - longest) more characters)", within: width)
    }

    /// As many numbers as fit, one at least.
    private static func list(_ lines: [Int], within width: Int) -> String {
        let texts = (1...shown).reversed().map { count in
            (lines.count == 1 ? "line " : "lines ") + lines.prefix(count).map(String.init).joined(separator: ", ")
                + (lines.count > count ? ", …" : "")
        }
        return texts.first { $0.count <= width } ?? texts[shown - 1]
    }

    /// A copy is never what it is made from.
    private var copy: String { subject.contains("clean.jsonl") ? "cleaner.jsonl" : "clean.jsonl" }

    private func next(_ finding: DataFinding) -> String? {
        switch finding.kind {
        case .badLine, .unknownRole, .credential, .empty, .unlabelled, .conflict, .leakedExactly, .leakedNearly, .leakedGroup:
            return finding.isHeldOut
                ? "correct these rows of \(name(check.heldOut?.path ?? ""))"
                : "`\(session.command("data fix \(subject) -o \(copy)"))`"
        case .missingEnd, .doubleBeginning, .maskedEnd, .overLong:
            return finding.lines.first.map { "`\(session.command("data check \(subject) --show-mask \($0)"))`" }
        case .nothingToLearn: return "check that answers are not empty and not masked"
        default: return nil
        }
    }
}

extension DataFinding.Kind {
    /// A number of rows, and what is wrong with them.
    func words(_ count: Int) -> String {
        let rows = counted(count, "row")
        return switch self {
        case .badLine: "\(counted(count, "line")) that \(count == 1 ? "is" : "are") no row"
        case .unknownRole: "\(rows) with a role that templates do not know"
        case .missingEnd: "\(rows) whose answer has no end token"
        case .doubleBeginning: "\(rows) that begin twice"
        case .maskedEnd: "\(rows) whose end token is masked away"
        case .credential: "\(rows) with credentials"
        case .leakedExactly: "\(rows) whose input stands in the held-out set"
        case .leakedNearly: "\(rows) whose input nearly stands in the held-out set"
        case .leakedGroup: "\(rows) whose group is held out too"
        case .nothingToLearn: "no row to learn from"
        case .empty: "\(rows) with nothing in \(count == 1 ? "it" : "them")"
        case .unlabelled: "\(rows) without an answer that is learned"
        case .overLong: "\(rows) longer than is kept"
        case .exactDuplicate: counted(count, "exact duplicate")
        case .nearDuplicate: counted(count, "near duplicate")
        case .conflict: "\(rows) with the input of another and another answer"
        case .personalData: "\(rows) with personal data"
        case .unseenLabel: "\(rows) with an answer that training never shows"
        case .rareLabel: "\(rows) with a rare label"
        case .control: "\(rows) with control characters"
        case .zeroWidth: "\(rows) with invisible characters"
        case .bidirectional: "\(rows) with marks that turn the direction of writing"
        case .replacement: "\(rows) with characters that were lost (U+FFFD)"
        case .mojibake: "\(rows) read in a wrong encoding (such as Ã©)"
        case .mixedScripts: "\(rows) with words of two scripts"
        case .privateUse: "\(rows) with characters of private use"
        }
    }
}
