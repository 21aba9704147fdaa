import Adapters
import Policies
import Randomness

/// Years of a fleet whose truth is known, kept by the policy and the planner that keep real ones.
///
/// The world draws tasks, bases, drift, missed checks and crashes. Everything that is decided is decided by `Policy` and `MaintenanceAgenda`
/// from measurements; the report holds their decisions against the truth, and against training by the calendar.
public struct Simulation {
    let settings: SimulationSettings
    let policy: Policy
    let world: SimulatedWorld
    let audit: Audit
    var fleet: [KeptAdapter]
    var random: SplitMix64
    var tally = SimulationTally()
    /// The price of an hour of the machine.
    let machineHour: Double
    /// What the policy's adapters have taken on the day of the last check and in its month.
    var spent = TrainingExpense()
    var spentUntil: CivilDate

    public init(_ settings: SimulationSettings, policy: Policy) throws {
        try self.init(settings, policy: policy, auditedBy: policy)
    }

    /// - Parameter rules: what the planner's work is held against.
    init(_ settings: SimulationSettings, policy: Policy, auditedBy rules: Policy) throws {
        self.settings = settings
        self.policy = policy
        machineHour = policy.costs[.machineHour]?.value ?? 0
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
        return SimulationReport(tally, settings, policy, budget: audit.unattended.budget)
    }

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
