import Adapters
import StrictJSON

/// Which versions of an adapter keep their weights, each with its reasons: a pure function of facts and policy.
public struct PrunePlan: Sendable, Hashable {
    public enum Deed: String, Sendable, Hashable {
        case keep, remove
        /// Its weights were given up before.
        case gone
    }

    public struct Item: Sendable, Hashable {
        public let version: VersionID
        public let deed: Deed
        /// Why it is kept; empty for one that nothing keeps.
        public let reasons: [KeepReason]
        public let bytes: Int
    }

    public let adapter: AdapterName
    public let policy: PolicyStamp
    /// Oldest first.
    public let items: [Item]

    /// - Parameter givesUpLast: whether versions may go of which no other copy is known.
    public init(judging facts: PruneFacts, by policy: Policy, givesUpLast: Bool = false) {
        adapter = facts.adapter
        self.policy = policy.stamp
        let first = facts.versions.map { version -> (PruneFacts.Version, [KeepReason]) in
            (version, version.aliases.sorted().map { .alias($0) } + facts.reasons(for: version, policy.prune, givesUpLast))
        }
        let parents = Dictionary(
            grouping: first.filter { !$0.1.isEmpty && !$0.0.isPruned && $0.0.parent != nil }.map(\.0), by: \.parent)
        items = first.map { version, reasons in
            let children = facts.state == .retired ? [] : parents[version.version] ?? []
            let all = reasons + children.map { .parent(of: $0.version) }
            let deed: Deed = version.isPruned ? .gone : all.isEmpty ? .remove : .keep
            return Item(version: version.version, deed: deed, reasons: version.isPruned ? [] : all, bytes: version.bytes)
        }
    }

    public var removed: [VersionID] { items.filter { $0.deed == .remove }.map(\.version) }

    public var json: JSONValue {
        [
            "adapter": .string(adapter.text), "policy": policy.json,
            "versions": .array(
                items.map { item in
                    [
                        "version": .string("\(item.version)"), "deed": .string(item.deed.rawValue), "bytes": .integer(item.bytes),
                        "because": .array(item.reasons.map { .string($0.words) }),
                    ]
                }),
        ]
    }
}

/// Why a version keeps its weights.
public enum KeepReason: Sendable, Hashable {
    case alias(AliasName)
    /// The alias pointed here not long ago.
    case served(AliasName)
    case last(Int)
    case lastPassing
    case parent(of: VersionID)
    /// No other repository is known to have it.
    case onlyCopy
    /// It has no large file that could be removed.
    case small

    public var words: String {
        switch self {
        case .alias(let alias): "\(alias) points to it"
        case .served(let alias): "\(alias) pointed to it lately"
        case .last(1): "the latest version"
        case .last(let count): "among the last \(count) versions"
        case .lastPassing: "the latest version whose evidence passed"
        case .parent(let child): "\(child.label) was trained from it"
        case .onlyCopy: "no other copy is known; push it first, or give --unpushed"
        case .small: "its files are small and part of git's own history; nothing would be won"
        }
    }
}

extension PruneFacts {
    /// Why it stays although no alias points to it.
    fileprivate func reasons(for version: Version, _ rules: PruneRules, _ givesUpLast: Bool) -> [KeepReason] {
        kept(version, by: rules) + (version.isPushed || givesUpLast ? [] : [.onlyCopy]) + (version.bytes == 0 ? [.small] : [])
    }

    /// What the policy keeps; of an adapter that was given up it keeps nothing.
    private func kept(_ version: Version, by rules: PruneRules) -> [KeepReason] {
        guard state != .retired else { return [] }
        let living = versions.filter { !$0.isPruned }
        let served = version.served.filter { alias, later in later < rules.keepServed && !version.aliases.contains(alias) }
        return (living.suffix(rules.keepLast).contains(version) ? [.last(rules.keepLast)] : [])
            + served.keys.sorted().map { .served($0) }
            + (living.last(where: \.passed) == version ? [.lastPassing] : [])
    }
}
