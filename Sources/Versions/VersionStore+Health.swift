import Adapters
import CGit2
import DurableFiles
import Foundation

/// What a doctor asks of a repository.
extension VersionStore {
    /// The value of a setting of this repository; nil when it has none.
    public func setting(_ key: String) throws -> String? {
        try withRepository { repository in
            let configuration = try GitHandle("open the configuration", free: git_config_free) {
                git_repository_config_snapshot($0, repository.handle.pointer)
            }
            var value: UnsafePointer<CChar>?
            let code = git_config_get_string(&value, configuration.pointer, key)
            guard code != GIT_ENOTFOUND.rawValue else { return nil }
            try GitLibrary.check("read the configuration", code)
            return value.map { String(cString: $0) }
        }
    }

    /// The branch that HEAD names; nil when there is none of that name.
    public func head() throws -> String? {
        try withRepository { repository in
            var head: OpaquePointer?
            let code = git_repository_head(&head, repository.handle.pointer)
            defer { git_reference_free(head) }
            guard code != GIT_EUNBORNBRANCH.rawValue, code != GIT_ENOTFOUND.rawValue else { return nil }
            try GitLibrary.check("read HEAD", code)
            return git_reference_shorthand(head).map { String(cString: $0) }
        }
    }

    /// The branches of adapters, by their short names, sorted.
    public func adapterBranches() throws -> [String] {
        try withRepository { repository in
            try repository.targets(matching: "refs/heads/adapters/*").map { String($0.name.dropFirst("refs/heads/".count)) }
                .sorted()
        }
    }

    public func adaptersWithBranch() throws -> [AdapterName] {
        try adapterBranches().compactMap { branch in
            do throws(NameError) {
                return try AdapterName(String(branch.dropFirst("adapters/".count)))
            } catch {
                return nil
            }
        }
    }

    /// How many references lie in files of their own.
    public func looseReferenceCount() throws -> Int { try Self.files(below: folder.appending(path: "refs")).count }

    /// Locks of git that have been held for some seconds.
    public func locks(olderThan seconds: Int) throws -> [URL] {
        let names = try OpenFolder(folder).entries().filter { !$0.isFolder }.map { folder.appending(path: $0.name) }
        return try (names + Self.files(below: folder.appending(path: "refs"))).filter { $0.lastPathComponent.hasSuffix(".lock") }
            .filter { lock in
                // it may be gone by now
                guard access(lock.path, F_OK) == 0 else { return false }
                return try FileStamp(of: lock).isOlder(thanSeconds: seconds, at: .now)
            }
    }

    private static func files(below folder: URL) throws -> [URL] {
        try OpenFolder(folder).entries().flatMap { entry in
            let place = folder.appending(path: entry.name)
            return entry.isFolder ? try files(below: place) : [place]
        }
    }

    /// The large files of a version that are not here, or not in their size; they are not read.
    public func visibleFaults(of version: VersionID) throws -> [VersionFault] {
        let store = LargeFileStore(repository: folder)
        return try largeFiles(of: version).compactMap { path, pointer in
            try store.visibleProblem(of: pointer).map { VersionFault(path: path, problem: $0) }
        }
    }

    /// Looks for the large files of versions by name and size, without reading them.
    ///
    /// - Returns: how many there are, and which of them are not there whole.
    public func absentLargeFiles(of versions: [VersionID]) throws -> (count: Int, absent: [(version: VersionID, path: String)]) {
        var (count, absent): (Int, [(version: VersionID, path: String)]) = (0, [])
        let store = LargeFileStore(repository: folder)
        var seen = StoredTree.SeenBlobs()
        try withRepository { repository in
            for version in versions {
                for file in try withTree(of: version, repository, { try $0.largeFiles(repository, &seen) }) {
                    count += 1
                    let place = store.object(file.pointer.digest)
                    if try access(place.path, F_OK) != 0 || FileStamp(of: place).size != file.pointer.size {
                        absent.append((version, file.path))
                    }
                }
            }
        }
        return (count, absent)
    }
}

/// References that a person or another program made, or that one of ours became when a bit of its name changed.
extension VersionStore {
    public func foreignReferences() throws -> [String] {
        try withRepository { repository in
            try repository.targets(matching: "refs/*").map(\.name).filter { !Self.isOwn($0) }.sorted()
        }
    }

    private static func isOwn(_ reference: String) -> Bool {
        if reference.hasPrefix("refs/lora/") || reference.hasPrefix("refs/remotes/") { return true }
        if let tag = reference.suffix(after: "refs/tags/") { return VersionID(tag: tag) != nil || DatasetID(tag: tag) != nil }
        let adapter = reference.suffix(after: "refs/heads/adapters/") ?? reference.suffix(after: "refs/heads/journal/")
        return adapter.map(isName) ?? false
    }

    private static func isName(_ text: String) -> Bool {
        do throws(NameError) {
            _ = try AdapterName(text)
            return true
        } catch {
            return false
        }
    }
}

extension String {
    fileprivate func suffix(after start: String) -> String? { hasPrefix(start) ? String(dropFirst(start.count)) : nil }
}
