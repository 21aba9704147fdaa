/// What about a base can differ from what was pinned; the graver first.
public enum BaseChange: String, Sendable, Hashable, CaseIterable {
    case removed
    /// Its owner now asks for something before it may be read.
    case gated
    /// Its maker, or a list that people keep, gives it up from a day on.
    case endOfLife = "end_of_life"
    case licence
    case tokenizer
    case weights
    case config
    case chatTemplate = "chat_template"
    case generationConfig = "generation_config"
    case cosmetic

    /// The kind of change that a differing file means, by its name within the folder, where its content is not at hand.
    ///
    /// `tokenizer_config.json` counts as tokenizer although it may hold the chat template too, and a file of unknown purpose as
    /// config: the graver reading is the safe one. `BaseComparison` reads what is in them.
    public init(ofFile name: String) {
        let name = (name.split(separator: "/").last.map(String.init) ?? name).lowercased()
        self =
            switch name {
            case "config.json", "params.json": .config
            case "generation_config.json": .generationConfig
            case "chat_template.json": .chatTemplate
            case _ where name.hasSuffix(".jinja"): .chatTemplate
            case "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
                "vocab.json", "vocab.txt", "merges.txt":
                .tokenizer
            case _ where name.hasPrefix("license") || name.hasPrefix("licence") || name == "notice": .licence
            case _ where Self.isWeights(name): .weights
            case _ where Self.isCosmetic(name): .cosmetic
            default: .config
            }
    }

    private static func isWeights(_ name: String) -> Bool {
        [".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".gguf", ".pt", ".pth"]
            .contains { name.hasSuffix($0) }
    }

    private static func isCosmetic(_ name: String) -> Bool {
        name.hasPrefix(".") || [".md", ".txt", ".png", ".jpg", ".svg", ".gif", ".pdf"].contains { name.hasSuffix($0) }
    }
}

/// What a look at the base showed.
public enum BaseObservation: Sendable, Hashable {
    /// Every file bears the pinned digest.
    case unchanged
    case changed(Set<BaseChange>)
    /// It could not be looked at, so nothing is claimed; the reason in words.
    case unchecked(String)
}

extension Set<BaseChange> {
    /// In the order of the cases, the graver first.
    public var inOrder: [BaseChange] { BaseChange.allCases.filter(contains) }

    /// Without the harmless where there is something else.
    public var telling: Set<BaseChange> { count > 1 ? subtracting([.cosmetic]) : self }
}
