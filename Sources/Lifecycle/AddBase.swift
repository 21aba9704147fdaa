import Adapters
import Foundation
import Llama
import Registry
import StrictJSON

extension Workspace {
    /// Pins a model folder under a name: revision, size and digest of each file.
    ///
    /// - Parameter replaces: pins a base anew that is pinned already, since its folder has changed on purpose.
    public func addBase(_ name: String, folder: URL, revision: String?, replaces: Bool) throws -> BaseDeclaration {
        let name = try BaseName(name)
        try requireUsable(folder)
        return replaces
            ? try registry.replaceBase(name, folder: folder, revision: revision)
            : try registry.addBase(name, folder: folder, revision: revision)
    }
}

extension Workspace {
    /// A base is pinned to be trained on, which takes a supported architecture and a tokenizer; a folder without `config.json` is
    /// refused as no model at all.
    private func requireUsable(_ folder: URL) throws {
        func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.appending(path: name).path) }
        guard has("config.json") else { return }
        _ = try ModelConfiguration(folder: folder)
        guard has("tokenizer.json") else { throw DeclarationError.noTokenizer(path: folder.path) }
    }
}

extension BaseDeclaration {
    public var json: JSONValue {
        [
            "name": .string(name.text),
            "folder": .string(folder),
            "revision": revision.map { .string($0) } ?? .null,
            "digest": .string("\(digest)"),
            "files": .array(
                files.map { ["path": .string($0.path), "size": .integer($0.size), "digest": .string("\($0.digest)")] }),
        ]
    }
}
