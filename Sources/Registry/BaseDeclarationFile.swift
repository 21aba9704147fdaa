import Adapters
import Digests
import Foundation
import StrictJSON
import StrictYAML

/// The form of `bases/NAME.yaml`, as `lora base add` writes it.
enum BaseDeclarationFile {
    /// - Throws: `YAMLError` with `file:line:key`; `DeclarationError` when the name is not that of the file or the digest is not that
    ///   of the files.
    static func read(_ file: URL) throws -> BaseDeclaration {
        let base = try YAMLNode(contentsOf: file).section { reader in try declaration(reader) }
        guard file.deletingPathExtension().lastPathComponent == base.name.text else {
            throw DeclarationError.misnamedFile(place: file.path, declared: base.name.text)
        }
        return base
    }

    private static func declaration(_ reader: YAMLReader) throws -> BaseDeclaration {
        let base = BaseDeclaration(
            name: try reader.name("name", BaseName.init), folder: try reader.required("folder", as: String.self),
            source: try reader.optional("source", as: String.self), revision: try reader.optional("revision", as: String.self),
            follows: try reader.optional("follows", as: String.self), files: try reader.list("files").map(file))
        guard try reader.digest("digest") == base.digest else {
            throw DeclarationError.badValue(
                place: "\(reader.place(of: "digest"))", what: "The digest is not that of the files listed below it.",
                next: "Delete the file and pin the base anew with `lora base add`.")
        }
        return base
    }

    private static func file(_ node: YAMLNode) throws -> BaseFile {
        try node.section { reader in
            BaseFile(
                path: try reader.required("path", as: String.self), size: try reader.required("size", as: Int.self),
                digest: try reader.digest("digest"))
        }
    }
}

extension YAMLReader {
    fileprivate func digest(_ key: String) throws -> ContentDigest {
        guard let digest = ContentDigest(try required(key, as: String.self)) else {
            throw DeclarationError.badValue(
                place: "\(place(of: key))", what: "This is no SHA-256 digest.", next: "Write sha256: and 64 hex digits.")
        }
        return digest
    }
}

extension BaseDeclaration {
    /// The text of `bases/NAME.yaml`.
    var yaml: String {
        var text = YAMLWriter()
        text.comment("Written by `lora base add`: the model as it was when it was pinned.")
        text.add("name", .string(name.text))
        text.add("folder", .string(folder))
        if let source { text.add("source", .string(source)) }
        if let revision { text.add("revision", .string(revision)) }
        if let follows { text.add("follows", .string(follows)) }
        text.add("digest", .string("\(digest)"))
        text.add(
            "files",
            .array(
                files.map { file in
                    ["path": .string(file.path), "size": .integer(file.size), "digest": .string("\(file.digest)")]
                }))
        return text.text
    }
}
