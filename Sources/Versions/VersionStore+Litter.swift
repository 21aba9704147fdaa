import Adapters
import DurableFiles
import Foundation

extension VersionStore {
    /// Deletes the temporary files that killed publications left: nothing refers to them.
    ///
    /// A file that somebody is still writing has just changed, so a moment some hours back spares it.
    ///
    /// - Parameter moment: files that changed at or after it stay.
    /// - Returns: what was deleted.
    @discardableResult
    public func removeLitter(before moment: Timestamp) throws -> [URL] {
        // libgit2 writes an object under this name before it gives it its own.
        let places = [("lfs/tmp", DurableFile.draftPrefix), ("objects", "tmp_object_git2_")]
        return try places.flatMap { place, prefix in
            try litter(in: folder.appending(path: place), prefix: prefix, before: moment)
        }
    }

    private func litter(in place: URL, prefix: String, before moment: Timestamp) throws -> [URL] {
        guard FileManager.default.fileExists(atPath: place.path) else { return [] }
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path).filter { $0.hasPrefix(prefix) }.sorted()
        return try names.map { place.appending(path: $0) }.filter { file in
            var status = stat()
            // Gone meanwhile: another process tidies too, or the draft got its name.
            guard lstat(file.path, &status) == 0, status.st_mtim.tv_sec < moment.secondsSinceEpoch else { return false }
            guard unlink(file.path) == 0 || errno == ENOENT else { throw FileError(.delete, file) }
            return true
        }
    }
}
