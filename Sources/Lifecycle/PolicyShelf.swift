import Adapters
import Digests
import Faults
import Foundation
import Policies

/// Where policies are found: beside the registry, then upward from the working folder, then among those compiled in.
public struct PolicyShelf: Sendable {
    private let folders: [URL]

    /// - Parameter registry: the root of the registry in use, when there is one.
    public init(registry: URL?, workingFolder: URL) {
        let beside = registry.map { $0.deletingLastPathComponent().appending(path: "policies") }
        let upward = sequence(first: workingFolder.standardizedFileURL) { level in
            level.pathComponents.count > 1 ? level.deletingLastPathComponent() : nil
        }.map { $0.appending(path: "policies") }
        folders = ((beside.map { [$0] } ?? []) + upward).filter { FileManager.default.fileExists(atPath: $0.path) }
    }

    public func policy(in file: URL) throws -> Policy { try read(file).policy(digest: Self.digest) }

    /// A file that is there is read; what looks like no path is a name.
    public func policy(_ choice: PolicyChoice) throws -> Policy { try policy(from: source(of: choice)) }

    /// - Throws: `PolicyShelfError.unknown` with the nearest name.
    public func policy(named name: String) throws -> Policy { try policy(from: source(named: name)) }

    func policy(from source: PolicyFile) throws -> Policy { try source.policy(digest: Self.digest) }

    /// The policy that a declaration names, with what the declaration sets otherwise.
    public func policy(of declaration: AdapterDeclaration) throws -> Policy {
        try source(of: declaration).policy(digest: Self.digest)
    }

    /// By which policy an adapter is judged, key by key.
    public func settings(of declaration: AdapterDeclaration) throws -> (policy: Policy, settings: [PolicySetting]) {
        let policy = try policy(of: declaration)
        _ = try policy.costs.overridden(by: declaration.costs)
        let source = try source(named: declaration.policy)
        return (policy, try source.settings(overriddenBy: declaration.overrides, prices: declaration.costs))
    }

    /// As `policy(of:)`, before it is read.
    func source(of declaration: AdapterDeclaration) throws -> PolicyFile {
        try source(named: declaration.policy).overridden(by: declaration.overrides)
    }

    /// What a policy is read from, with what it extends.
    ///
    /// - Throws: `PolicyShelfError.unknown` with the nearest name.
    public func source(of choice: PolicyChoice) throws -> PolicyFile {
        let isName = !choice.text.contains("/") && !choice.text.hasSuffix(".yaml") && !Self.exists(choice.file)
        return isName ? try source(named: choice.text) : try read(choice.file)
    }

    /// As `source(of:)`, for a name.
    func source(named name: String) throws -> PolicyFile {
        if let file = folders.map({ $0.appending(path: "\(name).yaml") }).first(where: Self.exists) { return try read(file) }
        guard ShippedPolicies.texts[name] != nil else {
            throw PolicyShelfError.unknown(name, nearest: nearestName(to: name, among: names))
        }
        return try PolicyFile(named: name, texts: ShippedPolicies.texts)
    }

    private func read(_ file: URL) throws -> PolicyFile {
        try PolicyFile(file, searching: folders, otherwise: ShippedPolicies.texts)
    }

    /// Every name that leads to a policy, sorted.
    public var names: [String] {
        let files = folders.flatMap { folder in
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        }
        let found = files.filter { $0.pathExtension == "yaml" }.map { $0.deletingPathExtension().lastPathComponent }
        return Set(found + ShippedPolicies.texts.keys).sorted()
    }

    /// The names of shipped policies in whose place a file says something else.
    var changedShipped: [String] {
        ShippedPolicies.texts.keys.sorted().filter { name in
            let file = folders.map { $0.appending(path: "\(name).yaml") }.first(where: Self.exists)
            return file.flatMap { FileManager.default.contents(atPath: $0.path) }
                .map { String(decoding: $0, as: UTF8.self) != ShippedPolicies.texts[name] } ?? false
        }
    }

    private static func exists(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }
    private static func digest(_ text: Data) -> String { "\(ContentDigest(of: text))" }
}

/// A policy as somebody named it: by its file, or by a name that a shelf knows.
public struct PolicyChoice: Sendable, Hashable {
    public let text: String
    /// What the text is as a path.
    public let file: URL

    public init(_ text: String, file: URL) {
        self.text = text
        self.file = file
    }
}

public enum PolicyShelfError: Error, Hashable, Explained {
    case unknown(String, nearest: String?)

    public var explanation: Explanation {
        switch self {
        case .unknown(let name, let nearest):
            Explanation(
                "No policy is named '\(name)'.\(nearest.map { " Did you mean '\($0)'?" } ?? "")",
                next: "Write policies/\(name).yaml, or use one of those that ship: default, strict, frugal.", kind: .usage)
        }
    }
}
