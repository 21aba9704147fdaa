import Foundation
import Training

/// Progress of a training: bar, loss, tokens per second, time left.
final class TrainingBar {
    private let console: Console
    private let line: ProgressLine
    private var totalSteps = 0
    private var firstStep = 0
    private var tokens = 0
    private var seconds = 0.0

    init(console: Console) {
        self.console = console
        line = ProgressLine(console: console)
    }

    func show(_ event: TrainingEvent) {
        switch event {
        case .started(let step, let total):
            (firstStep, totalSteps) = (step, total)
            if step > 0 { console.say("going on after step \(step) of \(total)") }
        case .step(let report):
            tokens += report.tokens
            seconds += report.seconds
            line.show(text(report), isLast: report.step == totalSteps)
        case .evaluated(let evaluation, let decision): show(evaluation, decision)
        case .checkpoint: break
        case .escalated(let rank, let reason): console.say("\(reason) It trains again at rank \(rank).")
        case .stopped: line.end()
        }
    }

    /// Every look at the held-out rows is a line that stays.
    private func show(_ evaluation: RunEvaluation, _ decision: RunDecision) {
        line.end()
        console.say(
            "step \(evaluation.step): held-out loss \(Decimals.text(evaluation.heldOutLoss, 4)), "
                + "training loss \(Decimals.text(evaluation.trainingLoss, 4))")
        if case .extend(let steps) = decision.action {
            totalSteps = steps
            console.say(decision.words)
        }
    }

    private func text(_ report: StepReport) -> String {
        let share = Double(report.step) / Double(max(totalSteps, 1))
        let rate = seconds > 0 ? Double(tokens) / seconds : 0
        let left = seconds / Double(max(report.step - firstStep, 1)) * Double(totalSteps - report.step)
        let words =
            " step \(report.step)/\(totalSteps)  loss \(Decimals.text(report.loss, 3))  \(Decimals.text(rate, 0)) tokens/s  "
            + "\(Decimals.duration(left)) left"
        return line.text("training ", share, words)
    }
}
