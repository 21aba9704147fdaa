import Adapters
import DurableFiles
import Faults
import Foundation
import Llama
import Registry
import Versions

/// An opened registry with its version store: where both kinds of records meet.
///
/// Opening finishes what an earlier process left half-done, before anything else is asked.
public struct Workspace: Sendable {
    public let location: RegistryLocation
    public let registry: AdapterRegistry
    public let versions: VersionStore
    /// What opening had to mend.
    public let mended: Reconciliation
    /// Quantized bases.
    public let weights: WeightCache

    /// - Parameters:
    ///   - isThorough: holds index and git against each other even where both are known to have agreed when they were written last.
    ///   - fileClock: stamps files.
    ///   - notify: hears what becomes of quantized bases.
    public static func open(
        _ location: RegistryLocation, on occasion: Occasion, isThorough: Bool = false,
        fileClock: @escaping @Sendable () -> FileMoment = { .now },
        notify: @escaping @Sendable (WeightCache.Notice) -> Void = { _ in }
    ) throws -> Workspace {
        let access = try AdapterRegistry.access(to: location.layout)
        let versions = try VersionStore.unopened(location.layout.versions, laysOut: access == .readWrite)
        let seal = AgreementSeal(location.layout, versions, fileClock)
        let before: AgreementSeal.Look
        do {
            before = try seal.look()
        } catch {
            // git knows better what is wrong
            try versions.requireOpen()
            throw error
        }
        let isSealed = !isThorough && seal.holds(before)
        // to start libgit2 takes longer than all else that an opening does
        if !isSealed || !before.tellsOfRepository { try versions.requireOpen() }
        if access == .readWrite, !isSealed { try versions.completePublications() }
        let registry = try AdapterRegistry.open(at: location.layout, access: access, journal: versions)
        if access == .readWrite, !isSealed, try versions.hasHalfWrittenFiles {
            try registry.whileNobodyWrites { try versions.removeHalfWrittenFiles() }
        }
        let renames = RenameCompletion(registry: registry, versions: versions)
        var renamed = try renames.finishAll()
        var mended = try isSealed ? Reconciliation() : registry.reconcile(with: versions.held(access), on: occasion)
        // what the journals told only now
        if !mended.caughtUp.isEmpty { renamed += try renames.finishAll() }
        mended.renamed = renamed
        if access == .readWrite, !isSealed, mended.isSettled { try seal.renew(since: before) }
        let weights = WeightCache(in: location.layout.caches.appending(path: "weights"), notify: notify)
        return Workspace(location: location, registry: registry, versions: versions, mended: mended, weights: weights)
    }

    /// Lists a version that git holds by now: from here on whoever is told of a failure must not publish it again.
    ///
    /// - Throws: `VersionError.unlisted`.
    @discardableResult
    func listing<Value>(_ version: VersionID, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw VersionError.unlisted(version, (error as? any Explained)?.explanation ?? Explanation("\(error)", next: ""))
        }
    }

    public var layout: RegistryLayout { location.layout }

    /// The version that is meant by `name`, `name@v3` or `name@alias`; an unknown adapter is named with its nearest neighbour.
    func version(_ text: String) throws -> VersionRecord {
        let reference = try VersionReference(text)
        try requireKnown(reference.adapter)
        return try registry.version(try registry.resolve(reference))
    }

    /// Recorded adapters by the names they have now: what a renaming left behind is there under the new one.
    func currentNames() throws -> [AdapterName] {
        let states = try registry.states()
        return try registry.recordedAdapters().filter { states[$0] != .renamed }
    }

    /// An adapter counts as known when it is declared or has versions.
    func requireKnown(_ adapter: AdapterName) throws {
        guard try !registry.recordedAdapters().contains(adapter) else { return }
        _ = try registry.adapter(named: adapter.text)
    }
}

extension VersionStore {
    /// What an index is held against. A transfer has brought all that it brings, or nothing yet.
    ///
    /// - Parameter access: whether the lease can be taken that tells.
    func held(_ access: AdapterRegistry.Access = .readWrite) throws -> GitVersions {
        let (tags, isMoving) = try access == .readWrite ? versionsAtRest() : (versions(), false)
        return GitVersions(tags: tags, isMoving: isMoving, read: published)
    }

    /// That of a registry; laid out where there is none and it may be.
    init(of layout: RegistryLayout, _ access: AdapterRegistry.Access) throws {
        switch access {
        case .readWrite: try self.init(openingOrCreatingAt: layout.versions)
        case .readOnly: try self.init(openingAt: layout.versions)
        }
    }
}
