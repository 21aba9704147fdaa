import Foundation
import StrictJSON

/// What tokenizer_config.json and special_tokens_map.json say about special tokens.
struct TokenizerConfiguration: Sendable {
    /// Roles ("bos_token", …) in the order their tokens are added to the vocabulary.
    private(set) var roles: [(name: String, token: AddedToken)] = []
    /// Further tokens, in the order they are added.
    private(set) var added: [AddedToken] = []
    private(set) var extraSpecial: [AddedToken] = []
    /// Tokens of added_tokens.json, a convention older than tokenizer.json; they count where the latter lacks them.
    private(set) var legacy: [AddedToken] = []
    private(set) var chatTemplate: JSONValue?

    private static let standardRoles = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// Reads the files a folder has; all may be absent.
    ///
    /// special_tokens_map.json and added_tokens.json are of older conventions: they only count when tokenizer_config.json
    /// has no "added_tokens_decoder", and the map then wins over it.
    init(folder: URL) throws {
        let configuration = try Self.component("tokenizer_config.json", in: folder)
        chatTemplate = configuration?.optional("chat_template")
        if let configuration { try read(configuration) }
        if configuration?.optional("added_tokens_decoder") == nil {
            if let map = try Self.component("special_tokens_map.json", in: folder) { try read(map) }
            if let list = try Self.component("added_tokens.json", in: folder) { try readLegacy(list) }
        }
        roles.sort { Self.rank($0.name) < Self.rank($1.name) }
    }

    private static func component(_ name: String, in folder: URL) throws -> Component? {
        let file = folder.appending(path: name)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return try Component(JSONValue(contentsOf: file), file: file.path, path: "")
    }

    /// `{token: id, …}`, added in the order of the ids; tokens without a role are sought in normalised text.
    private mutating func readLegacy(_ list: Component) throws(TokenizerError) {
        let special = Set((roles.map(\.token) + extraSpecial).map { ByteText($0.content) })
        var tokens: [(id: Int32, token: AddedToken)] = []
        for content in list.object.keys {
            var token = AddedToken(special: content)
            token.isSpecial = special.contains(ByteText(content))
            token.isNormalized = !token.isSpecial
            tokens.append((try list.id(content), token))
        }
        legacy = tokens.sorted { $0.id < $1.id }.map(\.token)
    }

    private static func rank(_ role: String) -> Int { standardRoles.firstIndex(of: role) ?? standardRoles.count }

    private mutating func read(_ component: Component) throws(TokenizerError) {
        if component.optional("added_tokens_decoder") != nil {
            let table = try component.component("added_tokens_decoder")
            for key in table.object.keys.sorted(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) {
                added.append(try AddedToken(table.component(key)))
            }
        }
        for key in component.object.keys where key.hasSuffix("_token") {
            guard let token = try Self.token(component, key) else { continue }
            roles.removeAll { $0.name == key }
            roles.append((key, token))
        }
        for key in ["extra_special_tokens", "additional_special_tokens"] {
            switch component.optional(key) {
            case .array(let values)?:
                for (index, value) in values.enumerated() {
                    let place = Component(wrapping: value, as: "\(key)[\(index)]", in: component)
                    if let token = try Self.token(place, "\(key)[\(index)]") { extraSpecial.append(token) }
                }
            case .object?:
                let table = try component.component(key)
                for name in table.object.keys {
                    if let token = try Self.token(table, name) { roles.append((name, token)) }
                }
            default: break
            }
        }
    }

    /// A token given as text or as an added-token object; other values, such as the flags `add_bos_token`, are none.
    private static func token(_ component: Component, _ key: String) throws(TokenizerError) -> AddedToken? {
        switch component.optional(key) {
        case .string(let content)?: return AddedToken(special: content)
        case .object?:
            var token = try AddedToken(component.component(key))
            token.isSpecial = true
            return token
        default: return nil
        }
    }
}

extension Component {
    fileprivate init(wrapping value: JSONValue, as key: String, in parent: Component) {
        object = JSONObject([(key, value)])
        file = parent.file
        path = parent.path
    }
}
