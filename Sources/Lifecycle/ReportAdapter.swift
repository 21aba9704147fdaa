import Adapters
import Foundation
import Policies
import Registry
import Reports
import StrictJSON
import Training

/// Gathers what one version's evidence says into a report for people: why it was made and let in, from what, how training went, what it was
/// measured to be, and when it is due again.
public struct ReportAdapter {
    private let workspace: Workspace
    private let workingFolder: URL

    public init(in workspace: Workspace, workingFolder: URL) {
        (self.workspace, self.workingFolder) = (workspace, workingFolder)
    }

    /// - Parameter text: a version or an alias; of a bare name the version in production, else the latest.
    public func run(_ text: String, now: Timestamp) throws -> (version: VersionID, report: Report) {
        let version = try workspace.reportedVersion(VersionReference(text))
        let why = try workspace.why("\(version)")
        let evidence = try VersionEvidence(of: why.record, in: workspace, workingFolder: workingFolder)
        let maintenance = try maintenance(of: version.adapter, now: now)
        let sections: [Report.Section?] = [
            DecisionSection(why).section, DataSection(why.record.lineage, evidence).section,
            TrainingSection(why.record.lineage, evidence).section, EvaluationSection(evidence).section,
            try AnswersSection(version, evidence, in: workspace).section, maintenance,
        ]
        return (
            version,
            Report(
                title: "\(version)", subtitle: try subtitle(why.record.lineage), sections: sections.compactMap(\.self),
                origin: "Made by \(ProgramVersion.signature) at \(now) from commit \(why.record.published.commit).")
        )
    }

    private func subtitle(_ lineage: Lineage) throws -> String {
        let declared = try workspace.registry.readableDeclarations().declarations.first { $0.name == lineage.version.adapter }
        let base = "An adapter of \(lineage.base.name)\(lineage.base.revision.map { " at \($0)" } ?? "")."
        return declared.map { "\($0.task)\($0.task.hasSuffix(".") ? "" : ".") Owner: \($0.owner). \(base)" } ?? base
    }

    /// Nil for what is not declared here, or rests.
    private func maintenance(of name: AdapterName, now: Timestamp) throws -> Report.Section? {
        guard try workspace.registry.declaredNames().contains(name) else { return nil }
        let plan = try RetrainCheck(in: workspace, workingFolder: workingFolder).run(name.text, now: now)
        return plan.cases.first.map { MaintenanceSection($0, now: now).section }
    }
}

/// The files that a version carries as its evidence; nil where it has none, as one that was adopted.
struct VersionEvidence {
    /// `trainer_state.json`.
    let training: JSONValue?
    /// `evaluation.json`, or what was measured here since.
    let evaluation: JSONValue?
    let data: JSONValue?
    /// The rows of the held-out file as the candidate answered them, in order.
    let rows: [JSONValue]

    init(of record: VersionRecord, in workspace: Workspace, workingFolder: URL) throws {
        let version = record.version
        func contents(_ name: String) throws -> JSONValue? {
            try workspace.versions.contents(of: name, in: version).map { try JSONValue(parsing: $0) }
        }
        training = try contents(TrainerState.fileName)
        evaluation =
            try contents(Release.evaluationFile)
            ?? workspace.laterProof(of: record).map { later in
                let policy = try PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
                    .policy(of: later.declaration)
                return later.proof(
                    try later.declaration.slices(in: workspace.layout), confidence: policy.fineTuning.baseError.confidence)
            }
        data = try contents(Release.dataReportFile)
        let lines = try workspace.versions.contents(of: Release.rowsFile, in: version) ?? Data()
        rows = try lines.split(separator: 0x0A).map { try JSONValue(parsing: Data($0)) }
    }
}
