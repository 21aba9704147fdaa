import Metrics

/// What a catalogue shows of a declaration.
public struct DeclarationSummary: Sendable, Hashable {
    public let name: AdapterName
    public let task: String
    public let owner: String
    public let base: BaseName
    public let metric: TaskMetric.Name
    public let horizon: CalendarSpan
    public let policy: String

    public init(
        name: AdapterName, task: String, owner: String, base: BaseName, metric: TaskMetric.Name, horizon: CalendarSpan,
        policy: String
    ) {
        self.name = name
        self.task = task
        self.owner = owner
        self.base = base
        self.metric = metric
        self.horizon = horizon
        self.policy = policy
    }
}

extension AdapterDeclaration {
    public var summary: DeclarationSummary {
        DeclarationSummary(
            name: name, task: task, owner: owner, base: base, metric: metric.name, horizon: horizon, policy: policy)
    }
}
