import Adapters
import Policies

/// What the checks begin.
extension Simulation {
    mutating func begin(_ index: Int, _ item: RetrainCase, now: Timestamp) {
        let task = world.tasks[index]
        if fleet[index].training != nil { tally.doubled += 1 }
        if !audit.mayBegin(after: fleet[index].attempts, failedOn: fleet[index].failedDay, now: now) { tally.hasty += 1 }
        let end: KeptAdapter.Training.End =
            random.unit() < settings.crashes ? .dies : random.unit() < settings.failures ? .fails : .finishes
        // what was saved before a crash is not trained again
        let hours = task.trainingHours * (end == .finishes ? 1 : random.between(0.1, 0.9))
        if !fleet[index].attempts.isUnderWay {
            let expense = expense(of: task)
            spent.add(expense)
            tally.expenses.add(expense, on: now.date)
            tally.trainings += 1
            for reason in item.reasons { tally.byReason[reason.code, default: 0] += 1 }
        }
        fleet[index].training = KeptAdapter.Training(ends: now.adding(seconds: Int(hours * 3_600)), end: end)
    }

    func expense(of task: SimulatedTask) -> TrainingExpense {
        TrainingExpense(runs: 1, hours: task.trainingHours, money: task.trainingHours * machineHour)
    }

    /// The truth, as runs that finished would say it.
    func expected(of task: SimulatedTask) -> ExpectedExpense {
        ExpectedExpense(expense(of: task), basis: .measured, currency: policy.costs.currency)
    }

    mutating func finishTrainings(by now: Timestamp, on day: Int) {
        for index in fleet.indices {
            guard let training = fleet[index].training, training.ends <= now else { continue }
            fleet[index].training = nil
            fleet[index].isChanged = true
            fleet[index].attempts.isUnderWay = training.end == .dies
            switch training.end {
            case .dies: tally.crashed += 1
            case .fails: fail(index, at: training.ends)
            case .finishes: judgeCandidate(index, trainedAt: training.ends, on: day)
            }
        }
    }

    private mutating func fail(_ index: Int, at moment: Timestamp) {
        tally.failed += 1
        tally.kept.hours += world.tasks[index].trainingHours / 2
        fleet[index].attempts.failed += 1
        fleet[index].attempts.lastEnded = moment
        fleet[index].failedDay = moment.date.daysSinceEpoch - settings.start.date.daysSinceEpoch
        if fleet[index].attempts.failed == policy.unattended.attempts { tally.handedOver += 1 }
    }

    private mutating func judgeCandidate(_ index: Int, trainedAt: Timestamp, on day: Int) {
        let task = world.tasks[index]
        let trainedDay = trainedAt.date.daysSinceEpoch - settings.start.date.daysSinceEpoch
        let base = world.baseError(of: task, on: trainedDay)
        let old = fleet[index].release
        let served = old.map { world.servedError(of: task, trained: $0.trainedDay, on: trainedDay) }
        let fresh = world.trainedError(of: task, on: trainedDay)
        let rates = [fresh, base] + (served.map { [$0] } ?? [])
        let measurement = Measurement(rates.map(task.counted), rows: fleet[index].rows, &random)
        tally.kept.hours += task.trainingHours * (1 + Double(rates.count) * WorldAssumptions.measuringShare)
        tally.kept.trainings += 1
        let error = measurement.error(of: 0, at: trainedAt)
        let facts = GateFacts(
            candidateError: error,
            base: GateFacts.Rival(error: measurement.error(of: 1, at: trainedAt), pairs: measurement.pairs[1]),
            production: old.map { _ in
                GateFacts.Rival(error: measurement.error(of: 2, at: trainedAt), pairs: measurement.pairs[2])
            })
        fleet[index].retirement.baseError = measurement.error(of: 1, at: trainedAt)
        fleet[index].retirement.pairs = measurement.pairs[1]
        fleet[index].baseMeasuredDay = trainedDay
        guard policy.judgeCandidate(facts).answer == .admitted else {
            tally.refused += 1
            fleet[index].attempts.isRefused = true
            let changes = old.map { world.changes(of: task, after: $0.trainedDay, through: day) } ?? []
            fleet[index].attempted = (task.dataset(on: day), changes)
            return
        }
        if let served, served - fresh < 0.005 { tally.needless += 1 }
        release(index, error, trainedAt, on: trainedDay)
    }

    private mutating func release(_ index: Int, _ error: MeasuredRate, _ trainedAt: Timestamp, on day: Int) {
        let task = world.tasks[index]
        let number = (fleet[index].release?.version.number ?? 0) + 1
        fleet[index].release = KeptAdapter.Release(
            version: VersionID(task.adapter, number), trainedAt: trainedAt, trainedDay: day, examples: task.examples(on: day),
            error: error)
        (fleet[index].attempts, fleet[index].attempted, fleet[index].failedDay) = (AttemptFacts(), nil, nil)
        (fleet[index].measured, fleet[index].measuredDay) = (nil, day)
        if fleet[index].firstReleaseDay == nil {
            fleet[index].firstReleaseDay = day
            fleet[index].retirement.neededUntil = trainedAt.adding(task.horizon)
        }
    }
}
