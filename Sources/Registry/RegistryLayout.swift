import Adapters
import Foundation

/// Where things lie in a registry folder.
///
/// ```
/// registry.yaml        says that this is a registry, and of which format
/// adapters/NAME.yaml   declared adapters
/// bases/NAME.yaml      pinned bases
/// data/                their data
/// suites/NAME.jsonl    out-of-domain suites, each frozen by a manifest beside it
/// probes/NAME.jsonl    what an adapter once got wrong and is asked ever since
/// .state/              what the program writes: index, versions, staging, caches, locks; ignored by git
/// ```
public struct RegistryLayout: Sendable, Hashable {
    public let root: URL

    /// Layouts of one folder are equal however its path was written.
    public init(root: URL) { self.root = URL(filePath: root.standardizedFileURL.path, directoryHint: .notDirectory) }

    public var marker: URL { root.appending(path: "registry.yaml") }
    public var adapters: URL { root.appending(path: "adapters") }
    public var bases: URL { root.appending(path: "bases") }
    public var data: URL { root.appending(path: "data") }
    public var suites: URL { root.appending(path: "suites") }
    public var probes: URL { root.appending(path: "probes") }
    public var state: URL { root.appending(path: ".state") }

    public var database: URL { state.appending(path: "lora.sqlite") }
    /// The bare git repository.
    public var versions: URL { state.appending(path: "versions.git") }
    public var staging: URL { state.appending(path: "staging") }
    public var caches: URL { state.appending(path: "caches") }
    /// Verbs that run in the background, and what they print.
    public var jobs: URL { state.appending(path: "jobs") }
    public var locks: URL { state.appending(path: "locks") }

    public func file(of adapter: AdapterName) -> URL { adapters.appending(path: "\(adapter).yaml") }
    public func file(of base: BaseName) -> URL { bases.appending(path: "\(base).yaml") }
    public func probes(of adapter: AdapterName) -> URL { probes.appending(path: "\(adapter).jsonl") }

    /// Where the runs of an adapter leave checkpoints and candidates.
    /// The curves of a run for TensorBoard.
    public func tensorBoard(of run: RunID, for adapter: AdapterName) -> URL {
        state.appending(path: "tensorboard/\(adapter)/\(run)")
    }
    public func staging(of adapter: AdapterName) -> URL { staging.appending(path: adapter.text) }
    public func staging(of run: RunID, for adapter: AdapterName) -> URL {
        staging(of: adapter).appending(path: "\(run)")
    }

    func leaseFile(of adapter: AdapterName) -> URL { locks.appending(path: "\(adapter).lease") }
    /// Held while suites or probes are written.
    public var suiteLock: URL { locks.appending(path: ".suites") }
    var declarationLock: URL { locks.appending(path: ".declarations") }
    var maintenanceLock: URL { locks.appending(path: ".maintenance") }
    var rebuildLock: URL { locks.appending(path: ".rebuild") }
    var schemaLock: URL { locks.appending(path: ".schema") }

    /// A path as a declaration gives it: absolute, or relative to the registry folder.
    public func resolve(_ path: String) -> URL {
        URL(filePath: path, relativeTo: root.appending(path: "/")).standardizedFileURL.absoluteURL
    }

    /// As `resolve`, for thousands of paths, nearly all of which lead straight down from the registry folder.
    public func resolvedPath(_ path: String) -> String {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        // an absolute path begins with an empty part
        let leadsDown = parts.allSatisfy { !$0.isEmpty && $0.first != UInt8(ascii: ".") }
        return leadsDown ? "\(root.path)/\(path)" : resolve(path).path
    }

    /// A path as a declaration could give it: relative where it lies in the registry folder, so that it means the same elsewhere.
    public func relative(_ place: URL) -> String {
        let (path, folder) = (place.standardizedFileURL.path, root.path + "/")
        return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
    }

    /// Whether the marker stands there; says nothing about its content.
    public var isMarked: Bool { FileManager.default.fileExists(atPath: marker.path) }
}
