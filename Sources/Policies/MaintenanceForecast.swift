import Adapters
import StrictJSON

/// What maintenance would do over a span of time if nothing happened but time: each training that is due at a run is done by that run, and
/// leaves the data, the base and the metric as they are now.
///
/// Pure: the same facts, policies, span and runs give the same forecast.
public struct MaintenanceForecast: Sendable, Hashable {
    public struct Event: Sendable, Hashable {
        /// The run that finds it due.
        public let moment: Timestamp
        public let adapter: AdapterName
        public let reasons: [RetrainReason]

        public var json: JSONValue {
            [
                "at": .string("\(moment)"), "adapter": .string(adapter.text), "reasons": .array(reasons.map { .string($0.code) }),
                "because": .array(reasons.map { .string($0.words) }),
            ]
        }
    }

    public let from: Timestamp
    public let to: Timestamp
    /// In the order of time, then of names.
    public let events: [Event]

    /// - Parameter run: the first run at or after a moment.
    public init(
        _ adapters: [(facts: AdapterFacts, policy: Policy)], from: Timestamp, to: Timestamp, run: (Timestamp) -> Timestamp
    ) {
        (self.from, self.to) = (from, to)
        events = adapters.flatMap { Self.events(of: $0.facts, by: $0.policy, from: from, to: to, run) }.sorted {
            ($0.moment, $0.adapter) < ($1.moment, $1.adapter)
        }
    }

    private static func events(
        of facts: AdapterFacts, by policy: Policy, from: Timestamp, to: Timestamp, _ run: (Timestamp) -> Timestamp
    ) -> [Event] {
        var (facts, events, moment) = (facts, [Event](), run(from))
        while moment <= to {
            let judged = RetrainCase(judging: facts, by: policy, now: moment)
            guard judged.isDue else {
                // nothing but time happens, so nothing is due before then
                moment = run(max(judged.nextDue, moment.adding(seconds: 1)))
                continue
            }
            events.append(Event(moment: moment, adapter: facts.adapter, reasons: judged.reasons))
            facts = facts.trainedAnew(at: moment)
            moment = run(moment.adding(seconds: 1))
        }
        return events
    }

    public var json: JSONValue {
        [
            "schema": "lora.forecast/1", "from": .string("\(from)"), "to": .string("\(to)"),
            "trainings": .array(events.map(\.json)),
        ]
    }
}

extension AdapterFacts {
    /// As they are after a training that took up all that had changed.
    fileprivate func trainedAnew(at moment: Timestamp) -> AdapterFacts {
        var facts = self
        (facts.lastTrained, facts.adopted, facts.manualRequest) = (moment, nil, nil)
        if case .changed = base { facts.base = .unchanged }
        if let data { facts.data = DataFacts(rowsAtTraining: data.rowsNow, rowsNow: data.rowsNow) }
        if let metric { facts.metric = MetricFacts(errorAtRelease: metric.errorNow ?? metric.errorAtRelease) }
        if regressionSuite == .failed { facts.regressionSuite = .passed }
        return facts
    }
}
