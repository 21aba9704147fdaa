import Adapters
import DurableFiles
import Faults
import Foundation
import Registry
import StrictJSON
import Training

/// The golden probes that the registry's versions carry.
struct KnownProbes {
    private let workspace: Workspace

    /// How many versions are looked at for one that answers better, with or without probes: each is read from git.
    private let othersLimit: Int

    init(_ workspace: Workspace, othersLimit: Int = 100) { (self.workspace, self.othersLimit) = (workspace, othersLimit) }

    /// Nil where the version has none: an older one, or one that was adopted.
    func probes(of version: VersionID) throws -> GoldenProbes? {
        guard let data = try workspace.versions.contents(of: GoldenProbes.fileName, in: version) else { return nil }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: data)
        } catch {
            throw ProbeError.unreadable(version)
        }
        guard let probes = GoldenProbes(json: json) else { throw ProbeError.unreadable(version) }
        return probes
    }

    /// Made on the spot by the rows that are declared now, on the base that the version was trained on. They are not kept.
    func made(for published: PublishedVersion, progress: @escaping Examiner.Progress) throws -> GoldenProbes {
        let own = published.lineage.base
        let declaration = try workspace.registry.adapter(named: published.version.adapter.text)
        guard try workspace.registry.baseNames().contains(own.name) else {
            throw TaskError.strangeBase(published.version, own.name)
        }
        let task = try PreparedTask(declaration.on(own.name), typed: TrainingOptions(), in: workspace)
        try task.requirePinnedBase(in: workspace.registry)
        guard task.base.digest == own.digest else { throw TaskError.strangeBase(published.version, own.name) }
        let folder = try VersionCache(of: workspace).folder(of: published)
        return try Examiner(task, in: workspace, progress: progress).probes(folder).kept
    }

    /// Other versions with probes, newest first; those of the same adapter before any other's.
    func others(than version: VersionID, everywhere: Bool) throws -> [(VersionID, GoldenProbes)] {
        let strangers = everywhere ? try workspace.currentNames().filter { $0 != version.adapter } : []
        var (found, looked) = ([(VersionID, GoldenProbes)](), 0)
        for adapter in [version.adapter] + strangers {
            for other in try workspace.versions.versions(of: adapter).reversed() where other.version != version {
                guard looked < othersLimit else { return found }
                looked += 1
                if let probes = try readable(other.version) { found.append((other.version, probes)) }
            }
        }
        return found
    }

    /// One that cannot be read explains nothing; `verify` tells of damage.
    private func readable(_ version: VersionID) throws -> GoldenProbes? {
        do {
            return try probes(of: version)
        } catch ProbeError.unreadable {
            return nil
        }
    }
}

extension GoldenProbes {
    /// Larger than any that are written: prompts and answers are bounded.
    private static let sizeLimit = 1 << 24

    /// Those of a version that was exported; nil where there are none, or a file of another kind has their name.
    init?(exportedIn folder: URL) throws {
        let file = folder.appending(path: Self.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let data = try FileBytes.contents(of: file, limit: Self.sizeLimit)
        do throws(JSONError) {
            self.init(json: try JSONValue(parsing: data))
        } catch {
            return nil
        }
    }
}

/// Why a version cannot be known again.
public enum ProbeError: Error, Hashable, Explained {
    case unreadable(VersionID)
    /// Its rows are too long for the base, and so is all else.
    case none(VersionID)

    public var explanation: Explanation {
        switch self {
        case .unreadable(let version):
            Explanation(
                "The probes of \(version) are not what `lora train` writes.", at: GoldenProbes.fileName,
                next: "`lora verify` tells whether the version was damaged; restore it from a copy.", kind: .integrity)
        case .none(let version):
            Explanation(
                "There is no prompt by which \(version) could be known again: none fits into its base's positions.",
                next: "Compare its answers by hand: `lora generate --adapter \(version)`.", kind: .verification)
        }
    }
}
