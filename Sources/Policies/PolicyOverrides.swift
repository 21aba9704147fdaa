import Adapters
import Faults
import StrictJSON
import StrictYAML

/// What one adapter's declaration sets otherwise than its policy: the nearest layer of the chain.
enum PolicyOverrides {
    /// By which a policy is known; an adapter that needs other ones needs another policy.
    private static let identity = ["schema", "extends", "name", "summary"]

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
