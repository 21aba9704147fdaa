/// One file of a base that is not as it was pinned.
public struct BaseChange: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case added, removed, changed
    }

    /// What the file decides, from the least to the most grave.
    public enum Effect: String, Sendable, Hashable, CaseIterable, Comparable {
        /// Documentation: nothing the model computes.
        case cosmetic
        /// The terms of use.
        case licence
        /// Shapes, rotary scaling, generation defaults.
        case config
        /// The text that a conversation becomes.
        case chatTemplate = "chat_template"
        /// The ids that a text becomes.
        case tokenizer
        case weights

        public static func < (first: Effect, second: Effect) -> Bool { first.rank < second.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    public let kind: Kind
    public let path: String
    public let effect: Effect

    public init(kind: Kind, path: String) {
        self.kind = kind
        self.path = path
        effect = Effect(ofFile: path)
    }
}

extension BaseChange.Effect {
    /// Sorts a file of a Hugging Face folder by its name. An unknown JSON file counts as configuration, any other as cosmetic.
    public init(ofFile path: String) {
        let name = (path.split(separator: "/").last.map(String.init) ?? path).lowercased()
        let ending = name.split(separator: ".").last.map(String.init) ?? ""
        switch ending {
        case "safetensors": self = .weights
        case "jinja": self = .chatTemplate
        case "model": self = .tokenizer
        case "json": self = Self(ofJSON: name)
        default: self = Self(ofText: name)
        }
    }

    private init(ofJSON name: String) {
        switch name {
        case "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json":
            self = .tokenizer
        case "chat_template.json": self = .chatTemplate
        case _ where name.hasSuffix(".safetensors.index.json"): self = .weights
        default: self = .config
        }
    }

    private init(ofText name: String) {
        let licences = ["license", "licence", "notice", "use_policy", "copying"]
        if licences.contains(where: name.hasPrefix) {
            self = .licence
        } else {
            self = name == "merges.txt" || name == "vocab.txt" ? .tokenizer : .cosmetic
        }
    }
}

extension BaseDeclaration {
    /// How a model folder differs from the pin, sorted by path.
    public func changes(to files: [BaseFile]) -> [BaseChange] {
        let pinned = Dictionary(self.files.map { ($0.path, $0) }) { first, _ in first }
        let found = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
        let removed = pinned.keys.filter { found[$0] == nil }.map { BaseChange(kind: .removed, path: $0) }
        let added = found.keys.filter { pinned[$0] == nil }.map { BaseChange(kind: .added, path: $0) }
        let changed = found.values.filter { file in pinned[file.path].map { $0.digest != file.digest } ?? false }
            .map { BaseChange(kind: .changed, path: $0.path) }
        return (removed + added + changed).sorted { $0.path < $1.path }
    }
}
