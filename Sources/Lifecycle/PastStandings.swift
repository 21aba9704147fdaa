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

    public var explanation: Explanation {
        switch self {
        case .notAnAlias(let reference):
            Explanation(
                "\(reference) is the same at any time; only aliases move.",
                next: "Leave --at out, or name an alias such as \(reference.adapter)@production.", kind: .usage)
        }
    }
}

extension Workspace {
    /// - Parameter text: an adapter, or one of its aliases as `name@production`.
    /// - Throws: `PastError`; `VersionIndexError.aliasUnset` when the alias stood nowhere then.
    public func standings(_ text: String, at time: Timestamp) throws -> PastStandings {
        let reference = try VersionReference(text)
        try requireKnown(reference.adapter)
        let all = try registry.history(of: reference.adapter).standings(at: time)
        switch reference.selector {
        case nil: return PastStandings(adapter: reference.adapter, at: time, standings: all)
        case .number?: throw PastError.notAnAlias(reference)
        case .alias(let alias)?:
            let standings = all.filter { $0.alias == alias }
            guard !standings.isEmpty else {
                throw VersionIndexError.aliasUnset(reference.adapter, alias, known: all.map(\.alias))
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
