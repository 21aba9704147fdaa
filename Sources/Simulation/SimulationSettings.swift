import Adapters
import Foundation

/// The world in which a fleet is kept: how large, how long, and what goes wrong in it.
public struct SimulationSettings: Sendable, Hashable {
    public var adapters: Int
    public var years: Int
    /// The same seed gives the same world and the same report on every machine.
    public var seed: UInt64
    /// Midnight UTC of the first day.
    public var start: Timestamp
    /// Share of the daily checks that do not happen; besides, twice a year the machine is off for 3 to 14 days.
    public var missedRuns: Double
    /// Share of the trainings that die halfway.
    public var crashes: Double
    /// Share of the trainings that end in an error, such as a full disk.
    public var failures: Double
    /// Share of the checks that are started twice.
    public var doubleTriggers: Double

    public init(
        adapters: Int = 1_000, years: Int = 5, seed: UInt64 = 1, start: Timestamp, missedRuns: Double = 0.03,
        crashes: Double = 0.05, failures: Double = 0.05, doubleTriggers: Double = 0.05
    ) {
        precondition(adapters >= 1 && (1...50).contains(years), "a fleet and some years")
        precondition([missedRuns, crashes, failures, doubleTriggers].allSatisfy { (0..<1).contains($0) }, "shares below 1")
        precondition(start.secondOfDay == 0, "days begin at midnight")
        self.adapters = adapters
        self.years = years
        self.seed = seed
        self.start = start
        self.missedRuns = missedRuns
        self.crashes = crashes
        self.failures = failures
        self.doubleTriggers = doubleTriggers
    }

    var days: Int { start.adding(months: 12 * years).date.daysSinceEpoch - start.date.daysSinceEpoch }

    /// The daily check runs at six in the morning.
    func check(on day: Int) -> Timestamp { start.adding(seconds: 86_400 * day + 6 * 3_600) }
}

/// What of the world is assumed, each with what it stands for; rates are a year's.
enum WorldAssumptions {
    /// Families of bases that the fleet is spread over.
    static let families = 12
    /// Changes of a base's repository in a year: many in the weeks after its release, then few.
    static let baseChanges = 2.0
    /// What they are: most commits to a model's repository touch its card alone.
    static let kinds: [(BaseChange, share: Double)] = [
        (.cosmetic, 0.68), (.generationConfig, 0.10), (.chatTemplate, 0.07), (.weights, 0.06), (.config, 0.04),
        (.tokenizer, 0.02), (.licence, 0.02), (.removed, 0.01),
    ]
    /// The base's errors that remain after new weights.
    static let betterWeights = 0.88
    /// By how much the error of a served adapter rises when its floating base changes under it.
    static let breakage: [BaseChange: Double] = [.tokenizer: 0.25, .weights: 0.08, .chatTemplate: 0.10, .config: 0.05]
    /// Hours that measuring one system takes, as a share of those of a training: a thousand rows forward, beside 500 steps of 16 rows forward
    /// and back.
    static let measuringShare = 0.04
    /// Days between two measurements of a served version while its window is open, if there are new rows to measure it on.
    static let measuringInterval = 30
    /// How often a team labels more rows when told that they would settle the matter, and up to how many.
    static let labellingRounds = 2
    static let labelledRows = 8_000
    /// Days until a person has mended what let an adapter's trainings fail again and again.
    static let mending = 10
    /// Of two systems' errors on the same row, how much is due to the row.
    static let sharedHardness = 0.6
}
