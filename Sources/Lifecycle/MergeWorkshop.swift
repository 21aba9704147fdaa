import DurableFiles
import Export
import Foundation
import Tensors

/// Where a merge works until its folder is whole: beside that folder, under a name that says it is a draft.
///
/// Whoever merges into the same folder next removes what a killed process left. A merge that writes nothing works below the temporary
/// folder, which the system clears.
struct MergeWorkshop {
    /// In every folder that a merge wrote.
    static let evidenceFile = "merge.json"

    let folder: URL
    private let output: MergeAdapter.Output
    private let lock: FileLock

    /// - Throws: `MergeError.targetNotEmpty`, `.targetForeign` or `.busy`.
    init(for output: MergeAdapter.Output, temporaryFolder: URL) throws {
        self.output = output
        switch output {
        case .folder(let target, let replaces):
            try Self.requireVacant(target, replaces: replaces)
            folder = target.deletingLastPathComponent().appending(path: Self.prefix + target.lastPathComponent)
            try DurableFile.makeFolder(folder)
        case .nothing:
            folder = temporaryFolder.appending(path: Self.prefix + UUID().uuidString)
            try DurableFile.makeFolder(folder, permissions: 0o700)
        }
        guard let lock = try FileLock.take(folder.appending(path: Self.lockName)) else {
            throw MergeError.busy((output.folder ?? folder).path)
        }
        self.lock = lock
        for name in try ModelFolder(folder).names() where name != Self.lockName {
            try DurableFile.remove(folder.appending(path: name))
        }
        if output.isWritten { try removeLitter() }
    }

    private static let prefix = DurableFile.draftPrefix + "merge-"
    private static let lockName = ".lock"
    private static let goneMark = ".gone-"

    /// Removes all of it; what stays is litter by its name.
    ///
    /// Under a name that nobody else uses: a merge that begins meanwhile has a folder and a lock of its own.
    func close() {
        let last = folder.deletingLastPathComponent().appending(
            path: folder.lastPathComponent + Self.goneMark + UUID().uuidString)
        withExtendedLifetime(lock) {
            guard rename(folder.path, last.path) == 0 else { return }
            _ = Result { try DurableFile.remove(last) }
        }
    }

    /// What merges of this name had moved out of the way when they were killed.
    private func removeLitter() throws {
        let above = folder.deletingLastPathComponent()
        for name in try FileManager.default.contentsOfDirectory(atPath: above.path)
        where name.hasPrefix(folder.lastPathComponent + Self.goneMark) {
            try DurableFile.remove(above.appending(path: name))
        }
    }

    /// - Throws: `MergeError.noRoom`; nothing where the file system does not say how much is free.
    func requireRoom(for bytes: Int) throws {
        guard let free = DiskRoom.free(at: folder), free < bytes else { return }
        throw MergeError.noRoom(
            folder: folder.deletingLastPathComponent().path, needed: bytes, free: free, isTemporary: !output.isWritten)
    }

    /// Lets `fill` write the folder, which then appears under its name: whole and durable, or not at all. It is not asked to where nothing
    /// is written.
    func publish(_ fill: (_ draft: URL) throws -> Void) throws {
        guard case .folder(let output, let replaces) = output else { return }
        let draft = folder.appending(path: "model")
        try DurableFile.makeFolder(draft)
        try fill(draft)
        // an earlier merge of this name then lies where the draft was, and goes with the workshop
        if replaces, ModelFolder(output).contains(Self.evidenceFile) {
            return try DurableFile.publish(draft: draft, inPlaceOf: output)
        }
        do throws(FileError) {
            try DurableFile.publish(draft: draft, as: output)
        } catch {
            guard [ENOTEMPTY, EEXIST, ENOTDIR].contains(error.code) else { throw error }
            throw MergeError.targetNotEmpty(output.path)
        }
    }

    private static func requireVacant(_ output: URL, replaces: Bool) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: output.path, isDirectory: &isFolder) else { return }
        if isFolder.boolValue, try ModelFolder(output).names().isEmpty { return }
        guard replaces else { throw MergeError.targetNotEmpty(output.path) }
        guard isFolder.boolValue, ModelFolder(output).contains(evidenceFile) else { throw MergeError.targetForeign(output.path) }
    }
}
