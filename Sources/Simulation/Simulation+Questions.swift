import Adapters
import Policies

/// The question before the first training.
extension Simulation {
    mutating func ask(on day: Int, now: Timestamp) {
        for index in fleet.indices {
            guard case .asking(let asked) = fleet[index].stage, asked == day else { continue }
            ask(index, on: day, now: now)
        }
    }

    mutating func ask(_ index: Int, on day: Int, now: Timestamp) {
        let task = world.tasks[index]
        let truth = world.baseError(of: task, on: day)
        let rate = task.counted(truth)
        var verdict = judge(index, rate, on: day, now: now)
        if let interval = verdict.baseErrorInterval {
            tally.intervals += 1
            if interval.lower <= rate && rate <= interval.upper { tally.covering += 1 }
        }
        for _ in 0..<WorldAssumptions.labellingRounds {
            guard case .moreRows(let more?)? = verdict.needs.first, fleet[index].rows + more <= WorldAssumptions.labelledRows
            else {
                break
            }
            fleet[index].rows += more
            verdict = judge(index, rate, on: day, now: now)
        }
        count(verdict.answer, of: task, truth, on: day)
        let mustCollect = verdict.alternatives.contains { if case .collectExamples = $0 { true } else { false } }
        switch verdict.answer {
        case .yes: fleet[index].stage = .active
        case .no where mustCollect && verdict.alternatives.count == 1 && task.growth > 0 && day + 90 < settings.days:
            fleet[index].stage = .asking(on: day + 90)
        case .no, .notEnoughEvidence: fleet[index].stage = .declined
        }
    }

    private mutating func judge(_ index: Int, _ rate: Double, on day: Int, now: Timestamp) -> Verdict {
        let (task, rows) = (world.tasks[index], fleet[index].rows)
        let error = Measurement([rate], rows: rows, &random).error(of: 0, at: now)
        return policy.judgeFineTuning(
            FineTuningFacts(baseError: error, effectiveExamples: task.examples(on: day), horizon: task.horizon), now: now)
    }

    private mutating func count(_ answer: Verdict.Answer, of task: SimulatedTask, _ truth: Double, on day: Int) {
        let rules = policy.fineTuning
        tally.asked += 1
        guard abs(truth - rules.baseError.threshold) >= 0.05 else { return }
        tally.clear += 1
        let isRight =
            truth > rules.baseError.threshold && task.examples(on: day) >= rules.examples && task.horizon >= rules.horizon
        switch answer {
        case .yes where !isRight: tally.wrongYes += 1
        case .no where isRight: tally.wrongNo += 1
        case .notEnoughEvidence: tally.undecided += 1
        default: break
        }
    }
}
