import Adapters
import DurableFiles
import Foundation
import HTTP
import Hub
import Registry

/// How the hub is reached, or why it is not.
public struct HubAccess: Sendable {
    public let settings: HubSettings
    private let http: HTTPSettings
    /// Whether somebody asked to stay away from the network.
    public let isOffline: Bool

    public init(environment: [String: String], http: HTTPSettings, isOffline: Bool = false) throws {
        settings = try HubSettings(environment: environment)
        self.http = http
        self.isOffline = isOffline || settings.isOffline
    }

    func service() throws -> HubService { try HubService(settings, http: http) }

    var cache: HubCache { HubCache(settings) }
}

/// Takes a base from the hub: downloads what it needs into the cache, and pins it by commit and digests.
public struct PullBase {
    public struct Outcome: Sendable {
        public let base: BaseDeclaration
        /// Nil when it came from the cache alone, without a look at the hub.
        public let pull: HubPull.Outcome?
        /// Whether it had been pinned just so before.
        public let wasPinned: Bool
    }

    private let workspace: Workspace
    private let hub: HubAccess

    public init(in workspace: Workspace, hub: HubAccess) { (self.workspace, self.hub) = (workspace, hub) }

    /// - Parameter name: of the base here; the model's own without one.
    /// - Parameter replaces: pins a base of that name anew.
    /// - Throws: `DeclarationError.baseExists` before anything is downloaded, unless the name means this model's own pin.
    public func run(
        _ text: String, name: String?, replaces: Bool, progress: @escaping (HubPull.Progress) throws -> Void
    ) throws -> Outcome {
        let reference = try HubReference(text)
        let name = try BaseName(name ?? reference.repository.name)
        let known = try workspace.registry.bases().first { $0.name == name }
        if let known, !replaces, known.source != "\(reference.repository)" { throw DeclarationError.baseExists(name) }
        let pull = try hub.isOffline ? nil : HubPull(hub.service(), progress: progress).run(reference)
        guard let (folder, commit) = try pull.map({ ($0.folder, $0.commit) }) ?? hub.cache.snapshot(of: reference) else {
            throw HubError.notCached(reference, cache: hub.cache.root.path)
        }
        if let pull { try HubPull.requireSound(pull) }
        if let known, !replaces {
            guard known.revision == commit else { throw DeclarationError.baseExists(name) }
            return Outcome(base: known, pull: pull, wasPinned: true)
        }
        let base = try workspace.addBase(
            name.text, folder: folder, source: "\(reference.repository)", revision: commit, follows: reference.followed,
            replaces: known != nil)
        return Outcome(base: base, pull: pull, wasPinned: false)
    }
}

extension Workspace {
    /// Pins a model that lies in the hub's cache, whoever downloaded it.
    ///
    /// - Throws: `HubError.notCached`.
    public func addCachedBase(_ name: String, _ reference: HubReference, hub: HubAccess, replaces: Bool) throws -> BaseDeclaration
    {
        guard let (folder, commit) = try hub.cache.snapshot(of: reference) else {
            throw HubError.notCached(reference, cache: hub.cache.root.path)
        }
        return try addBase(
            name, folder: folder, source: "\(reference.repository)", revision: commit, follows: reference.followed,
            replaces: replaces)
    }
}

extension HubReference {
    /// The branch or tag whose news concern who took this; of a commit, those of the main branch.
    var followed: String { isCommit ? Self.mainBranch : revision }
}
