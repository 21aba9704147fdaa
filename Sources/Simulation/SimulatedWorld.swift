import Adapters
import Randomness

/// Bases and tasks over all days; the truth that measurements sample.
struct SimulatedWorld {
    let settings: SimulationSettings
    let tasks: [SimulatedTask]
    private let bases: [SimulatedBase]
    /// By family and day.
    private let factors: [[Double]]
    private let lastChanges: [[Int]]
    /// By day, whether the check happens and whether it is started twice.
    let runs: [Run]

    enum Run { case missed, once, twice }

    init(_ settings: SimulationSettings) throws(NameError) {
        self.settings = settings
        let days = settings.days
        var random = SplitMix64(seed: settings.seed, stream: 1)
        bases = (0..<WorldAssumptions.families).map { _ in SimulatedBase(days: days, &random) }
        factors = bases.map { base in (0...days).map(base.errorFactor) }
        lastChanges = bases.map { base in (0...days).map { day in base.changes.last { $0.day <= day }?.day ?? 0 } }
        runs = Self.runs(settings, &random)
        var tasks: [SimulatedTask] = []
        for index in 0..<settings.adapters {
            var own = SplitMix64(seed: settings.seed, stream: 1_000 + UInt64(index))
            tasks.append(try SimulatedTask(index, days: days, &own))
        }
        self.tasks = tasks
    }

    private static func runs(_ settings: SimulationSettings, _ random: inout SplitMix64) -> [Run] {
        var (runs, outage) = ([Run](), 0)
        for _ in 0..<settings.days {
            // without missed runs there are no outages either
            if settings.missedRuns > 0, random.unit() < 2 / 365.25 { outage = 3 + Int(random.next(below: 12)) }
            let isMissed = random.unit() < settings.missedRuns || outage > 0
            outage = max(0, outage - 1)
            runs.append(isMissed ? .missed : random.unit() < settings.doubleTriggers ? .twice : .once)
        }
        return runs
    }

    /// What happened to a task's base after one day, up to another.
    func changes(of task: SimulatedTask, after day: Int, through last: Int) -> Set<BaseChange> {
        lastChanges[task.family][last] <= day ? [] : bases[task.family].kinds(after: day, through: last)
    }

    /// The base alone in its revision of a day.
    func baseError(of task: SimulatedTask, on day: Int) -> Double { task.baseError * factors[task.family][day] }

    /// A version on the day it was trained.
    func trainedError(of task: SimulatedTask, on day: Int) -> Double { baseError(of: task, on: day) * task.gain }

    /// A version that was trained on one day and serves on another.
    func servedError(of task: SimulatedTask, trained: Int, on day: Int) -> Double {
        let fresh = trainedError(of: task, on: trained)
        let drifted = min(max(baseError(of: task, on: trained), fresh), fresh + task.drift * Double(day - trained))
        guard !task.isPinned, lastChanges[task.family][day] > trained else { return drifted }
        let broken = changes(of: task, after: trained, through: day).compactMap { WorldAssumptions.breakage[$0] }.max() ?? 0
        return min(0.95, drifted + broken)
    }
}
