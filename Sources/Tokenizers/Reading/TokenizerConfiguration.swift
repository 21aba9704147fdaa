import Foundation
import StrictJSON

/// What tokenizer_config.json and special_tokens_map.json say about special tokens.
struct TokenizerConfiguration: Sendable {
    /// Roles ("bos_token", …) in the order their tokens are added to the vocabulary.
    private(set) var roles: [(name: String, token: AddedToken)] = []
    /// Further tokens, in the order they are added.
    private(set) var added: [AddedToken] = []
    private(set) var extraSpecial: [AddedToken] = []
    private(set) var chatTemplate: JSONValue?

    private static let standardRoles = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// Reads the files a folder has; both may be absent.
    ///
    /// special_tokens_map.json is of an older convention: it only counts, and then wins, when tokenizer_config.json
    /// has no "added_tokens_decoder".
    init(folder: URL) throws {
        let file = folder.appending(path: "tokenizer_config.json")
        var component = Component(empty: file.path)
        if FileManager.default.fileExists(atPath: file.path) {
            component = try Component(JSONValue(contentsOf: file), file: file.path, path: "")
        }
        chatTemplate = component.optional("chat_template")
        try read(component)
        let mapFile = folder.appending(path: "special_tokens_map.json")
        if component.optional("added_tokens_decoder") == nil, FileManager.default.fileExists(atPath: mapFile.path) {
            try read(Component(JSONValue(contentsOf: mapFile), file: mapFile.path, path: ""))
        }
        roles.sort { Self.rank($0.name) < Self.rank($1.name) }
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
    fileprivate init(empty file: String) {
        object = JSONObject()
        self.file = file
        path = ""
    }

    fileprivate init(wrapping value: JSONValue, as key: String, in parent: Component) {
        object = JSONObject([(key, value)])
        file = parent.file
        path = parent.path
    }
}
