/// Everything known about one adapter that its upkeep is judged by.
public struct AdapterFacts: Sendable, Hashable {
    public var adapter: AdapterName
    /// The version that is judged: the one in production, or a later one that waits for it; nil before the first.
    public var version: VersionID?
    /// When that version was trained; nil before the first training, and where nobody knows.
    public var lastTrained: Timestamp?
    /// When that version was adopted, if it was: its training ended no later.
    public var adopted: Timestamp?
    /// The version in production; nil when none is.
    public var production: ProductionFacts?
    public var base: BaseObservation
    /// Whether the base is named by something that can come to mean other bytes, such as a branch or a folder, rather than by a
    /// commit.
    public var baseIsFloating: Bool
    /// What is known of the base beside its folder; nil when nothing is.
    public var upstream: UpstreamFacts?
    public var data: DataFacts?
    public var metric: MetricFacts?
    public var regressionSuite: RegressionSuite
    /// Why a person asked for a retraining, if one did.
    public var manualRequest: String?

    public init(
        adapter: AdapterName, version: VersionID? = nil, lastTrained: Timestamp? = nil,
        adopted: Timestamp? = nil, production: ProductionFacts? = nil, base: BaseObservation, baseIsFloating: Bool,
        upstream: UpstreamFacts? = nil, data: DataFacts? = nil,
        metric: MetricFacts? = nil, regressionSuite: RegressionSuite = .none,
        manualRequest: String? = nil
    ) {
        self.adapter = adapter
        self.version = version
        self.lastTrained = lastTrained
        self.adopted = adopted
        self.production = production
        self.base = base
        self.baseIsFloating = baseIsFloating
        self.upstream = upstream
        self.data = data
        self.metric = metric
        self.regressionSuite = regressionSuite
        self.manualRequest = manualRequest
    }
}

extension AdapterFacts {
    /// From when the retraining window counts: the training, or the adoption where its date is unknown.
    public var windowStart: Timestamp? { lastTrained ?? adopted }
}

/// The version that serves, and when it was trained.
public struct ProductionFacts: Sendable, Hashable {
    public var version: VersionID
    /// Nil where nobody knows.
    public var trained: Timestamp?
    /// Where it is of another base than is declared, as after a rollback to before a migration.
    public var otherBase: OtherBase?

    public struct OtherBase: Sendable, Hashable {
        public var trained: BaseName
        public var declared: BaseName

        public init(trained: BaseName, declared: BaseName) {
            (self.trained, self.declared) = (trained, declared)
        }
    }

    public init(version: VersionID, trained: Timestamp?, otherBase: OtherBase? = nil) {
        self.version = version
        self.trained = trained
        self.otherBase = otherBase
    }
}

/// Effective training rows then and now.
public struct DataFacts: Sendable, Hashable {
    public var rowsAtTraining: Int
    public var rowsNow: Int
    /// Whether the files are other ones, byte for byte, than those of the training, however many rows they have.
    public var isChanged: Bool

    public init(rowsAtTraining: Int, rowsNow: Int, isChanged: Bool = false) {
        self.rowsAtTraining = rowsAtTraining
        self.rowsNow = rowsNow
        self.isChanged = isChanged
    }

    /// `now / then − 1`; negative when rows were removed; nil when there were none.
    public var growth: Double? { rowsAtTraining > 0 ? Double(rowsNow) / Double(rowsAtTraining) - 1 : nil }
}

/// The version's error on held-out rows when it was released, and as last measured.
public struct MetricFacts: Sendable, Hashable {
    public var errorAtRelease: MeasuredRate
    /// Nil when it was not measured again.
    public var errorNow: MeasuredRate?

    public init(errorAtRelease: MeasuredRate, errorNow: MeasuredRate? = nil) {
        self.errorAtRelease = errorAtRelease
        self.errorNow = errorNow
    }
}

/// The state of the checks that a version must keep passing.
public enum RegressionSuite: String, Sendable, Hashable, CaseIterable {
    /// The adapter has none.
    case none
    case passed
    case failed
    case notRun = "not_run"
}
