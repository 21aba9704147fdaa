import Foundation
import Similarity
import Training

/// What the doctor finds in a data file, alone or beside its held-out rows.
public struct DataCheck: Sendable {
    public let data: CheckedFile
    public let heldOut: CheckedFile?
    public let base: DoctorBase?
    /// The very examination that is made before each training.
    public let examination: DataExamination
    public let report: DataReport
    /// Lines whose group has rows in the held-out file too.
    public let leakedGroups: [Int]
    public let labels: LabelBalance?

    /// - Parameter checking: asked now and then; what it throws ends the check.
    /// - Throws: `DoctorError` when a file cannot be read, or no row has the group's key.
    public init(
        _ file: URL, heldOut: URL? = nil, base: DoctorBase? = nil, group: String? = nil, checking: () throws -> Void = {}
    ) throws {
        let check = RowCheck(base: base, group: group)
        data = try check.check(file, checking: checking)
        self.heldOut = try heldOut.map { try check.check($0, checking: checking) }
        try checking()
        if let group, !data.groups.contains(where: { $0 != nil }) { throw DoctorError.unknownKey(group, file: file.path) }
        self.base = base
        examination = DataExamination(data.rows, heldOut: self.heldOut?.rows.inputs ?? TextStore())
        try checking()
        report = DataReport(examination)
        let known = Set(self.heldOut?.groups.compactMap(\.self) ?? [])
        leakedGroups = Self.lines(data, inGroups: known)
        labels = LabelBalance(data.rows)
    }

    private static func lines(_ file: CheckedFile, inGroups known: Set<TextKey>) -> [Int] {
        file.groups.indices.filter { file.groups[$0].map(known.contains) ?? false }.map { file.rows.line($0) }
    }

    /// Worst first; those without rows are left out.
    public var findings: [DataFinding] {
        let all = [data.findings(isHeldOut: false), heldOut?.findings(isHeldOut: true) ?? [], compared].flatMap(\.self).filter {
            !$0.lines.isEmpty
        }
        return all.sorted(by: DataFinding.isWorse)
    }

    public var passes: Bool { !findings.contains { $0.kind.fails } }

    private static func lines(_ lines: [Int]) -> [Int] { Set(lines).sorted() }

    /// What shows when rows are held against one another.
    private var compared: [DataFinding] {
        let rows = examination.rows
        let leaks = examination.standings.indices.filter { examination.standings[$0].leak != nil }
        let exact = leaks.filter { examination.standings[$0].leaksWordForWord }.map { rows.line($0) }
        let near = leaks.filter { !examination.standings[$0].leaksWordForWord }.map { rows.line($0) }
        let findings = report.findings.compactMap { finding, lines in DataFinding.Kind(finding).map { DataFinding($0, lines) } }
        return findings + [
            DataFinding(.leakedExactly, exact), DataFinding(.leakedNearly, near), DataFinding(.leakedGroup, leakedGroups),
            DataFinding(.conflict, report.conflicts.flatMap(\.lines).sorted()),
            DataFinding(.nothingToLearn, report.trainableRows == 0 && rows.count > 0 ? [rows.line(0)] : []),
        ] + labelFindings
    }

    private var labelFindings: [DataFinding] {
        guard let labels else { return [] }
        let rare = Set(labels.rare.map { TextKey($0.text) })
        var findings = [DataFinding(.rareLabel, Self.lines(data.rows, where: rare.contains))]
        if let heldOut {
            let known = Set(labels.labels.map { TextKey($0.text) })
            findings.append(DataFinding(.unseenLabel, Self.lines(heldOut.rows) { !known.contains($0) }, isHeldOut: true))
        }
        return findings
    }

    private static func lines(_ rows: ExaminedRows, where holds: (TextKey) -> Bool) -> [Int] {
        (0..<rows.count).filter { rows.fault($0) == nil && holds(rows.answerKeys[$0]) }.map { rows.line($0) }
    }
}

extension CheckedFile {
    /// What was found in the rows of the file by themselves.
    func findings(isHeldOut: Bool) -> [DataFinding] {
        func lines(_ lines: [Int]) -> [Int] { Set(lines).sorted() }
        let sensitive = Dictionary(grouping: sightings) { $0.kind.isCredential }.mapValues { lines($0.map(\.line)) }
        let odd = Dictionary(grouping: odd, by: \.kind).mapValues { lines($0.map(\.line)) }
        return [
            DataFinding(.badLine, badLines.map(\.line), isHeldOut: isHeldOut),
            DataFinding(.credential, sensitive[true] ?? [], isHeldOut: isHeldOut),
            DataFinding(.personalData, sensitive[false] ?? [], isHeldOut: isHeldOut),
        ] + templateFaults.map { DataFinding(.init($0), lines($1), isHeldOut: isHeldOut) }
            + odd.map { DataFinding(.init($0), $1, isHeldOut: isHeldOut) }
    }
}

/// What the report before a training does not say of its rows.
public enum DataRemarks {
    /// Worst first.
    ///
    /// - Parameter ends: nil where the base's tokenizer is not known.
    /// - Throws: `DoctorError` when the file cannot be read.
    public static func of(_ dataset: Dataset, ends: AnswerEnds?) throws -> [DataFinding] {
        var checked = try RowCheck(readsRows: false).check(URL(filePath: dataset.path))
        for (row, encoded) in zip(dataset.rows, dataset.encoded) {
            if row.content.hasUnknownRole { checked.templateFaults[.unknownRole, default: []].append(row.line) }
            for fault in ends?.faults(encoded) ?? [] { checked.templateFaults[fault, default: []].append(row.line) }
        }
        return checked.findings(isHeldOut: false).filter { !$0.lines.isEmpty }.sorted(by: DataFinding.isWorse)
    }
}
