import Metrics
import StrictJSON

/// What a person declares about an adapter in `adapters/NAME.yaml`.
public struct AdapterDeclaration: Sendable, Hashable {
    public let name: AdapterName
    /// What it is for, in a sentence.
    public let task: String
    /// Who answers for it.
    public let owner: String
    public let base: BaseName
    public let data: DeclaredData
    public let metric: TaskMetric
    /// The answers to choose from where the metric has labels; empty when the task has no closed set.
    public let labels: [String]
    /// Columns of the rows by which results are parted.
    public let slices: [String]
    /// A file with the instructions that the base works by where it does the task without an adapter.
    public let prompt: String?
    /// How long the adapter will be needed.
    public let horizon: CalendarSpan
    /// The policy that judges it: the name of a file in `policies/`, without its ending.
    public let policy: String
    /// Settings of the trainer that differ from the defaults, in the order in which they stand.
    public let training: [DeclaredSetting]
    /// Aliases that, beside production, move by evidence or by force alone.
    public let protected: [AliasName]
    /// Prices and use that differ from the policy's, in the order in which they stand.
    public let costs: [DeclaredSetting]
    /// What of its policy is set otherwise for this adapter; keys with their sections, such as `gate.beats_base.margin`.
    public let overrides: [DeclaredSetting]

    public init(
        name: AdapterName, task: String, owner: String, base: BaseName, data: DeclaredData, metric: TaskMetric,
        labels: [String], slices: [String] = [], prompt: String? = nil, horizon: CalendarSpan, policy: String,
        training: [DeclaredSetting], protected: [AliasName] = [], costs: [DeclaredSetting] = [],
        overrides: [DeclaredSetting] = []
    ) {
        self.name = name
        self.task = task
        self.owner = owner
        self.base = base
        self.data = data
        self.metric = metric
        self.labels = labels
        self.slices = slices
        self.prompt = prompt
        self.horizon = horizon
        self.policy = policy
        self.training = training
        self.protected = protected
        self.costs = costs
        self.overrides = overrides
    }

    /// The same on another base.
    public func on(_ base: BaseName) -> AdapterDeclaration {
        AdapterDeclaration(
            name: name, task: task, owner: owner, base: base, data: data, metric: metric, labels: labels, slices: slices,
            prompt: prompt, horizon: horizon, policy: policy, training: training, protected: protected, costs: costs,
            overrides: overrides)
    }

    public func protects(_ alias: AliasName) -> Bool { alias == .production || protected.contains(alias) }
}

/// The files of a task, absolute or relative to the registry folder.
public struct DeclaredData: Sendable, Hashable {
    public let train: String
    public let heldOut: String
    /// Whether git may keep the rows of what is trained on, or only their digests.
    public let keepsRows: Bool

    public init(train: String, heldOut: String, keepsRows: Bool = true) {
        self.train = train
        self.heldOut = heldOut
        self.keepsRows = keepsRows
    }
}

/// A setting as it was declared, with its place so that whoever understands it can say where it is wrong.
public struct DeclaredSetting: Sendable, Hashable {
    public let key: String
    public let value: JSONValue
    /// `file:line:key`.
    public let place: String

    public init(key: String, value: JSONValue, place: String) {
        self.key = key
        self.value = value
        self.place = place
    }
}
