import Adapters
import Policies

/// An adapter as its keeper knows it, with nothing of the truth.
struct KeptAdapter {
    enum Stage {
        /// Its team has not asked yet, or was told to collect examples and asks again on this day.
        case asking(on: Int)
        /// It was told not to fine-tune, or evidence is lacking.
        case declined
        case active
        case retired(on: Int)
    }

    struct Release {
        let version: VersionID
        let trainedAt: Timestamp
        let trainedDay: Int
        let examples: Int
        let error: MeasuredRate
    }

    struct Training {
        enum End {
            case finishes
            /// Its process ends without a word.
            case dies
            /// With an error.
            case fails
        }

        let ends: Timestamp
        let end: End
    }

    var stage: Stage
    var release: Release?
    var firstReleaseDay: Int?
    /// The version in service as measured last, and on which day.
    var measured: MeasuredRate?
    var measuredDay: Int
    var training: Training?
    var attempts = AttemptFacts()
    /// The data and base of the attempts since the release.
    var attempted: (dataset: Int, base: Set<BaseChange>)?
    var retirement = RetirementFacts()
    /// On which day the last training that failed ended.
    var failedDay: Int?
    /// The day of the base's revision that `retirement` speaks of.
    var baseMeasuredDay: Int
    /// The moment before which nothing is due while nothing happens.
    var nextDue: Timestamp = .earliest
    /// Whether something happened since it was judged last.
    var isChanged = true
    /// Rows and base as they were judged last.
    var judged: (examples: Int, base: Set<BaseChange>)?
    var rows: Int

    init(_ task: SimulatedTask) {
        stage = .asking(on: task.firstDay)
        (measuredDay, baseMeasuredDay) = (task.firstDay, task.firstDay)
        rows = task.rows
    }

    var isActive: Bool { if case .active = stage { true } else { false } }

    func facts(of task: SimulatedTask, examples: Int, base: Set<BaseChange>) -> AdapterFacts {
        AdapterFacts(
            adapter: task.adapter, version: release?.version, lastTrained: release?.trainedAt,
            base: base.isEmpty ? .unchanged : .changed(base), baseIsFloating: !task.isPinned,
            data: release.map { DataFacts(rowsAtTraining: $0.examples, rowsNow: examples) },
            metric: release.map { MetricFacts(errorAtRelease: $0.error, errorNow: measured) })
    }
}
