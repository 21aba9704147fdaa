import Adapters
import Faults
import StrictJSON
import StrictYAML

/// What one adapter's declaration sets otherwise than its policy: the nearest layer of the chain.
enum PolicyOverrides {
    /// By which a policy is known; an adapter that needs other ones needs another policy.
    fileprivate static let identity = ["schema", "extends", "name", "summary"]

    /// - Parameter settings: keys with their sections, such as `gate.beats_base.margin`.
    /// - Throws: `PolicyError.identityOverridden`
    static func layer(_ settings: [DeclaredSetting]) throws -> PolicyLayer {
        for setting in settings where identity.contains(setting.key) {
            throw PolicyError(.identityOverridden(setting.key), at: YAMLPlace(setting.place))
        }
        let root = settings.reduce(YAMLNode(content: .mapping([]), place: YAMLPlace(file: nil, line: 1, key: ""))) {
            root, setting in
            root.setting(setting.key.split(separator: ".").map(String.init)[...], to: setting.value, at: YAMLPlace(setting.place))
        }
        let text = settings.map { "\($0.key)=\($0.value.text())" }.joined(separator: "\n")
        return PolicyLayer(text: text, root: root)
    }
}

extension PolicyFile {
    /// The settings of a declaration that would make its policy another one, as faults; and the other settings.
    public static func identityFaults(_ settings: [DeclaredSetting]) -> (faults: [any Explained], others: [DeclaredSetting]) {
        let isIdentity = { (setting: DeclaredSetting) in PolicyOverrides.identity.contains(setting.key) }
        let faults = settings.filter(isIdentity).map { PolicyError(.identityOverridden($0.key), at: YAMLPlace($0.place)) }
        return (faults, settings.filter { !isIdentity($0) })
    }
}

extension PolicyFile {
    /// As `settings`, with what a declaration sets otherwise, in the order of the policy; what only the declaration sets comes last.
    ///
    /// - Parameter prices: what it says under `costs`.
    public func settings(overriddenBy overrides: [DeclaredSetting], prices: [DeclaredSetting]) throws -> [PolicySetting] {
        let declared = try overridden(by: overrides).settings.filter { $0.key.hasPrefix(Self.overrides) }.map { setting in
            PolicySetting(
                key: String(setting.key.dropFirst(Self.overrides.count)), value: setting.value, file: setting.file,
                line: setting.line, isDeclared: true)
        }
        let priced = prices.map { price in
            let place = YAMLPlace(price.place)
            return PolicySetting(
                key: "costs.\(price.key)", value: price.value.stringValue ?? price.value.text(), file: place.file,
                line: place.line, isDeclared: true)
        }
        // later ones win: a price counts before what is overridden
        let own = Dictionary((declared + priced).map { ($0.key, $0) }) { $1 }
        let dropped = Set(overrides.filter { $0.value == .null }.map(\.key))
        let inherited = settings.filter { !dropped.contains($0.key) }
        let known = Set(inherited.map(\.key))
        return inherited.map { own[$0.key] ?? $0 } + (declared + priced).filter { !known.contains($0.key) }
    }

    private static let overrides = "overrides."
}

extension YAMLPlace {
    /// Reads `file:line:key`.
    fileprivate init(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, let line = Int(parts[parts.count - 2]) else {
            self.init(file: nil, line: 1, key: text)
            return
        }
        self.init(file: parts.dropLast(2).joined(separator: ":"), line: line, key: parts[parts.count - 1])
    }
}

extension YAMLNode {
    fileprivate func setting(_ path: ArraySlice<String>, to value: JSONValue, at place: YAMLPlace) -> YAMLNode {
        guard let key = path.first else { return YAMLNode(value, at: place) }
        var members = if case .mapping(let members) = content { members } else { [YAMLMember]() }
        let index = members.firstIndex { $0.key == key }
        let inner = index.map { members[$0].value } ?? YAMLNode(content: .mapping([]), place: place)
        let member = YAMLMember(key: key, place: place, value: inner.setting(path.dropFirst(), to: value, at: place))
        if let index { members[index] = member } else { members.append(member) }
        return YAMLNode(content: .mapping(members), place: self.place)
    }

    private init(_ value: JSONValue, at place: YAMLPlace) {
        let content: Content =
            switch value {
            case .null: .scalar("", isQuoted: false)
            case .string(let text): .scalar(text, isQuoted: true)
            case .array(let values): .sequence(values.map { YAMLNode($0, at: place) })
            case .object(let object):
                .mapping(object.members.map { YAMLMember(key: $0.0, place: place, value: YAMLNode($0.1, at: place)) })
            case .bool, .integer, .number: .scalar(value.text(), isQuoted: false)
            }
        self.init(content: content, place: place)
    }
}
