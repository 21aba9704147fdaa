import Adapters
import Foundation
import Registry
import StrictJSON
import Versions

extension Workspace {
    /// Moves versions with their journals and large files to another repository; those of every adapter when none is named.
    ///
    /// - Parameter isThorough: reads every large file there, and mends what is damaged there and whole here.
    public func push(
        _ names: [String], to remote: String, workingFolder: URL, isThorough: Bool = false
    ) throws -> VersionTransfer {
        let address = try RemoteAddress(remote, relativeTo: workingFolder)
        let adapters =
            try names.isEmpty
            ? registry.recordedAdapters()
            : names.map { name in
                let adapter = try AdapterName(name)
                try requireKnown(adapter)
                return adapter
            } + formerNames(of: names)
        let transfer = try versions.push(adapters, to: address, isThorough: isThorough)
        try versions.markPushed(transfer)
        return transfer
    }

    /// Takes what another repository has, and lists it here.
    ///
    /// - Parameter isThorough: reads every large file here, and mends what is damaged here and whole there.
    public func pull(
        _ names: [String], from remote: String, workingFolder: URL, isThorough: Bool = false, on occasion: Occasion
    ) throws -> (transfer: VersionTransfer, mended: Reconciliation) {
        let address = try RemoteAddress(remote, relativeTo: workingFolder)
        let known = try VersionStore.adapters(in: address)
        let adapters =
            try names.isEmpty
            ? known
            : names.map { name in
                let adapter = try AdapterName(name)
                guard known.contains(adapter) else { throw RemoteError.unknown(adapter, path: address.description) }
                return adapter
            }
        let transfer = try versions.pull(adapters, from: address, isThorough: isThorough)
        try versions.markPushed(transfer)
        var mended = try registry.reconcile(with: versions.held(), on: occasion)
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
}

extension VersionTransfer {
    public var json: JSONValue {
        [
            "references": .array(references.map { .string($0) }),
            "ahead": .array(ahead.map { .string($0) }), "large_files": .integer(largeFiles), "bytes": .integer(bytes),
            "mended": .array(mended.map(\.json)), "unmended": .array(unmended.map(\.json)),
        ]
    }
}

extension VersionTransfer.Mended {
    fileprivate var json: JSONValue {
        ["subject": .string(subject), "path": .string(fault.path), "what": .string(fault.words)]
    }
}
