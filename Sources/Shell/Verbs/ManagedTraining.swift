import Adapters
import Foundation
import Lifecycle
import StrictJSON
import Training

/// `lora train ADAPTER`, from request to words.
struct ManagedTraining {
    let session: Session
    let isJSON: Bool

    func run(_ request: TrainAdapter.Request, registry: String?, dryRun forecast: ForecastRequest?) throws -> ExitStatus {
        let workspace = try session.openRegistry(registry)
        let training = try TrainAdapter(request, in: workspace, workingFolder: session.workingFolder)
        if !isJSON {
            let task = training.task
            let remarks = try DataReportWords.lines(task.remarks(), of: task.declaration.name.text, session)
            for line in DataReportWords.lines(task.report) + remarks { session.console.say(line) }
        }
        if !isJSON { for line in MemoryWords.lines(training.fit) { session.console.say(line) } }
        if let forecast { return show(training, try training.estimate(forecast)) }
        let (bar, measuring) = (TrainingBar(console: session.console), MeasuringBar(session: session, isQuiet: isJSON))
        let outcome = try training.run(
            by: Actor(environment: session.environment), clock: session.clock,
            shouldStop: { session.isInterrupted },
            observe: { event in if !isJSON { show(event, bar, measuring) } })
        return try report(outcome, of: training)
    }

    private func show(_ training: TrainAdapter, _ estimate: TrainingEstimate) -> ExitStatus {
        if isJSON {
            session.print(
                [
                    "state": "planned", "adapter": .string(request(training)), "plan": training.plan.json,
                    "data": training.task.report.json, "estimate": estimate.json,
                ], as: TrainingReport.schema)
        } else {
            session.print(PlanTable.table(training.plan))
            EstimateWords.print(estimate, in: session)
        }
        return .passed
    }

    private func request(_ training: TrainAdapter) -> String { training.task.declaration.name.text }

    private func show(_ event: TrainAdapter.Event, _ bar: TrainingBar, _ measuring: MeasuringBar) {
        switch event {
        case .began(let run): session.console.say("\(run.id) began")
        case .resumed(let run): session.console.say("\(run.id) stopped before its end; going on with it")
        case .escalated(let run, let first, let rank):
            session.console.say("\(run) began at rank \(rank), since \(first) underfits")
        case .concluded(let conclusion):
            for line in ConclusionWords.lines(conclusion) { session.console.say(line) }
        case .training(let event): bar.show(event)
        case .measuring(let subject, let done, let rows): measuring.draw(subject, done, rows)
        }
    }

    private func report(_ outcome: TrainAdapter.Outcome, of training: TrainAdapter) throws -> ExitStatus {
        switch outcome {
        case .admitted(let receipt):
            if isJSON { session.print(receipt.json, as: TrainingReport.schema) } else { describe(receipt) }
            return .passed
        case .refused(let verdict, let candidate):
            if isJSON {
                session.print(
                    [
                        "state": "refused", "adapter": .string(request(training)), "candidate": .string(candidate.path),
                        "gate": verdict.json, "training": try RunConclusion(ofCandidate: candidate).json,
                    ], as: TrainingReport.schema)
            } else {
                session.console.say("Refused by the gate of policy '\(verdict.policy.name)':")
                for line in VerdictWords.lines(refused: verdict) { session.console.say(line) }
                session.console.say("The candidate stays in \(candidate.path) until the next run.")
            }
            return .verificationFailed
        case .interrupted(let run, let step):
            if isJSON {
                session.print(
                    [
                        "state": "interrupted", "adapter": .string(request(training)), "run": .string("\(run)"),
                        "step": step.map { .integer($0) } ?? .null,
                    ], as: TrainingReport.schema)
            }
            let place = step.map { "after step \($0)" } ?? "while measuring"
            // Only the same settings lead back to this run, so the hint repeats them.
            let command = session.command(repeatedWithout: ["--fresh"])
            session.console.complain("\(run) stopped \(place); its state is saved. `\(command)` goes on with it.")
            return .interrupted
        }
    }

    private func describe(_ receipt: Receipt) {
        session.console.say(
            "\(receipt.version) released: error \(Decimals.percent(receipt.candidateError.value)), "
                + "base \(Decimals.percent(receipt.baseError.value))")
        for rule in receipt.verdict.rules { for line in VerdictWords.lines(rule) { session.console.say(line) } }
        session.console.say("commit \(receipt.commit) tagged \(receipt.version.tag) in \(receipt.repository.path)")
        session.console.say(
            "It is the candidate; put it into production with `\(session.command("promote \(receipt.version)"))`.")
    }
}
