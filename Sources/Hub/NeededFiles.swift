/// What of a repository a base needs: configuration, tokenizer, chat templates, safetensors with their index, and the texts that say what
/// may be done with it.
public struct NeededFiles: Sendable, Hashable {
    /// By path.
    public let needed: [HubFile]
    /// By path.
    public let leftOut: [LeftOut]

    public struct LeftOut: Sendable, Hashable {
        public enum Why: String, Sendable, Hashable, CaseIterable {
            case pickled = "pickled weights, which are never read"
            case otherFormat = "weights in another form"
            case duplicate = "the same weights once more"
            case notNeeded = "not needed"
        }

        public let path: String
        public let size: Int
        public let why: Why
    }

    public init(of files: [HubFile]) {
        let isSharded = files.contains { $0.path.hasPrefix("model") && $0.path.hasSuffix(".safetensors") }
        var (needed, leftOut): ([HubFile], [LeftOut]) = ([], [])
        for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
            if let why = Self.reasonToLeaveOut(file.path, isSharded: isSharded) {
                leftOut.append(LeftOut(path: file.path, size: file.size, why: why))
            } else {
                needed.append(file)
            }
        }
        (self.needed, self.leftOut) = (needed, leftOut)
    }

    /// Names that loaders look for whether they are there or not.
    static let sought = [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "tokenizer.model", "chat_template.jinja",
        "chat_template.json",
    ]
    private static let texts = ["LICENSE", "LICENCE", "NOTICE", "USE_POLICY", "COPYING"]
    private static let templates = "additional_chat_templates/"

    private static func reasonToLeaveOut(_ path: String, isSharded: Bool) -> LeftOut.Why? {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        if ["bin", "pt", "pth", "ckpt", "pkl", "pickle"].contains(ending) { return .pickled }
        if ["gguf", "onnx", "onnx_data", "h5", "msgpack", "ot", "mlmodel", "tflite"].contains(ending) { return .otherFormat }
        if path.hasPrefix(templates), ending == "jinja", path.dropFirst(templates.count) == name { return nil }
        guard path == name, !name.hasPrefix(".") else { return .notNeeded }
        if isSharded, name.hasPrefix("consolidated"), ending == "safetensors" { return .duplicate }
        if ending == "safetensors" || name.hasSuffix(".safetensors.index.json") || sought.contains(name) { return nil }
        return name == "README.md" || texts.contains { name.uppercased().hasPrefix($0) } ? nil : .notNeeded
    }
}
