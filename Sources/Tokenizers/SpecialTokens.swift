/// A token that tokenizer_config.json gives a role.
public struct SpecialToken: Sendable, Hashable {
    public let text: String
    public let id: Int32

    public init(text: String, id: Int32) {
        self.text = text
        self.id = id
    }
}

/// The tokens with a role ("bos_token", "eos_token", …) in one tokenizer folder.
public struct SpecialTokens: Sendable, Hashable {
    /// By role, spelled as in tokenizer_config.json; chat templates see them under these names.
    public let byRole: [String: SpecialToken]

    public init(byRole: [String: SpecialToken]) { self.byRole = byRole }

    public var bos: SpecialToken? { byRole["bos_token"] }
    public var eos: SpecialToken? { byRole["eos_token"] }
    public var pad: SpecialToken? { byRole["pad_token"] }
    public var unk: SpecialToken? { byRole["unk_token"] }
}
