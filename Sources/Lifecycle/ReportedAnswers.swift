import Adapters
import Foundation
import Registry
import Reports
import StrictJSON
import Training

/// Answers side by side: first where the version errs, then where it alone is right.
struct AnswersSection {
    private let version: VersionID
    private let evidence: VersionEvidence
    /// By line of the held-out file; empty where that is not as it was.
    private let questions: [Int: String]

    /// How much of a text is shown.
    private static let length = 600

    init(_ version: VersionID, _ evidence: VersionEvidence, in workspace: Workspace) throws {
        (self.version, self.evidence) = (version, evidence)
        questions = try Self.questions(of: version, in: workspace)
    }

    /// What the rows asked, while the declared file still is the one that was measured on.
    private static func questions(of version: VersionID, in workspace: Workspace) throws -> [Int: String] {
        let lineage = try workspace.registry.version(version).lineage
        let declared = try workspace.registry.readableDeclarations().declarations.first { $0.name == version.adapter }
        guard let declared, declared.data.keepsRows, let heldOut = lineage.dataset?.heldOut else { return [:] }
        let file = workspace.layout.resolvedPath(declared.data.heldOut)
        guard FileManager.default.fileExists(atPath: file), try FileBook(in: workspace.layout).split(at: file) == heldOut else {
            return [:]
        }
        let rows = try DataFile(contentsOf: URL(filePath: file)).rows
        return Dictionary(rows.map { ($0.line, $0.inputText) }, uniquingKeysWith: { first, _ in first })
    }

    var section: Report.Section? {
        guard !evidence.rows.isEmpty, evidence.rows.allSatisfy({ $0["correct"]?.boolValue != nil }) else { return nil }
        let predecessor = predecessor
        let before = marks(in: predecessor?["score"])
        let base = marks("base"), samples = AnswerSamples(evidence.rows.map { $0["correct"]?.boolValue == true }, base: base)
        guard !samples.wrong.isEmpty || !samples.gained.isEmpty else { return nil }
        let name = predecessor?["version"]?.stringValue
        func table(_ caption: String, _ found: [Int]) -> Report.Block? {
            guard !found.isEmpty else { return nil }
            let (shown, all) = (AnswerSamples.shown, RuleValue.count(found.count).words)
            let rows = found.prefix(shown).map { number in
                let row = evidence.rows[number]
                return cells(row) + [other("base", of: row, mark(base, number))]
                    + (name.map { [other($0, of: row, mark(before, number))] } ?? [])
            }
            let header = ["line", "asked", "wanted", "\(version.label)", "base"] + (name.map { [$0] } ?? [])
            let count = found.count > shown ? "\(shown) of \(all)" : all
            return .table(Report.Table(header, Array(rows), numeric: [0], caption: "\(caption): \(count)"))
        }
        let tables = [
            table("Rows it gets wrong", samples.wrong), table("Rows it gets right and its base alone does not", samples.gained),
        ]
        return Report.Section("Answers", tables.compactMap(\.self))
    }

    /// The version that it was to succeed, with its score.
    private var predecessor: JSONValue? {
        ["production", "parent"].compactMap { evidence.evaluation?[$0] }.first { $0["version"]?.stringValue != nil }
    }

    /// What another model answered; of rows of which only that is known, whether it was right.
    private func other(_ name: String, of row: JSONValue, _ isRight: Bool?) -> String {
        row["others"]?[name]?.stringValue.map(Self.shortened) ?? Self.word(isRight)
    }

    private func marks(_ key: String) -> [Bool] { marks(in: evidence.evaluation?[key]) }

    private func marks(in score: JSONValue?) -> [Bool] { (score?["correct"]?.stringValue ?? "").map { $0 == "1" } }

    private func mark(_ marks: [Bool], _ number: Int) -> Bool? { marks.indices.contains(number) ? marks[number] : nil }

    private static func word(_ isRight: Bool?) -> String { isRight.map { $0 ? "right" : "wrong" } ?? "–" }

    private func cells(_ row: JSONValue) -> [String] {
        let line = row["line"]?.intValue
        return [
            line.map { "\($0)" } ?? "–", line.flatMap { questions[$0] }.map(Self.shortened) ?? "–",
            row["expected"]?.stringValue.map(Self.shortened) ?? "not kept",
            row["predicted"]?.stringValue.map(Self.shortened) ?? "not kept",
        ]
    }

    private static func shortened(_ text: String) -> String {
        text.count > length ? text.prefix(length) + " …" : text
    }
}
