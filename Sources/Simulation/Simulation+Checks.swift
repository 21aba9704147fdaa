import Adapters
import Policies

/// The daily check.
extension Simulation {
    /// - Parameter isFirst: whether this is not the second of two checks that were started at once.
    mutating func check(on day: Int, now: Timestamp, isFirst: Bool) {
        var candidates: [MaintenanceAgenda.Candidate] = []
        var indices: [AdapterName: Int] = [:]
        for index in fleet.indices where fleet[index].isActive {
            if isFirst { measure(index, on: day, now: now) }
            guard let candidate = candidate(index, on: day, now: now) else { continue }
            candidates.append(candidate)
            indices[candidate.item.facts.adapter] = index
        }
        if spentUntil != now.date {
            let isSameMonth = (spentUntil.year, spentUntil.month) == (now.date.year, now.date.month)
            let kept = isSameMonth ? TrainingExpense(hours: spent.hours, money: spent.money) : TrainingExpense()
            (spent, spentUntil) = (kept, now.date)
        }
        let agenda = MaintenanceAgenda(candidates, spent: [policy.name: spent], now: now) { moment in
            WallClock(weekday: (moment.date.daysSinceEpoch + 4) % 7, minute: moment.secondOfDay / 60)
        }
        for item in agenda.jobs {
            guard let index = indices[item.facts.adapter] else { preconditionFailure("jobs come from candidates") }
            if !isRetired(index, on: day, now: now) { begin(index, item, now: now) }
        }
        for waiting in agenda.waiting {
            tally.waiting[waiting.obstacle.code, default: 0] += 1
            // whoever reads the check's output does what the evidence says
            if waiting.obstacle == .shouldRetire, let index = indices[waiting.item.facts.adapter] {
                retire(index, on: day, now: now)
            }
        }
        if isFirst { verify(agenda, indices, on: day, now: now) }
    }

    /// What is due, or nil. What nothing has happened to since it was judged is not judged again before its day.
    private mutating func candidate(_ index: Int, on day: Int, now: Timestamp) -> MaintenanceAgenda.Candidate? {
        let task = world.tasks[index]
        let release = fleet[index].release
        let examples = task.examples(on: day)
        let base = release.map { world.changes(of: task, after: $0.trainedDay, through: day) } ?? []
        if let judged = fleet[index].judged, judged.examples != examples || judged.base != base { fleet[index].isChanged = true }
        guard fleet[index].isChanged || now >= fleet[index].nextDue else { return nil }
        let item = RetrainCase(
            judging: fleet[index].facts(of: task, examples: examples, base: base), by: policy, now: now)
        tally.judgements += 1
        fleet[index].judged = (examples, base)
        fleet[index].isChanged = item.isDue
        fleet[index].nextDue = item.nextDue
        guard item.isDue else { return nil }
        if let attempted = fleet[index].attempted, attempted != (task.dataset(on: day), base) {
            (fleet[index].attempts.isRefused, fleet[index].attempted) = (false, nil)
        }
        mend(index, now: now)
        var attempts = fleet[index].attempts
        attempts.isRunning = fleet[index].training != nil
        return MaintenanceAgenda.Candidate(
            item, policy: policy, attempts: attempts, expected: expected(of: task),
            shouldRetire: shouldRetire(index, base: base, now: now))
    }

    /// After the last attempt somebody is told, and mends it after a while.
    private mutating func mend(_ index: Int, now: Timestamp) {
        guard fleet[index].attempts.failed >= policy.unattended.attempts, let last = fleet[index].attempts.lastEnded,
            now >= last.adding(seconds: 86_400 * WorldAssumptions.mending)
        else { return }
        (fleet[index].attempts.failed, fleet[index].attempts.lastEnded, fleet[index].failedDay) = (0, nil, nil)
    }

    /// What is known says that no training is worth it; what was measured before the base moved says nothing of it now.
    private func shouldRetire(_ index: Int, base: Set<BaseChange>, now: Timestamp) -> Bool {
        guard fleet[index].release != nil, fleet[index].training == nil else { return false }
        let known = fleet[index].retirement
        let isMoved = base.contains { $0 != .cosmetic }
        let facts = isMoved ? RetirementFacts(neededUntil: known.neededUntil) : known
        return policy.judgeRetirement(facts, now: now).answer == .retire
    }

    /// Of a base with new weights the job first measures whether it still needs the adapter: that costs less than a training.
    private mutating func isRetired(_ index: Int, on day: Int, now: Timestamp) -> Bool {
        let task = world.tasks[index]
        guard let release = fleet[index].release,
            world.changes(of: task, after: release.trainedDay, through: day).contains(.weights),
            !world.changes(of: task, after: fleet[index].baseMeasuredDay, through: day).isEmpty
        else { return false }
        measureBase(index, on: day, now: now)
        guard policy.judgeRetirement(fleet[index].retirement, now: now).answer == .retire else { return false }
        retire(index, on: day, now: now)
        return true
    }

    private mutating func measureBase(_ index: Int, on day: Int, now: Timestamp) {
        let task = world.tasks[index]
        guard let release = fleet[index].release else { return }
        let served = world.servedError(of: task, trained: release.trainedDay, on: day)
        let rates = [served, world.baseError(of: task, on: day)].map(task.counted)
        let measurement = Measurement(rates, rows: fleet[index].rows, &random)
        fleet[index].retirement.baseError = measurement.error(of: 1, at: now)
        fleet[index].retirement.pairs = measurement.pairs[1]
        fleet[index].baseMeasuredDay = day
        tally.kept.hours += 2 * task.trainingHours * WorldAssumptions.measuringShare
    }

    private mutating func retire(_ index: Int, on day: Int, now: Timestamp) {
        let task = world.tasks[index]
        fleet[index].stage = .retired(on: day)
        tally.retired += 1
        guard fleet[index].retirement.neededUntil.map({ $0 > now }) ?? true, let release = fleet[index].release else { return }
        let base = world.baseError(of: task, on: day)
        let advantage = base - world.servedError(of: task, trained: release.trainedDay, on: day)
        let isRight =
            policy.retirement.baseErrorAtMost.map { base <= $0 } ?? false
            || policy.retirement.advantageBelow.map { advantage < $0 } ?? false
        if !isRight { tally.wronglyRetired += 1 }
    }

    private mutating func measure(_ index: Int, on day: Int, now: Timestamp) {
        guard let release = fleet[index].release, fleet[index].training == nil,
            now >= release.trainedAt.adding(policy.retraining.opens),
            day >= fleet[index].measuredDay + WorldAssumptions.measuringInterval
        else { return }
        let task = world.tasks[index]
        guard task.dataset(on: day) != task.dataset(on: fleet[index].measuredDay) else { return }
        let rate = task.counted(world.servedError(of: task, trained: release.trainedDay, on: day))
        fleet[index].measured = Measurement([rate], rows: fleet[index].rows, &random).error(of: 0, at: now)
        fleet[index].measuredDay = day
        fleet[index].isChanged = true
        tally.kept.hours += task.trainingHours * WorldAssumptions.measuringShare
    }

    /// Holds the agenda against the audit: what must be due has begun or waits for a reason, and nothing else has begun.
    private mutating func verify(_ agenda: MaintenanceAgenda, _ indices: [AdapterName: Int], on day: Int, now: Timestamp) {
        let begun = Set(agenda.jobs.compactMap { indices[$0.facts.adapter] })
        let accounted = begun.union(agenda.waiting.compactMap { indices[$0.item.facts.adapter] })
        for index in fleet.indices where fleet[index].isActive {
            let (task, kept) = (world.tasks[index], fleet[index])
            let base = kept.release.map { world.changes(of: task, after: $0.trainedDay, through: day) } ?? []
            let isDue = audit.isDue(
                kept.release, measured: kept.measured, examples: task.examples(on: day), base: base, isPinned: task.isPinned,
                on: day, secondOfCheck: now.secondOfDay)
            if isDue && !accounted.contains(index) { tally.missed += 1 }
            if !isDue && begun.contains(index) { tally.unfounded += 1 }
        }
    }
}
