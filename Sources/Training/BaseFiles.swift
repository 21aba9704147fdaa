import DurableFiles
import Foundation
import Tensors

/// How an adapter names the model it belongs to.
public struct BaseReference: Sendable, Hashable {
    /// `base_model_name_or_path`: a hub name or a path.
    public let name: String
    /// The pinned revision; nil when the base has none.
    public let revision: String?

    public init(name: String, revision: String? = nil) {
        self.name = name
        self.revision = revision
    }
}

/// The files of a base folder that matter to training.
public struct BaseFiles: Sendable {
    private let folder: ModelFolder

    public init(_ folder: URL) { self.folder = ModelFolder(folder) }

    /// Files of the tokenizer and the chat template, in the names Hugging Face uses.
    public static let tokenizerFiles = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "tokenizer.model", "chat_template.jinja", "chat_template.json",
    ]

    /// SHA-256 over name and SHA-256 of each file that decides tokens or logits, sorted by name.
    public func digest() throws -> ContentDigest {
        let names = try folder.names().filter {
            $0 == "config.json" || $0 == "generation_config.json" || $0.hasSuffix(".safetensors")
                || $0.hasSuffix(".safetensors.index.json") || Self.tokenizerFiles.contains($0)
        }
        let lines = try names.map { name in "\(name) \(try ContentDigest(ofFile: try folder.file(named: name)))\n" }
        return ContentDigest(of: Data(lines.joined().utf8))
    }

    /// Copies the tokenizer's files byte for byte.
    public func copyTokenizer(to target: URL) throws {
        for name in Self.tokenizerFiles where folder.contains(name) {
            try DurableFile.write(try Data(contentsOf: try folder.file(named: name)), to: target.appending(path: name))
        }
    }
}
