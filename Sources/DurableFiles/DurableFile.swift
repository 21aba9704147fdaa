import CLinux
import Faults
import Foundation

/// Writes that appear whole or not at all, and last through a power cut once they return.
public enum DurableFile {
    /// Temporary names start with this; whatever bears it after a crash is litter and safe to delete.
    public static let draftPrefix = ".draft-"

    /// Replaces `file` with `data`: draft beside it → fsync → rename → fsync of the folder.
    public static func write(_ data: Data, to file: URL, permissions: mode_t = 0o644) throws(FileError) {
        let folder = file.deletingLastPathComponent()
        let draft = folder.appending(path: draftPrefix + UUID().uuidString)
        do throws(FileError) {
            try writeAndSync(data, to: draft, permissions: permissions)
            try rename(draft, to: file)
        } catch {
            unlink(draft.path)
            throw error
        }
        try syncFolder(folder)
    }

    /// Replaces `file` with the pieces that `produce` hands over one after the other, so that they need never stand in memory together.
    ///
    /// - Throws: `FileError`, or what `produce` throws; `file` is then as it was.
    public static func write(
        to file: URL, permissions: mode_t = 0o644, pieces produce: (_ append: (Data) throws -> Void) throws -> Void
    ) throws {
        let folder = file.deletingLastPathComponent()
        let draft = folder.appending(path: draftPrefix + UUID().uuidString)
        do {
            try writeNew(draft, permissions: permissions, pieces: produce)
            try rename(draft, to: file)
        } catch {
            unlink(draft.path)
            throw error
        }
        try syncFolder(folder)
    }

    /// Writes pieces into a file that must not be there yet, and makes its bytes durable, not yet its name.
    public static func writeNew(
        _ file: URL, permissions: mode_t = 0o644, pieces produce: (_ append: (Data) throws -> Void) throws -> Void
    ) throws {
        var new = try NewFile(file, permissions: permissions)
        try produce { piece in
            try piece.withUnsafeBytes { bytes in try new.write(bytes) }
        }
        try new.sync()
    }

    /// Makes a finished folder appear under its final name: fsync of every file and folder in it → rename → fsync of the parent.
    ///
    /// - Throws: `FileError` with `EEXIST` or `ENOTEMPTY` when `folder` exists and is not empty.
    public static func publish(draft: URL, as folder: URL) throws(FileError) {
        try syncTree(draft)
        try rename(draft, to: folder)
        try syncFolder(folder.deletingLastPathComponent())
    }

    /// Makes a finished folder take the place of another, which then lies where the draft was: at every moment one of them has the name.
    ///
    /// Where the file system cannot exchange names, there is a moment without either.
    public static func publish(draft: URL, inPlaceOf folder: URL) throws(FileError) {
        try syncTree(draft)
        if lora_exchange(draft.path, folder.path) != 0 {
            guard errno == EINVAL || errno == ENOSYS else { throw FileError(.rename, folder) }
            let aside = draft.deletingLastPathComponent().appending(path: draftPrefix + UUID().uuidString)
            try rename(folder, to: aside)
            try rename(draft, to: folder)
            try rename(aside, to: draft)
        }
        try syncFolder(folder.deletingLastPathComponent())
    }

    /// Makes a folder, and those above it, and proves by a draft that it takes files: whoever works for hours before writing asks
    /// first.
    public static func prepare(_ folder: URL) throws(FileError) {
        try makeFolder(folder)
        let draft = folder.appending(path: draftPrefix + UUID().uuidString)
        let descriptor = open(draft.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(.create, folder) }
        close(descriptor)
        unlink(draft.path)
    }

    /// Proves that a file could be written in its place, without touching what stands there.
    ///
    /// - Throws: `FileError` with `EISDIR` for a folder, or why its folder takes no files.
    public static func requireWritable(_ file: URL) throws(FileError) {
        guard !isFolder(file) else { throw FileError(.create, file, code: EISDIR) }
        try prepare(file.deletingLastPathComponent())
    }

    /// Lets `fill` write into a draft, which then appears as `folder`: whole and durable, or not at all.
    ///
    /// - Parameter workshop: where the draft lies meanwhile, on the same file system; beside the folder when none is named.
    /// - Throws: what `fill` throws, or `FileError` with `EEXIST` or `ENOTEMPTY` when `folder` exists and is not empty.
    public static func publishing<Value>(
        _ folder: URL, draftIn workshop: URL? = nil, _ fill: (_ draft: URL) throws -> Value
    ) throws -> Value {
        let parent = folder.deletingLastPathComponent()
        let draft = (workshop ?? parent).appending(path: draftPrefix + UUID().uuidString)
        try makeFolder(parent)
        try makeFolder(draft)
        do {
            let value = try fill(draft)
            try publish(draft: draft, as: folder)
            return value
        } catch {
            // What went wrong first is what the caller should hear; a draft that stays is litter by its name.
            _ = Result { try remove(draft) }
            throw error
        }
    }

    /// Makes a folder and those above it where they are missing; their names are durable once this returns. Whatever the umask, not
    /// everybody may write there.
    public static func makeFolder(_ folder: URL, permissions: mode_t = 0o775) throws(FileError) {
        guard !isFolder(folder) else { return }
        let parent = folder.deletingLastPathComponent()
        if parent.path != folder.path { try makeFolder(parent) }
        // Somebody else may have made it meanwhile.
        if mkdir(folder.path, permissions) != 0 {
            let code = errno
            guard code == EEXIST, isFolder(folder) else {
                throw FileError(.create, folder, code: code == EEXIST ? ENOTDIR : code)
            }
        }
        try syncFolder(parent)
    }

    private static func isFolder(_ place: URL) -> Bool {
        var status = stat()
        return stat(place.path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Renames within one file system, replacing a file that has the new name.
    public static func rename(_ old: URL, to new: URL) throws(FileError) {
        guard Foundation.rename(old.path, new.path) == 0 else { throw FileError(.rename, new) }
    }

    /// Removes a file, or a folder with all that lies in it; what is gone already is no error.
    public static func remove(_ place: URL) throws(FileError) {
        guard unlink(place.path) != 0, errno != ENOENT else { return }
        guard errno == EISDIR else { throw FileError(.delete, place) }
        for entry in try OpenFolder(place).entries() { try remove(place.appending(path: entry.name)) }
        guard rmdir(place.path) == 0 || errno == ENOENT else { throw FileError(.delete, place) }
    }

    /// Gives a finished file of the same file system its name, durably, unless something has that name already.
    ///
    /// - Throws: `FileError` with `EEXIST` then.
    public static func publish(file draft: URL, as file: URL) throws(FileError) {
        // a second name for the same bytes never replaces another, as a renaming does
        if link(draft.path, file.path) == 0 {
            guard unlink(draft.path) == 0 else { throw FileError(.delete, draft) }
        } else if [EPERM, ENOTSUP, ENOSYS].contains(errno) {
            // a file system whose files have one name only
            guard access(file.path, F_OK) != 0 else { throw FileError(.create, file, code: EEXIST) }
            try rename(draft, to: file)
        } else {
            throw FileError(.create, file)
        }
        try syncFolder(file.deletingLastPathComponent())
    }

    /// Makes the names in a folder durable.
    public static func syncFolder(_ folder: URL) throws(FileError) {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(.open, folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(.sync, folder) }
    }

    private static func writeAndSync(_ data: Data, to file: URL, permissions: mode_t) throws(FileError) {
        var draft = try NewFile(file, permissions: permissions)
        let outcome = data.withUnsafeBytes { bytes in
            Result { () throws(FileError) in try draft.write(bytes) }
        }
        try outcome.get()
        try draft.sync()
    }

    private static func syncTree(_ folder: URL) throws(FileError) {
        guard let names = FileManager.default.enumerator(atPath: folder.path) else { throw FileError(.open, folder) }
        for case let name as String in names { try syncEntry(folder.appending(path: name)) }
        try syncFolder(folder)
    }

    private static func syncEntry(_ entry: URL) throws(FileError) {
        let descriptor = open(entry.path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(.open, entry) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(.sync, entry) }
    }
}
