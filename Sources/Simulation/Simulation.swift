import Adapters
import Policies
import Randomness

/// Years of a fleet whose truth is known, kept by the policy and the planner that keep real ones.
///
/// The world draws tasks, bases, drift, missed checks and crashes. Everything that is decided is decided by `Policy` and `MaintenanceAgenda`
/// from measurements; the report holds their decisions against the truth, and against training by the calendar.
public struct Simulation {
    private let settings: SimulationSettings
    private let policy: Policy
    private let world: SimulatedWorld
    private let audit: Audit
    private var fleet: [KeptAdapter]
    private var random: SplitMix64
    private var tally = SimulationTally()
    /// What the policy's adapters have taken on the day of the last check and in its month.
    private var spent = TrainingExpense()
    private var spentUntil: CivilDate

    public init(_ settings: SimulationSettings, policy: Policy) throws {
        try self.init(settings, policy: policy, auditedBy: policy.retraining)
    }

    /// - Parameter rules: what the planner's work is held against.
    init(_ settings: SimulationSettings, policy: Policy, auditedBy rules: RetrainingRules) throws {
        self.settings = settings
        self.policy = policy
        world = try SimulatedWorld(settings)
        audit = Audit(rules, from: settings.start.date, days: settings.days)
        fleet = world.tasks.map(KeptAdapter.init)
        random = SplitMix64(seed: settings.seed, stream: 2)
        spentUntil = settings.start.date
    }

    /// - Parameter progress: called with the days that have passed, of how many.
    public mutating func run(progress: (Int, Int) -> Void = { _, _ in }) -> SimulationReport {
        for day in 0..<settings.days {
            let now = settings.check(on: day)
            finishTrainings(by: now, on: day)
            ask(on: day, now: now)
            if world.runs[day] != .missed {
                check(on: day, now: now, isFirst: true)
                if world.runs[day] == .twice { check(on: day, now: now.adding(seconds: 10), isFirst: false) }
            }
            countService(on: day)
            progress(day + 1, settings.days)
        }
        compareWithFixed()
        return SimulationReport(tally, settings, policy)
    }

    // MARK: The question before the first training

    private mutating func ask(on day: Int, now: Timestamp) {
        for index in fleet.indices {
            guard case .asking(let asked) = fleet[index].stage, asked == day else { continue }
            ask(index, on: day, now: now)
        }
    }

    private mutating func ask(_ index: Int, on day: Int, now: Timestamp) {
        let task = world.tasks[index]
        let truth = world.baseError(of: task, on: day)
        let rate = task.counted(truth)
        var verdict = judge(index, rate, on: day, now: now)
        if let interval = verdict.baseErrorInterval {
            tally.intervals += 1
            if interval.lower <= rate && rate <= interval.upper { tally.covering += 1 }
        }
        for _ in 0..<WorldAssumptions.labellingRounds {
            guard case .moreRows(let more?)? = verdict.needs.first, fleet[index].rows + more <= WorldAssumptions.labelledRows else {
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

    // MARK: The daily check

    /// - Parameter isFirst: whether this is not the second of two checks that were started at once.
    private mutating func check(on day: Int, now: Timestamp, isFirst: Bool) {
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
            (spent, spentUntil) = (TrainingExpense(hours: isSameMonth ? spent.hours : 0), now.date)
        }
        let agenda = MaintenanceAgenda(candidates, spent: [policy.name: spent], now: now) { moment in
            WallClock(weekday: (moment.date.daysSinceEpoch + 4) % 7, minute: moment.secondOfDay / 60)
        }
        for item in agenda.jobs {
            guard let index = indices[item.facts.adapter] else { preconditionFailure("jobs come from candidates") }
            begin(index, item, now: now)
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
        var attempts = fleet[index].attempts
        attempts.isRunning = fleet[index].training != nil
        return MaintenanceAgenda.Candidate(
            item, policy: policy, attempts: attempts, expense: TrainingExpense(runs: 1, hours: task.trainingHours),
            shouldRetire: shouldRetire(index, base: base, on: day, now: now))
    }

    /// Judges whether the adapter is worth its upkeep, on the base as it is now; measuring it costs less than a training.
    private mutating func shouldRetire(_ index: Int, base: Set<BaseChange>, on day: Int, now: Timestamp) -> Bool {
        guard fleet[index].release != nil, fleet[index].training == nil else { return false }
        if base.contains(.weights), !world.changes(of: world.tasks[index], after: fleet[index].baseMeasuredDay, through: day).isEmpty {
            measureBase(index, on: day, now: now)
        }
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

    // MARK: Trainings

    private mutating func begin(_ index: Int, _ item: RetrainCase, now: Timestamp) {
        let task = world.tasks[index]
        if fleet[index].training != nil { tally.doubled += 1 }
        let dies = random.unit() < settings.crashes
        // what was saved before a crash is not trained again
        let hours = task.trainingHours * (dies ? random.between(0.1, 0.9) : 1)
        if !fleet[index].attempts.isUnderWay {
            spent.runs += 1
            spent.hours += task.trainingHours
            tally.trainings += 1
            for reason in item.reasons { tally.byReason[reason.code, default: 0] += 1 }
        }
        fleet[index].training = KeptAdapter.Training(began: now, ends: now.adding(seconds: Int(hours * 3_600)), dies: dies)
    }

    private mutating func finishTrainings(by now: Timestamp, on day: Int) {
        for index in fleet.indices {
            guard let training = fleet[index].training, training.ends <= now else { continue }
            fleet[index].training = nil
            fleet[index].isChanged = true
            if training.dies {
                tally.crashed += 1
                fleet[index].attempts.isUnderWay = true
            } else {
                fleet[index].attempts.isUnderWay = false
                judgeCandidate(index, trainedAt: training.ends, on: day)
            }
        }
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
        (fleet[index].attempts, fleet[index].attempted) = (AttemptFacts(), nil)
        (fleet[index].measured, fleet[index].measuredDay) = (nil, day)
        if fleet[index].firstReleaseDay == nil {
            fleet[index].firstReleaseDay = day
            fleet[index].retirement.neededUntil = trainedAt.adding(task.horizon)
        }
    }

    // MARK: Cost and quality

    private mutating func countService(on day: Int) {
        for index in fleet.indices where fleet[index].isActive {
            guard let release = fleet[index].release, let first = fleet[index].firstReleaseDay, day >= first else { continue }
            tally.kept.errorDays += world.servedError(of: world.tasks[index], trained: release.trainedDay, on: day)
            tally.kept.days += 1
        }
    }

    private mutating func compareWithFixed() {
        for index in fleet.indices {
            guard let first = fleet[index].firstReleaseDay else { continue }
            let end = if case .retired(let day) = fleet[index].stage { day } else { settings.days }
            // the day of the first release is counted from the check after it
            let service = min(first + 1, end)..<end
            FixedStrategy(daysBetweenTrainings: 91).add(world.tasks[index], service, in: world, to: &tally.quarterly)
            FixedStrategy(daysBetweenTrainings: nil).add(world.tasks[index], service, in: world, to: &tally.never)
        }
    }
}
