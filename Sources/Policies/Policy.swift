import Adapters

/// Thresholds and rules as read from a file; every number stands there, none in code.
///
/// Judging is pure: the same facts, policy and moment give the same verdict.
public struct Policy: Sendable, Hashable {
    public let summary: String
    public let stamp: PolicyStamp
    public let fineTuning: FineTuningRules
    public let run: RunRules
    public let gate: GateRules
    public let retraining: RetrainingRules
    public let unattended: UnattendedRules
    public let retirement: RetirementRules
    public let costs: CostTable
    public let prune: PruneRules
    public let merge: MergeRules

    public var name: String { stamp.name }
}

/// When fine-tuning is worth it.
public struct FineTuningRules: Sendable, Hashable {
    public let baseError: BaseErrorRule
    /// The fewest effective examples.
    public let examples: Int
    /// The shortest horizon.
    public let horizon: CalendarSpan
    public let signals: SignalThresholds
}

/// The base must err on more than `threshold` of the rows.
public struct BaseErrorRule: Sendable, Hashable {
    public enum Basis: String, Sendable, Hashable, CaseIterable {
        /// The whole interval must lie to one side of the threshold.
        case interval
        /// The point estimate decides.
        case point
    }

    public let threshold: Double
    /// Of the interval around a measured error.
    public let confidence: Double
    public let basis: Basis
    /// How long a measurement counts as evidence; nil for ever.
    public let freshFor: CalendarSpan?
}

public struct SignalThresholds: Sendable, Hashable {
    public let promptingAccuracyBelow: Double
    public let promptTokensAbove: Int
    public let domainVocabularyRatioAbove: Double
}

/// How long a training runs, and what stops it; losses in nats per supervised token.
public struct RunRules: Sendable, Hashable {
    public struct Falling: Sendable, Hashable {
        /// The share by which the last evaluations must undercut those before.
        public let by: Double
        /// How many evaluations count as the last ones.
        public let over: Int
    }

    /// Above both losses the adapter is too small, and `rank` is proposed.
    public struct Underfitting: Sendable, Hashable {
        public let trainingLoss: Double
        public let heldOutLoss: Double
        public let rank: Int
    }

    /// A loss above the lowest by `factor` and by `margin`, `steps` times in a row, has exploded.
    public struct Watchdog: Sendable, Hashable {
        public let factor: Double
        public let margin: Double
        public let steps: Int
    }

    public let falling: Falling
    /// Times max_steps that a run may take whose loss is still falling.
    public let extendTo: Int
    /// Evaluations without a new lowest loss that end an extended run.
    public let patience: Int
    public let underfitting: Underfitting
    public let watchdog: Watchdog
}

/// What a candidate must show before it becomes a version.
public struct GateRules: Sendable, Hashable {
    /// The fewest held-out rows behind its error; nil when any number will do.
    public let rows: Int?
    public let baseMargin: Double
    /// The largest p-value against the base, by McNemar's test or the exchange of rows; nil when the difference alone decides.
    public let significance: Double?
    public let largestLoss: Double
    /// The largest p-value of a loss to the version it succeeds that is no chance; nil when its size alone decides.
    public let lossSignificance: Double?
    /// In each slice of the held-out rows, against the version that the candidate succeeds, else the base; nil when none is looked at.
    public let slices: LossLimit?
    /// In each out-of-domain suite, against the base; nil when none is measured.
    public let suites: LossLimit?
    /// The least share of answers that end by themselves; nil when any will do.
    public let stopRate: Double?
    /// The least change of some token's log-probability, in nats; nil when none is needed.
    public let effect: Double?
    /// Whether every permanent probe of the adapter must be answered rightly.
    public let keepsProbes: Bool
    /// Whether nothing may have been learned from rows that the held-out set knows.
    public let forbidsLeaks: Bool

    /// A loss that is larger than allowed and no chance.
    public struct LossLimit: Sendable, Hashable {
        /// By which an error may exceed another, as a share of rows.
        public let largest: Double
        /// The largest p-value of a loss that is no chance, corrected for the number of comparisons.
        public let significance: Double
    }
}

/// When a version is due for retraining.
public struct RetrainingRules: Sendable, Hashable {
    public let opens: CalendarSpan
    public let closes: CalendarSpan
    public let dataGrowth: Double
    public let metricDecay: Double
    /// The largest p-value of a rise that counts as decay, one-sided, where rows were counted; nil when its size alone decides.
    public let decaySignificance: Double?
    public let reactions: [BaseChange: Reaction]
    public let regression: Reaction
}

/// Which versions keep their weights when room is made.
public struct PruneRules: Sendable, Hashable {
    /// So many of the latest versions.
    public let keepLast: Int
    /// So many of the versions that an alias pointed to last, for each alias that moves by a person's will.
    public let keepServed: Int
}

/// What an event asks for.
public enum Reaction: String, Sendable, Hashable, CaseIterable {
    case ignore
    case inWindow = "in_window"
    case breaking
    /// Breaking unless the base is pinned by commit.
    case breakingWhenFloating = "breaking_when_floating"
}
