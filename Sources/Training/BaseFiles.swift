import Digests
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
        "tokenizer.model", "chat_template.jinja",
    ]
    /// Templates beside the default one, each `NAME.jinja`.
    private static let templates = "additional_chat_templates"

    /// SHA-256 over path and SHA-256 of each file that decides tokens or logits, sorted by path.
    ///
    /// - Parameter known: remembers the digests of files, so that an untouched base is not read again; nil reads every file.
    public func digest(known: DigestBook? = nil) throws -> ContentDigest {
        let names = try folder.names().filter {
            $0 == "config.json" || $0 == "generation_config.json" || $0.hasSuffix(".safetensors")
                || $0.hasSuffix(".safetensors.index.json") || Self.tokenizerFiles.contains($0)
        }
        let files = try names.map { ($0, try folder.file(named: $0)) } + namedTemplates()
        let lines = try files.map { path, file in
            "\(path) \(try known?.digest(of: file) ?? ContentDigest(ofFile: file))\n"
        }.sorted()
        return ContentDigest(of: Data(lines.joined().utf8))
    }

    /// Copies the tokenizer's files and every chat template byte for byte.
    public func copyTokenizer(to target: URL) throws {
        for name in Self.tokenizerFiles where folder.contains(name) {
            _ = try FileBytes.copy(try folder.file(named: name), to: target.appending(path: name))
        }
        try copyTemplates(to: target)
    }

    /// Copies the chat templates beside the default one byte for byte.
    public func copyTemplates(to target: URL) throws {
        for (path, file) in try namedTemplates() {
            try DurableFile.makeFolder(target.appending(path: Self.templates))
            _ = try FileBytes.copy(file, to: target.appending(path: path))
        }
    }

    /// The templates that have a folder of their own, by their paths in the base.
    private func namedTemplates() throws -> [(path: String, file: URL)] {
        guard folder.contains(Self.templates) else { return [] }
        let templates = ModelFolder(folder.url.appending(path: Self.templates))
        return try templates.names().filter { $0.hasSuffix(".jinja") }
            .map { ("\(Self.templates)/\($0)", try template($0, in: templates)) }
    }

    /// As in the folder itself, a link may lead into the blobs of the download cache and nowhere else outside.
    private func template(_ name: String, in templates: ModelFolder) throws -> URL {
        do throws(ModelFolderError) {
            return try templates.file(named: name)
        } catch {
            let snapshots = folder.url.resolvingSymlinksInPath().deletingLastPathComponent()
            let blobs = snapshots.deletingLastPathComponent().appending(path: "blobs").path
            guard case .linkOutside(let target) = error.reason, snapshots.lastPathComponent == "snapshots",
                target.hasPrefix(blobs + "/")
            else { throw error }
            return URL(filePath: target)
        }
    }
}
