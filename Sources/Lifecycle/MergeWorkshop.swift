import DurableFiles
import Export
import Foundation
import Tensors

/// Where a merge works until its folder is whole: beside that folder, under a name that says it is a draft.
///
/// Whoever merges into the same folder next removes what a killed process left.
struct MergeWorkshop {
    /// In every folder that a merge wrote.
    static let evidenceFile = "merge.json"

    let output: URL
    let folder: URL
    private let replaces: Bool
    private let lock: FileLock

    /// - Parameter replaces: whether a folder that an earlier merge wrote may give way.
    /// - Throws: `MergeError.targetNotEmpty`, `.targetForeign` or `.busy`.
    init(for output: URL, replaces: Bool) throws {
        self.output = output
        self.replaces = replaces
        try Self.requireVacant(output, replaces: replaces)
        folder = output.deletingLastPathComponent().appending(path: DurableFile.draftPrefix + "merge-" + output.lastPathComponent)
        try DurableFile.makeFolder(folder)
        guard let lock = try FileLock.take(folder.appending(path: Self.lockName)) else { throw MergeError.busy(output.path) }
        self.lock = lock
        for name in try ModelFolder(folder).names() where name != Self.lockName {
            try DurableFile.remove(folder.appending(path: name))
        }
    }

    private static let lockName = ".lock"

    /// Removes all of it; what stays is litter by its name.
    func close() {
        withExtendedLifetime(lock) { _ = Result { try DurableFile.remove(folder) } }
    }

    /// - Throws: `MergeError.noRoom`; nothing where the file system does not say how much is free.
    func requireRoom(for bytes: Int) throws {
        guard let free = DiskRoom.free(at: folder), free < bytes else { return }
        throw MergeError.noRoom(folder: output.deletingLastPathComponent().path, needed: bytes, free: free)
    }

    /// Lets `fill` write the folder, which then appears under its name: whole and durable, or not at all.
    func publish(_ fill: (_ draft: URL) throws -> Void) throws {
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
