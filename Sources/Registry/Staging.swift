import Adapters
import DurableFiles
import Foundation

/// The staging area: `staging/<adapter>/run-12/…`, where runs leave checkpoints and candidates.
///
/// What is still being written there bears `DurableFile.draftPrefix`.
extension AdapterRegistry {
    /// Makes the folder in which a run works, or finds it as an earlier attempt left it.
    public func stagingFolder(of run: RunID, under lease: AdapterLease) throws -> URL {
        let folder = layout.staging(of: run, for: lease.adapter)
        try DurableFile.makeFolder(folder)
        return folder
    }

    func stagedAdapters() throws -> [AdapterName] {
        try entries(of: layout.staging).compactMap { folder in
            do throws(NameError) { return try AdapterName(folder.lastPathComponent) } catch { return nil }
        }
    }

    /// What nobody needs any more once the lease is free: drafts, and the folders of runs that are never gone on with, which are all
    /// but the last, and the last too when git has its candidate.
    func litter(of adapter: AdapterName) throws -> [URL] {
        let folders = try entries(of: layout.staging(of: adapter))
        guard !folders.isEmpty else { return [] }
        let last = try runs(of: adapter).last.flatMap { $0.end?.outcome.version == nil ? "\($0.id)" : nil }
        let spent = folders.filter { Self.isRun($0) && $0.lastPathComponent != last }
        let drafts = try (folders + folders.filter { !spent.contains($0) }.flatMap(entries))
            .filter { $0.lastPathComponent.hasPrefix(DurableFile.draftPrefix) }
        return spent + drafts
    }

    private static func isRun(_ folder: URL) -> Bool {
        do throws(NameError) {
            _ = try RunID(folder.lastPathComponent)
            return true
        } catch {
            return false
        }
    }

    private func entries(of folder: URL) throws -> [URL] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { folder.appending(path: $0) }
    }
}
