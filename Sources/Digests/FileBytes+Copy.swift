import DurableFiles
import Foundation

extension FileBytes {
    /// Copies a regular file to a new one and makes its bytes (not yet its name) durable.
    ///
    /// - Returns: size and digest of the bytes that were copied.
    /// - Throws: `FileError` with `EEXIST` when `copy` exists; what was written is deleted on any error.
    public static func copy(_ file: URL, to copy: URL, permissions: mode_t = 0o644) throws -> (size: Int, digest: ContentDigest) {
        var draft = try NewFile(copy, permissions: permissions)
        do {
            var hash = ContentDigest.Hash()
            try read(file) { piece in
                hash.update(piece)
                try draft.write(piece)
            }
            try draft.sync()
            return (draft.size, hash.finish())
        } catch {
            unlink(copy.path)
            throw error
        }
    }
}
