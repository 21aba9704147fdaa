import Adapters
import Monitoring
import StrictJSON

/// One adapter's part of the plan. However many reasons there are, it is one job.
public struct RetrainCase: Sendable, Hashable {
    public let facts: AdapterFacts
    public let policy: PolicyStamp
    /// Nil before the first training.
    public let window: RetrainingWindow?
    /// Why it is due now; empty when it is not.
    public let reasons: [RetrainReason]
    /// What will make it due when the window opens.
    public let pending: [RetrainReason]
    /// What is other than at the training but makes nothing due by itself, in words.
    public let noticed: [String]
    /// What could not be looked at, in words; nothing is claimed about it.
    public let unchecked: [String]
    /// Whether the last training lies in the future of the moment that is judged: one of the two clocks is wrong.
    public let isClockBehind: Bool
    /// When the base's end of life alone will make it due; nil when it will not.
    private let ending: Timestamp?
    private let now: Timestamp

    public var isDue: Bool { !reasons.isEmpty }

    /// Whether it is due for more than the time that has passed, and would be even before its window.
    public let isBroken: Bool
    /// Whether its window has closed, or it never was trained.
    public var isOverdue: Bool { window.map { $0.state(at: now) == .closed } ?? true }

    /// The moment since which, or at which, a retraining is due if nothing else happens.
    public var nextDue: Timestamp {
        guard let window else { return now }
        if isDue { return min(now, window.closes) }
        let ordinary = pending.isEmpty ? window.closes : window.opens
        return ending.map { min($0, ordinary) } ?? ordinary
    }

    public init(judging facts: AdapterFacts, by policy: Policy, now: Timestamp) {
        let rules = policy.retraining
        let window = facts.windowStart.map { RetrainingWindow(after: $0, rules: rules) }
        let state = window?.state(at: now)
        let events = facts.events(rules, windowClosed: state == .closed ? window?.closes : nil, now: now)
        let reactions = events.map { (event: $0, reaction: $0.reaction(in: rules).settled(isFloating: facts.baseIsFloating)) }
        let isWaiting = state == .before
        isBroken = reactions.contains { $0.reaction == .breaking && !$0.event.isOfTime }
        self.facts = facts
        self.policy = policy.stamp
        self.window = window
        self.now = now
        ending = window.flatMap { facts.ending(rules, opens: $0.opens, now: now) }
        reasons = reactions.filter { $0.reaction == .breaking || $0.reaction == .inWindow && !isWaiting }.map(\.event)
        pending = reactions.filter { $0.reaction == .inWindow && isWaiting }.map(\.event)
        noticed =
            (events.contains(where: \.isDataGrown) ? [] : facts.changedData) + facts.strangeProduction
            + facts.upstreamNews(now: now)
        isClockBehind = facts.windowStart.map { $0 > now } ?? false
        unchecked =
            facts.unchecked + facts.unwatched(now: now) + (isClockBehind ? ["clock: the last training lies in its future"] : [])
    }

    public var json: JSONValue {
        [
            "adapter": .string(facts.adapter.text), "version": facts.version.map { .string($0.description) } ?? .null,
            "due": .bool(isDue), "reasons": .array(reasons.map { .string($0.code) }),
            "because": .array(reasons.map { .string($0.words) }), "pending": .array(pending.map { .string($0.code) }),
            "noticed": .array(noticed.map(JSONValue.string)), "unchecked": .array(unchecked.map(JSONValue.string)),
            "production": facts.production.map(\.json) ?? .null,
            "last_trained": facts.lastTrained.map { .string($0.description) } ?? .null,
            "window": window?.json(at: now) ?? .null, "next_due": .string(nextDue.description), "policy": policy.json,
        ]
    }
}

extension ProductionFacts {
    fileprivate var json: JSONValue {
        ["version": .string(version.description), "trained": trained.map { .string($0.description) } ?? .null]
    }
}

extension Reaction {
    func settled(isFloating: Bool) -> Reaction {
        self == .breakingWhenFloating ? (isFloating ? .breaking : .inWindow) : self
    }
}

extension AdapterFacts {
    /// What happened, in a fixed order; before the first training only what can be said without a version.
    fileprivate func events(_ rules: RetrainingRules, windowClosed: Timestamp?, now: Timestamp) -> [RetrainReason] {
        let asked = manualRequest.map(RetrainReason.manual)
        guard windowStart != nil else { return [asked, .neverTrained].compactMap(\.self) }
        return [asked, windowClosed.map(RetrainReason.windowClosed)].compactMap(\.self)
            + baseChanges.map(RetrainReason.baseChanged) + upstreamReasons(now: now)
            + [regressionSuite == .failed ? .regression : nil, dataGrowth(rules), metricDecay(rules)].compactMap(\.self)
    }

    var baseChanges: [BaseChange] {
        guard case .changed(let changes) = base else { return [] }
        return changes.inOrder
    }

    private func dataGrowth(_ rules: RetrainingRules) -> RetrainReason? {
        guard let data, let growth = data.growth, growth > 0, growth.steady >= rules.dataGrowth else { return nil }
        return .dataGrown(data)
    }

    private func metricDecay(_ rules: RetrainingRules) -> RetrainReason? {
        guard let metric, let now = metric.errorNow?.value else { return nil }
        let old = metric.errorAtRelease.value
        guard now > old, (now - old).steady >= rules.metricDecay, isNoChance(metric, rules) else { return nil }
        return .metricDecayed(from: old, to: now)
    }

    /// Numbers without rows behind them are exact.
    private func isNoChance(_ metric: MetricFacts, _ rules: RetrainingRules) -> Bool {
        guard let level = rules.decaySignificance, let now = metric.errorNow, let rowsNow = now.sampleSize,
            let rowsThen = metric.errorAtRelease.sampleSize
        else { return true }
        let pValue = TwoProportionTest.pValueOfRise(
            from: metric.errorAtRelease.value, rows: rowsThen, to: now.value, rows: rowsNow)
        return pValue <= level
    }

    /// Files that were edited without growing enough.
    fileprivate var changedData: [String] {
        guard lastTrained != nil, let data, data.isChanged else { return [] }
        return [
            "data: the files are not those it was made from; \(counted(data.rowsAtTraining, "effective row")) then, "
                + "\(data.rowsNow) now"
        ]
    }

    /// Such as after a rollback to before a migration.
    fileprivate var strangeProduction: [String] {
        guard let production, let base = production.otherBase else { return [] }
        return ["production: \(production.version) is of the base \(base.trained), and \(base.declared) is declared"]
    }

    fileprivate var unchecked: [String] {
        let base: String? = if case .unchecked(let why) = base { "base: \(why)" } else { nil }
        guard let windowStart else { return [base].compactMap(\.self) }
        return [
            base,
            lastTrained == nil ? "training date: unknown, so the window counts from the adoption on \(windowStart.date)" : nil,
            data == nil ? "data: the rows were not counted" : nil,
            metric == nil && adopted != nil
                ? "metric: it came without an error to compare with"
                : metric?.errorNow == nil ? "metric: not measured since release" : nil,
            regressionSuite == .notRun ? "regression: its probes of earlier ones were not asked" : nil,
        ].compactMap(\.self)
    }
}
