import Adapters
import DurableFiles
import Foundation
import Registry
import StrictJSON
import Training
import Versions

/// What a finished training leaves behind.
public struct Receipt: Sendable {
    public let version: VersionID
    public let commit: CommitID
    public let candidateError: MeasuredRate
    public let baseError: MeasuredRate
    public let verdict: GateVerdict
    /// How training ended.
    public let training: RunConclusion
    /// Where the commit is.
    public let repository: URL

    public var json: JSONValue {
        [
            "state": "admitted", "adapter": .string(version.adapter.text), "version": .string("\(version)"),
            "tag": .string(version.tag),
            "commit": .string("\(commit)"), "error": .number(candidateError.value), "base_error": .number(baseError.value),
            "training": training.json,
            "gate": verdict.json,
        ]
    }
}

/// An admitted candidate on its way to being a version.
struct Release {
    static let evaluationFile = "evaluation.json"
    static let rowsFile = "evaluation_rows.jsonl"
    static let decisionFile = "decision.json"
    static let dataReportFile = "data_report.json"

    let attempt: TrainingAttempt
    let candidate: URL
    let proof: Proof
    let verdict: GateVerdict
    let training: TrainAdapter

    /// Evidence into the folder → the data set, if it is not stored yet → commit and tag → the registry's row last.
    func publish(by actor: Actor, at time: Timestamp) throws -> Receipt {
        let workspace = training.workspace
        let version = try workspace.registry.nextVersion(of: training.task.declaration.name)
        let lineage = lineage(of: version, at: time)
        try writeEvidence(lineage)
        // stored since the run began, unless somebody took it away
        try training.keepData(by: actor, at: time)
        let commit = try workspace.versions.commit(
            candidate, as: version, message: message(lineage), author: actor, at: time)
        let published = PublishedVersion(commit: commit, lineage: lineage, at: time)
        let occasion = Occasion(actor: actor, at: time, reason: "passed the gate of policy '\(training.policy.name)'")
        try workspace.listing(version) { try workspace.registry.admit(published, on: occasion) }
        return Receipt(
            version: version, commit: commit, candidateError: proof.facts.candidateError, baseError: proof.facts.base.error,
            verdict: verdict, training: proof.conclusion, repository: workspace.layout.versions)
    }

    private func lineage(of version: VersionID, at time: Timestamp) -> Lineage {
        let task = training.task
        return Lineage(
            version: version, parent: nil, run: attempt.run.id, base: task.base.identity, dataset: task.datasetVersion,
            plan: attempt.recorded, stop: proof.conclusion.stop.rawValue,
            metrics: [
                NamedMetric(NamedMetric.error, proof.facts.candidateError.value),
                NamedMetric(NamedMetric.baseError, proof.facts.base.error.value),
                NamedMetric(NamedMetric.heldOutRows, Double(proof.candidate.rows)),
                NamedMetric(NamedMetric.effectiveExamples, Double(task.report.effectiveRows)),
                NamedMetric(NamedMetric.trainedRows, Double(task.report.trainableRows)),
                NamedMetric(NamedMetric.leakedRows, Double(task.report.leakedLines.count)),
            ] + trainingMetrics,
            startedAt: attempt.run.start.at, finishedAt: time, madeBy: ProgramVersion.signature)
    }

    private var trainingMetrics: [NamedMetric] {
        let conclusion = proof.conclusion
        let best = conclusion.best.map { best in
            [NamedMetric(NamedMetric.evalLoss, best.heldOutLoss), NamedMetric(NamedMetric.bestStep, Double(best.step))]
        }
        return (best ?? []) + [NamedMetric(NamedMetric.lastStep, Double(conclusion.step))]
    }

    private func writeEvidence(_ lineage: Lineage) throws {
        let advice = try training.workspace.registry.decisions(of: training.task.declaration.name)
            .last { $0.question == .shouldFinetune }
        let decision: JSONValue = [
            "schema": "lora.decision/1", "made_by": .string(ProgramVersion.signature), "gate": verdict.json,
            "should_finetune": advice?.verdict ?? .null,
        ]
        try DurableFile.write(lineage.data, to: candidate.appending(path: Lineage.fileName))
        try DurableFile.write(proof.json.data(.pretty), to: candidate.appending(path: Release.evaluationFile))
        let rows = proof.result.jsonLines(
            quotesAnswers: training.task.declaration.data.keepsRows, others: proof.others)
        try DurableFile.write(Data(rows.utf8), to: candidate.appending(path: Release.rowsFile))
        try DurableFile.write(Data(proof.probes.text.utf8), to: candidate.appending(path: GoldenProbes.fileName))
        try DurableFile.write(training.task.dataReport.data(.pretty), to: candidate.appending(path: Release.dataReportFile))
        try DurableFile.write(decision.data(.pretty), to: candidate.appending(path: Release.decisionFile))
        try writeCard(of: lineage.version)
    }

    private func writeCard(of version: VersionID) throws {
        let file = candidate.appending(path: ModelCard.fileName)
        let written = String(decoding: try FileBytes.contents(of: file, limit: 1 << 24), as: UTF8.self)
        let card = VersionCard(version: version, task: training.task.declaration.task, proof: proof, verdict: verdict)
        try DurableFile.write(Data(ModelCard.text(written, with: card.evidence).utf8), to: file)
    }

    private func message(_ lineage: Lineage) -> VersionMessage {
        let (task, facts) = (training.task, proof.facts)
        let (error, baseError) = (RuleValue.rate(facts.candidateError.value).words, RuleValue.rate(facts.base.error.value).words)
        let rows = proof.candidate.rows
        return VersionMessage(
            subject: "\(lineage.version): error \(error), base \(baseError)",
            body: """
                \(task.declaration.task)

                Trained on \(task.datasetVersion) (\(task.datasetVersion.train.rows) rows) over base \(task.base.name); measured on \
                \(rows) held-out rows by \(proof.result.metric.name). Training stopped after step \(proof.conclusion.step): \
                \(proof.conclusion.because)
                """,
            trailers: trailers(lineage))
    }

    private func trailers(_ lineage: Lineage) -> [VersionMessage.Trailer] {
        let settings = TrainingOption.allCases.map { option in
            (option.rawValue, attempt.plan[option].map { $0.stringValue ?? $0.text() })
        }
        return lineage.trailers(escalated: attempt.precursor, settings: settings)
    }
}
