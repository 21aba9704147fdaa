import Adapters
import Registry
import StrictJSON

/// An alias where it stands, and whether it is protected.
public struct ListedAlias: Sendable {
    public let standing: AliasStanding
    public let isProtected: Bool

    public var json: JSONValue {
        .object(JSONObject((standing.json.objectValue?.members.map { ($0.0, $0.1) } ?? []) + [("protected", .bool(isProtected))]))
    }
}

extension Workspace {
    /// By name.
    public func aliases(of adapter: String) throws -> [ListedAlias] {
        let name = try AdapterName(adapter)
        try requireKnown(name)
        let declaration = try registry.declaredNames().contains(name) ? registry.adapter(named: adapter) : nil
        return try registry.history(of: name).standings(at: .latest).map { standing in
            ListedAlias(
                standing: standing, isProtected: declaration?.protects(standing.alias) ?? (standing.alias == .production))
        }
    }
}
