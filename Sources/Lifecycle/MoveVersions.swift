import Adapters
import Foundation
import Registry
import StrictJSON
import Versions

extension Workspace {
    /// Moves versions with their journals and large files to another repository; those of every adapter when none is named.
    public func push(_ names: [String], to remote: String, workingFolder: URL) throws -> VersionTransfer {
        let adapters =
            try names.isEmpty
            ? registry.recordedAdapters()
            : names.map { name in
                let adapter = try AdapterName(name)
                try requireKnown(adapter)
                return adapter
            } + formerNames(of: names)
        let transfer = try versions.push(adapters, to: Self.folder(remote, workingFolder))
        try versions.markPushed(adapters)
        return transfer
    }

    /// Takes what another repository has, and lists it here.
    public func pull(
        _ names: [String], from remote: String, workingFolder: URL, on occasion: Occasion
    ) throws -> (transfer: VersionTransfer, mended: Reconciliation) {
        let folder = try Self.folder(remote, workingFolder)
        let known = try VersionStore.adapters(in: folder)
        let adapters =
            try names.isEmpty
            ? known
            : names.map { name in
                let adapter = try AdapterName(name)
                guard known.contains(adapter) else { throw RemoteError.unknown(adapter, path: folder.path) }
                return adapter
            }
        let transfer = try versions.pull(adapters, from: folder)
        try versions.markPushed(adapters)
        var mended = try registry.reconcile(with: versions.held, on: occasion)
        mended.renamed = try RenameCompletion(registry: registry, versions: versions).finishAll()
        return (transfer, mended)
    }

    /// Whoever has an adapter by its old name must learn of the new one.
    private func formerNames(of names: [String]) throws -> [AdapterName] {
        let ended = try registry.endedNames()
        var (found, goals) = ([AdapterName](), Set(names))
        while let next = ended.first(where: { goals.contains($0.ending.otherName?.text ?? "") && !found.contains($0.old) }) {
            found.append(next.old)
            goals.insert(next.old.text)
        }
        return found
    }

    private static func folder(_ remote: String, _ workingFolder: URL) throws -> URL {
        if let url = URL(string: remote), let scheme = url.scheme, scheme.count > 1 {
            guard scheme == "file" else { throw RemoteError.unsupported(remote) }
            return url.absoluteURL
        }
        // HOST:PATH is how git writes an address of SSH
        if let colon = remote.firstIndex(of: ":"), !remote[..<colon].contains("/") { throw RemoteError.unsupported(remote) }
        return URL(filePath: remote, relativeTo: workingFolder).absoluteURL
    }
}

extension VersionTransfer {
    public var json: JSONValue {
        [
            "references": .array(references.map { .string($0) }), "large_files": .integer(largeFiles), "bytes": .integer(bytes),
        ]
    }
}
