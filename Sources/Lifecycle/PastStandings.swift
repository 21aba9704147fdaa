import Adapters
import Faults
import Registry
import StrictJSON

/// What the aliases of an adapter meant at a moment.
public struct PastStandings: Sendable {
    public let adapter: AdapterName
    public let at: Timestamp
    /// Of every alias, or of the one that was asked for.
    public let standings: [AliasStanding]

    public var json: JSONValue {
        [
            "schema": "lora.standings/1", "adapter": .string(adapter.text), "at": .string("\(at)"),
            "aliases": .array(standings.map(\.json)),
        ]
    }
}

/// Why a moment cannot be shown.
public enum PastError: Error, Hashable, Explained {
    /// A version is the same at any time; only aliases move.
    case notAnAlias(VersionReference)
    /// - Parameter first: when the alias first stood anywhere.
    case stoodNowhere(AdapterName, AliasName, at: Timestamp, first: Timestamp?)

    public var explanation: Explanation {
        switch self {
        case .stoodNowhere(let adapter, let alias, let time, let first):
            Explanation(
                "No version of '\(adapter)' was called '\(alias)' at \(time).",
                next: Self.advice(adapter, at: time, first: first), kind: .usage)
        case .notAnAlias(let reference):
            Explanation(
                "\(reference) is the same at any time; only aliases move.",
                next: "Leave --at out, or name an alias such as \(reference.adapter)@production.", kind: .usage)
        }
    }

    private static func advice(_ adapter: AdapterName, at time: Timestamp, first: Timestamp?) -> String {
        guard let first else { return "`lora show \(adapter)` shows the aliases that it has." }
        return first > time ? "It was first set at \(first)." : "`lora history \(adapter)` tells when it was taken away."
    }
}

extension Workspace {
    /// - Parameter text: an adapter, or one of its aliases as `name@production`.
    /// - Throws: `PastError` for a version, and for an alias that stood nowhere then.
    public func standings(_ text: String, at time: Timestamp) throws -> PastStandings {
        let reference = try VersionReference(text)
        try requireKnown(reference.adapter)
        let history = try registry.history(of: reference.adapter)
        let all = history.standings(at: time)
        switch reference.selector {
        case nil: return PastStandings(adapter: reference.adapter, at: time, standings: all)
        case .number?: throw PastError.notAnAlias(reference)
        case .alias(let alias)?:
            let standings = all.filter { $0.alias == alias }
            guard !standings.isEmpty else {
                let first = history.first { event in event.moves.contains { $0.alias == alias } }?.at
                throw PastError.stoodNowhere(reference.adapter, alias, at: time, first: first)
            }
            return PastStandings(adapter: reference.adapter, at: time, standings: standings)
        }
    }
}

extension AliasStanding {
    public var json: JSONValue {
        [
            "alias": .string(alias.text), "version": .string("\(version)"), "since": since.json,
            "until": until?.json ?? .null,
        ]
    }
}
