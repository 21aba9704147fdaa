import Adapters
import Registry
import StrictJSON

/// What happened to an adapter: to its versions, and to the runs that led to none.
public struct AdapterHistory: Sendable {
    public enum Entry: Sendable, Hashable {
        case event(RegistryEvent)
        /// A run that is over and left no version.
        case run(Run, Run.End)

        public var at: Timestamp {
            switch self {
            case .event(let event): event.at
            case .run(_, let end): end.at
            }
        }
    }

    public let events: [RegistryEvent]
    /// The runs that are over and left no version, oldest first.
    public let runs: [Run]

    /// Everything, oldest first; of one moment, runs before the events they may have led to.
    public var entries: [Entry] {
        let attempts = runs.compactMap { run in run.end.map { Entry.run(run, $0) } }
        return (attempts + events.map(Entry.event)).enumerated()
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    public var json: JSONValue {
        ["schema": "lora.history/1", "events": .array(events.map(\.json)), "runs": .array(runs.map(\.json))]
    }
}

extension Workspace {
    public func history(of adapter: String) throws -> AdapterHistory {
        let name = try AdapterName(adapter)
        try requireKnown(name)
        let runs = try registry.runs(of: name).filter { run in
            if case .admitted = run.end?.outcome { false } else { run.end != nil }
        }
        return AdapterHistory(events: try registry.history(of: name), runs: runs)
    }
}

extension Run {
    public var json: JSONValue {
        [
            "id": .string("\(id)"), "state": .string(state.rawValue), "outcome": .string(standing),
            "reason": end?.outcome.reason.map { .string($0) } ?? .null, "started_at": .string("\(start.at)"),
            "ended_at": end.map { .string("\($0.at)") } ?? .null,
        ]
    }
}
