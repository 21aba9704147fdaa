import Adapters
import Faults
import Foundation
import StrictYAML

/// A policy as text, with the policies that it extends.
public struct PolicyFile: Sendable {
    /// The longest chain of `extends`.
    static let chainLimit = 8

    /// Sections that files of earlier versions do not have: what ships counts there, so that a policy that judged before still does.
    private static let laterSections = ["unattended", "retirement", "costs", "merge"]

    /// Nearest first.
    let layers: [PolicyLayer]

    /// Reads `file` and whatever it extends. `extends: strict` means `strict.yaml` in the same folder or, failing that, in the
    /// first of `folders` that has it, or else the text of that name.
    public init(_ file: URL, searching folders: [URL] = [], otherwise texts: [String: String] = [:]) throws {
        let shelf = PolicySources(folders: [file.deletingLastPathComponent()] + folders, texts: texts)
        layers = Self.completed(try shelf.chain(from: PolicyLayer(reading: file)), with: try texts["default"].map(Self.shipped))
    }

    /// Reads one of `texts` and those that it extends. Errors call it `name.yaml`.
    ///
    /// - Precondition: there is a text of that name.
    public init(named name: String, texts: [String: String]) throws {
        guard let text = texts[name] else { preconditionFailure("no text is named \(name)") }
        layers = try PolicySources(folders: [], texts: texts).chain(from: PolicyLayer(named: name, text: text))
    }

    init(_ layers: [PolicyLayer]) { self.layers = layers }

    /// The same with what a declaration sets otherwise.
    ///
    /// - Parameter settings: keys with their sections, such as `gate.beats_base.margin`.
    public func overridden(by settings: [DeclaredSetting]) throws -> PolicyFile {
        settings.isEmpty ? self : PolicyFile([try PolicyOverrides.layer(settings)] + layers)
    }

    /// The policy, stamped with `digest` of the texts: its own and those of what it extends, one after the other.
    public func policy(digest: (Data) -> String) throws -> Policy {
        let data = Data(layers.map(\.text).joined().utf8)
        let policy = try root.section { reader in try Policy(reading: reader, digest: digest(data)) }
        try PricesInOneCurrency.check(layers.map(\.root))
        return policy
    }

    /// Every key that counts, in the order of the file and then of what it extends; rules that were dropped are not there.
    public var settings: [PolicySetting] { root.settings }

    private static func shipped(_ text: String) throws -> PolicyLayer { try PolicyLayer(named: "default", text: text) }

    /// The chain and, where it lacks a later section, that of what ships.
    private static func completed(_ chain: [PolicyLayer], with shipped: PolicyLayer?) -> [PolicyLayer] {
        // what the last of the chain has it has as it means it
        let known = chain[chain.count - 1].root.keys
        let lacking = laterSections.filter { !known.contains($0) }
        guard let shipped, !lacking.isEmpty else { return chain }
        return chain + [shipped.keeping(lacking)]
    }

    private var root: YAMLNode { layers.dropFirst().reduce(layers[0].root) { $0.filled(from: $1.root) } }
}

/// One text of the chain.
struct PolicyLayer: Sendable {
    let text: String
    let root: YAMLNode
    /// Nil for a text that came from no file.
    let file: URL?

    init(reading file: URL) throws {
        self.file = file
        text = try YAMLText.contents(of: file)
        root = try YAMLNode(parsing: text, file: file.relativePath)
    }

    /// A layer that is no file of its own.
    init(text: String, root: YAMLNode) { self.init(text: text, root: root, file: nil) }

    private init(text: String, root: YAMLNode, file: URL?) {
        (self.text, self.root, self.file) = (text, root, file)
    }

    /// The same text, of which some keys count.
    func keeping(_ keys: [String]) -> PolicyLayer {
        guard case .mapping(let members) = root.content else { return self }
        return PolicyLayer(text: text, root: root.with(content: .mapping(members.filter { keys.contains($0.key) })), file: file)
    }

    init(named name: String, text: String) throws {
        file = nil
        self.text = text
        root = try YAMLNode(parsing: text, file: "\(name).yaml")
    }
}

/// Where the policies lie that others extend.
struct PolicySources {
    let folders: [URL]
    let texts: [String: String]

    func chain(from first: PolicyLayer) throws -> [PolicyLayer] {
        var layers = [first]
        while let parent = try parent(of: layers[layers.count - 1]) {
            layers.append(parent)
            guard layers.count <= PolicyFile.chainLimit else {
                throw PolicyError(.chainTooLong(limit: PolicyFile.chainLimit), at: parent.root.place)
            }
        }
        return layers
    }

    private func parent(of layer: PolicyLayer) throws -> PolicyLayer? {
        let reader = try YAMLReader(layer.root)
        guard let name = try reader.optional("extends", as: String.self) else { return nil }
        let place = reader.place(of: "extends")
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }) else {
            throw PolicyError(.parentIsNoName(name), at: place)
        }
        let files = folders.map { $0.appending(path: "\(name).yaml") }
        // A file may extend its namesake further away, never itself.
        let others = files.filter { $0.standardizedFileURL != layer.file?.standardizedFileURL }
        if let found = others.first(where: { FileManager.default.fileExists(atPath: $0.path) }) {
            return try PolicyLayer(reading: found)
        }
        guard let text = texts[name] else {
            throw PolicyError(.unknownParent(name, nearest: nearestName(to: name, among: try names())), at: place)
        }
        return try PolicyLayer(named: name, text: text)
    }

    private func names() throws -> [String] {
        let files = try folders.filter { FileManager.default.fileExists(atPath: $0.path) }.flatMap {
            try FileManager.default.contentsOfDirectory(atPath: $0.path)
        }
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) } + texts.keys
    }
}

extension YAMLNode {
    fileprivate var keys: [String] {
        guard case .mapping(let members) = content else { return [] }
        return members.map(\.key)
    }

    fileprivate var settings: [PolicySetting] {
        switch content {
        case .mapping(let members): members.flatMap(\.value.settings)
        case .sequence(let nodes): [PolicySetting(listOf: nodes.flatMap(\.settings), at: place)]
        case .scalar(let text, _): isNull ? [] : [PolicySetting(key: place.key, value: text, file: place.file, line: place.line)]
        }
    }

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
