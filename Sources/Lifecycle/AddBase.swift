import Adapters
import Foundation
import Llama
import Registry
import StrictJSON
import Tensors
import Training

extension Workspace {
    /// Pins a model folder under a name: revision, size and digest of each file.
    ///
    /// - Parameter source: what others know the model by; adapters name it so in their configuration.
    /// - Parameter replaces: pins a base anew that is pinned already, since its folder has changed on purpose.
    public func addBase(
        _ name: String, folder: URL, source: String? = nil, revision: String?, follows: String? = nil, replaces: Bool
    ) throws -> BaseDeclaration {
        let name = try BaseName(name)
        try requireUsable(folder)
        return replaces
            ? try registry.replaceBase(name, folder: folder, source: source, revision: revision, follows: follows)
            : try registry.addBase(name, folder: folder, source: source, revision: revision, follows: follows)
    }
}

extension Workspace {
    /// A base is pinned to be trained on, which takes a supported architecture, a tokenizer and every weight; a folder without `config.json` is
    /// refused as no model at all.
    private func requireUsable(_ folder: URL) throws {
        let model = ModelFolder(folder)
        guard model.contains(ModelConfiguration.fileName) else { return }
        let configuration = try ModelConfiguration(folder: folder)
        guard model.contains("tokenizer.json") else { throw DeclarationError.noTokenizer(path: folder.path) }
        try configuration.checkWeights(in: folder)
    }
}

extension BaseDeclaration {
    public var json: JSONValue {
        [
            "name": .string(name.text),
            "folder": .string(folder),
            "source": source.map { .string($0) } ?? .null,
            "revision": revision.map { .string($0) } ?? .null,
            "follows": follows.map { .string($0) } ?? .null,
            "digest": .string("\(digest)"),
            "files": .array(
                files.map { ["path": .string($0.path), "size": .integer($0.size), "digest": .string("\($0.digest)")] }),
        ]
    }
}

extension BaseDeclaration {
    /// How an adapter names this base where no registry knows it: by the source it was pinned with, else by the hub name in its own
    /// configuration, else by its name here.
    func reference(_ configuration: ModelConfiguration) -> BaseReference {
        let own = configuration.source["_name_or_path"]?.stringValue.flatMap { Self.isHubName($0) ? $0 : nil }
        return BaseReference(name: source ?? own ?? name.text, revision: revision)
    }

    /// `owner/name`, and nothing that is a path.
    private static func isHubName(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0 != "~" }
    }
}
