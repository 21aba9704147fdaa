import DurableFiles
import Foundation
import Lifecycle
import StrictJSON
import Training

/// `lora train --base … --data … --out …`, from request to words.
struct FolderTraining {
    let session: Session
    let isJSON: Bool
    /// Where the report is written as well.
    var reportFile: URL?

    func run(_ request: TrainFolder.Request, dryRun forecast: ForecastRequest?) throws -> ExitStatus {
        let training = try TrainFolder(request, workingFolder: session.workingFolder, cache: session.weightCache)
        if !isJSON {
            let remarks = try DataReportWords.lines(training.remarks(), of: request.dataWords, session)
            for line in DataReportWords.lines(training.report) + remarks { session.console.say(line) }
        }
        if !isJSON { for line in MemoryWords.lines(training.fit) { session.console.say(line) } }
        if let forecast { return show(training, try training.estimate(forecast)) }
        // hours later would be a bad moment to learn that it cannot be written
        if let reportFile { try DurableFile.requireWritable(reportFile) }
        let bar = isJSON ? nil : TrainingBar(console: session.console)
        var meter = RunMeter()
        let outcome = try training.run(shouldStop: { session.isInterrupted }) { event in
            meter.note(event)
            bar?.show(event)
        }
        switch outcome {
        case .finished(let candidate):
            try tell(
                [
                    "state": "finished", "folder": .string(candidate.folder.path),
                    "digest": .string("\(candidate.digest)"), "training": candidate.conclusion.json,
                    "data": training.report.json, "inputs": try training.inputs(),
                    "measured": try meter.measurement(
                        of: candidate.folder, trainedParameters: training.trainedParameters()
                    ).json,
                ])
            if !isJSON {
                for line in ConclusionWords.lines(candidate.conclusion) { session.console.say(line) }
                let what = training.plan.method.trainsAdapter ? "adapter" : "model"
                session.console.say("The \(what) is in \(candidate.folder.path) (\(candidate.digest)).")
            }
            return .passed
        case .interrupted(let step):
            if isJSON {
                session.print(
                    ["state": "interrupted", "step": .integer(step), "checkpoints": .string(request.checkpoints.path)],
                    as: TrainingReport.schema)
            }
            let command = session.command(repeatedWithout: ["--fresh"])
            session.console.complain(
                step == 0
                    ? "Stopped before the first step; there is nothing to save. `\(command)` begins again."
                    : "Stopped after step \(step); the state is saved in \(request.checkpoints.path). `\(command)` goes on with it."
            )
            return .interrupted
        }
    }

    /// As JSON, where that is wanted: on the output, in a file, or both.
    private func tell(_ report: JSONValue) throws {
        if isJSON { session.print(report, as: TrainingReport.schema) }
        guard let reportFile else { return }
        let text = report.report(TrainingReport.schema).text(.pretty) + "\n"
        try DurableFile.write(Data(text.utf8), to: reportFile)
    }

    private func show(_ training: TrainFolder, _ estimate: TrainingEstimate) -> ExitStatus {
        if isJSON {
            session.print(
                [
                    "state": "planned", "plan": training.plan.json, "data": training.report.json, "estimate": estimate.json,
                ], as: TrainingReport.schema)
        } else {
            session.print(PlanTable.table(training.plan))
            EstimateWords.print(estimate, in: session)
        }
        return .passed
    }
}

/// The form of what `train --json` prints; `state` says which other members there are.
enum TrainingReport {
    static let schema = "lora.train/1"
}

/// Every option of a plan with its value.
enum PlanTable {
    static func table(_ plan: TrainingPlan) -> Table {
        let rows = TrainingOption.allCases.compactMap { option in
            plan[option].map { [option.rawValue, $0.stringValue ?? $0.text()] }
        }
        return Table(["OPTION", "VALUE"], rows)
    }
}

extension TrainFolder.Request {
    /// What `data check` takes to look at the same rows in the same way.
    fileprivate var dataWords: String {
        let heldOut = heldOut.map { ["--held-out", $0.path] } ?? []
        return ([data.path] + heldOut + ["--base", pin?.name.text ?? base.path]).map(WordSplitter.quoted).joined(separator: " ")
    }
}
