import Adapters

/// Why a retraining is due, or will be.
public enum RetrainReason: Sendable, Hashable {
    case manual(String)
    case neverTrained
    case windowClosed(Timestamp)
    case baseChanged(BaseChange)
    /// On the hub, as a look showed so many days ago; the folder may be as it was.
    case upstreamChanged(BaseChange, lookedAt: Timestamp, daysAgo: Int)
    case endOfLife(EndOfLife)
    case regression
    case dataGrown(DataFacts)
    case metricDecayed(from: Double, to: Double)

    var isDataGrown: Bool { if case .dataGrown = self { true } else { false } }

    /// Whether nothing but time, or nothing at all, has happened.
    var isOfTime: Bool {
        switch self {
        case .neverTrained, .windowClosed: true
        case .manual, .baseChanged, .upstreamChanged, .endOfLife, .regression, .dataGrown, .metricDecayed: false
        }
    }

    /// The code that scripts read.
    public var code: String {
        switch self {
        case .manual: "manual"
        case .neverTrained: "never_trained"
        case .windowClosed: "window_closed"
        case .baseChanged(.licence), .upstreamChanged(.licence, _, _): "licence"
        case .baseChanged(.endOfLife), .upstreamChanged(.endOfLife, _, _), .endOfLife: "eol"
        case .baseChanged(let change), .upstreamChanged(let change, _, _): "base_changed:\(change.rawValue)"
        case .regression: "regression"
        case .dataGrown: "data_grown"
        case .metricDecayed: "metric_decayed"
        }
    }

    public var words: String {
        switch self {
        case .manual(let why): "Asked for by hand: \(why)."
        case .neverTrained: "No version has been released yet."
        case .windowClosed(let moment): "The retraining window closed on \(moment.date)."
        case .baseChanged(.removed): "The base was removed."
        case .baseChanged(let change): "The base changed: \(change.words)."
        case .upstreamChanged(let change, let lookedAt, let days):
            "The base changed on the hub: \(change.words) (looked at on \(lookedAt.date), \(counted(days, "day")) ago)."
        case .endOfLife(let end): "\(end.words)."
        case .regression: "The version fails its regression suite."
        case .dataGrown(let data):
            "The data grew from \(RuleValue.count(data.rowsAtTraining).words) to \(counted(data.rowsNow, "row"))."
        case .metricDecayed(let old, let new):
            "The error rose from \(RuleValue.rate(old).words) to \(RuleValue.rate(new).words)."
        }
    }

    /// When the event, once seen, makes a retraining due.
    func reaction(in rules: RetrainingRules) -> Reaction {
        switch self {
        case .manual, .neverTrained, .windowClosed: .breaking
        case .baseChanged(let change), .upstreamChanged(let change, _, _): rules.reactions[change] ?? .inWindow
        case .endOfLife: rules.reactions[.endOfLife] ?? .inWindow
        case .regression: rules.regression
        case .dataGrown, .metricDecayed: .inWindow
        }
    }
}

extension BaseChange {
    /// With "The base changed:" before it.
    public var words: String {
        switch self {
        case .removed: "it is gone"
        case .gated: "access to it is restricted now"
        case .endOfLife: "it is at its end of life"
        case .licence: "its licence"
        case .tokenizer: "its tokenizer"
        case .weights: "its weights"
        case .config: "its configuration"
        case .chatTemplate: "its chat template"
        case .generationConfig: "its generation settings"
        case .cosmetic: "its description only"
        }
    }
}
