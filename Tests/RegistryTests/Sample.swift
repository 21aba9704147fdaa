import Adapters
import Digests
import Foundation
import Registry
import StrictJSON
import TestSupport
import Versions

/// Records to keep.
enum Sample {
    static let actor = Actor(name: "Ada Marin", email: "ada@example.org")
    static let time = Timestamp(secondsSinceEpoch: 1_790_000_000)
    static let adapter = "ticket-router"

    static func occasion(_ reason: String = "because", minute: Int = 0) -> Occasion {
        Occasion(actor: actor, at: time.adding(seconds: 60 * minute), reason: reason)
    }

    static func registry(in folder: TemporaryFolder) throws -> AdapterRegistry {
        let root = folder.url.appending(path: "registry")
        try RegistryLayout.initialize(at: root)
        return try open(RegistryLayout(root: root))
    }

    /// With the journal in its own git repository.
    static func open(_ layout: RegistryLayout, access: AdapterRegistry.Access? = nil) throws -> AdapterRegistry {
        let access = try access ?? AdapterRegistry.access(to: layout)
        let journal =
            access == .readWrite
            ? try VersionStore(openingOrCreatingAt: layout.versions) : try VersionStore(openingAt: layout.versions)
        return try AdapterRegistry.open(at: layout, access: access, journal: journal)
    }

    static func name(_ text: String = adapter) throws -> AdapterName { try AdapterName(text) }

    static func version(_ number: Int, of adapter: String = adapter) throws -> VersionID {
        VersionID(try AdapterName(adapter), number)
    }

    static func dataset(_ seed: UInt8 = 1) -> DatasetVersion {
        DatasetVersion(
            train: .init(digest: ContentDigest(of: [seed, 1]), rows: 600),
            heldOut: .init(digest: ContentDigest(of: [seed, 2]), rows: 120))
    }

    static func base() throws -> BaseIdentity {
        BaseIdentity(name: try BaseName("demo-base"), revision: nil, digest: ContentDigest(of: [9]))
    }

    static func start(_ adapter: String = adapter, seed: Int = 1) throws -> RunStart {
        RunStart(
            adapter: try AdapterName(adapter), base: try base(), dataset: dataset(),
            plan: RecordedPlan(
                json: ["seed": .integer(seed), "learning_rate": 2e-4, "max_steps": 60], digest: ContentDigest(of: [UInt8(seed)])),
            at: time)
    }

    static func published(_ version: VersionID, run: RunID, start: RunStart) throws -> PublishedVersion {
        let lineage = Lineage(
            version: version, parent: nil, run: run, base: start.base, dataset: start.dataset, plan: start.plan,
            metrics: [NamedMetric("error", 0.0625)], startedAt: start.at, finishedAt: start.at.adding(seconds: 90),
            madeBy: "lora-keeper test")
        let digits = ContentDigest(of: Array("\(version) \(run)".utf8)).hex.prefix(40)
        guard let commit = CommitID(String(digits)) else { throw CocoaError(.formatting) }
        return PublishedVersion(commit: commit, lineage: lineage, at: start.at.adding(seconds: 100))
    }

    /// A version that was trained elsewhere, of which little is known.
    static func adopted(_ version: VersionID) throws -> PublishedVersion {
        let adoption = Adoption(
            folder: "/elsewhere/adapter", layout: .mlx,
            sources: [.init(name: "adapters.safetensors", size: 12, digest: ContentDigest(of: [7]))], namedBase: nil, leftOut: [],
            isPartial: false, largestDifference: 0, settings: JSONObject([("r", 8)]))
        let lineage = Lineage(
            version: version, parent: nil, run: nil, base: try base(), dataset: nil, plan: nil, metrics: [], startedAt: nil,
            finishedAt: nil, madeBy: nil, adoption: adoption)
        let digits = ContentDigest(of: Array("\(version) adopted".utf8)).hex.prefix(40)
        guard let commit = CommitID(String(digits)) else { throw CocoaError(.formatting) }
        return PublishedVersion(commit: commit, lineage: lineage, at: time)
    }

    /// Trains and admits the next version.
    @discardableResult
    static func admit(to registry: AdapterRegistry, _ adapter: String = adapter) throws -> PublishedVersion {
        let lease = try registry.lease(name(adapter), holder: "a test")
        let start = try start(adapter)
        let run = try registry.beginRun(start, under: lease)
        let published = try published(registry.nextVersion(of: name(adapter)), run: run.id, start: start)
        try registry.admit(published, on: occasion("passed the gate"))
        // whoever ran it clears up behind himself
        try FileManager.default.removeItem(at: registry.layout.staging(of: run.id, for: name(adapter)))
        return published
    }
}
