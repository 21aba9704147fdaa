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

    /// How many of either kind are shown, and how much of a text.
    private static let (shown, length) = (15, 600)

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
        let base = marks("base"), production = evidence.evaluation?["production"].flatMap { marks(in: $0["score"]) } ?? []
        let all = evidence.rows.enumerated().map { number, row in
            (row: row, isRight: row["correct"]?.boolValue == true, base: mark(base, number), production: mark(production, number))
        }
        let wrong = all.filter { !$0.isRight }
        let gained = all.filter { $0.isRight && $0.base == false }
        guard !wrong.isEmpty || !gained.isEmpty else { return nil }
        func table(_ caption: String, _ found: [(row: JSONValue, isRight: Bool, base: Bool?, production: Bool?)]) -> Report.Block?
        {
            guard !found.isEmpty else { return nil }
            let count = found.count > Self.shown ? "\(Self.shown) of \(RuleValue.count(found.count).words)" : "\(found.count)"
            let rows = found.prefix(Self.shown).map { item in
                cells(item.row) + [Self.word(item.base)] + (production.isEmpty ? [] : [Self.word(item.production)])
            }
            let header = ["line", "asked", "wanted", "answered", "base"] + (production.isEmpty ? [] : ["production"])
            return .table(Report.Table(header, Array(rows), numeric: [0], caption: "\(caption): \(count)"))
        }
        let tables = [table("Rows it gets wrong", wrong), table("Rows it gets right and its base alone does not", gained)]
        return Report.Section("Answers", tables.compactMap(\.self))
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
