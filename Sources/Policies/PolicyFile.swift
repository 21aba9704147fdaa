import Foundation
import StrictYAML

/// A policy as text: a file and the files that it extends, nearest first.
public struct PolicyFile: Sendable {
    /// The longest chain of `extends`.
    static let chainLimit = 8

    private let texts: [String]
    private let root: YAMLNode

    /// Reads `file` and whatever it extends. `extends: strict` means `strict.yaml` in the same folder or, failing that, in the
    /// first of `folders` that has it.
    public init(_ file: URL, searching folders: [URL] = []) throws {
        var texts: [String] = []
        var layers: [YAMLNode] = []
        var next: URL? = file
        while let current = next {
            texts.append(try YAMLText.contents(of: current))
            let layer = try YAMLNode(parsing: texts[texts.count - 1], file: current.relativePath)
            layers.append(layer)
            guard layers.count <= Self.chainLimit else {
                throw PolicyError(.chainTooLong(limit: Self.chainLimit), at: layer.place)
            }
            next = try parent(of: layer, near: current, searching: folders)
        }
        self.texts = texts
        self.root = layers.dropFirst().reduce(layers[0]) { $0.filled(from: $1) }
    }

    /// The policy, stamped with `digest` of the texts: those of the file and of what it extends, one after the other.
    public func policy(digest: (Data) -> String) throws -> Policy {
        let data = Data(texts.joined().utf8)
        return try root.section { reader in try Policy(reading: reader, digest: digest(data)) }
    }
}

private func parent(of layer: YAMLNode, near file: URL, searching folders: [URL]) throws -> URL? {
    let reader = try YAMLReader(layer)
    guard let name = try reader.optional("extends", as: String.self) else { return nil }
    let place = reader.place(of: "extends")
    guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }) else {
        throw PolicyError(.parentIsNoName(name), at: place)
    }
    let candidates = ([file.deletingLastPathComponent()] + folders).map { $0.appending(path: "\(name).yaml") }
    let others = candidates.filter { $0.standardizedFileURL != file.standardizedFileURL }
    guard let found = others.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
        throw PolicyError(.unknownParent(name, searched: others.map { $0.deletingLastPathComponent().relativePath }), at: place)
    }
    return found
}

extension YAMLNode {
    /// This node with the keys that only `other` has; where both have a section, the sections are joined alike.
    fileprivate func filled(from other: YAMLNode) -> YAMLNode {
        guard case .mapping(let own) = content, case .mapping(let inherited) = other.content else { return self }
        let joined = own.map { member in
            inherited.first { $0.key == member.key }.map { member.with(value: member.value.filled(from: $0.value)) } ?? member
        }
        let added = inherited.filter { member in !own.contains { $0.key == member.key } }
        return with(content: .mapping(joined + added))
    }
}
