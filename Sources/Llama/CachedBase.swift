import DurableFiles
import Foundation
import Tensors

/// The place of one base in a `WeightCache`.
struct CachedBase {
    /// How long one process waits for another to make the file.
    private static let patience = Duration.seconds(600)
    private static let fileName = "weights.safetensors"

    let shelf: URL
    let digests: DigestBook
    let notify: @Sendable (WeightCache.Notice) -> Void

    private var file: URL { shelf.appending(path: Self.fileName) }
    private var seal: URL { shelf.appending(path: "seal") }

    /// The mapped file; made by `make` unless it is there and whole.
    func tensors(make: (URL) throws -> Void) throws -> ModelTensors? {
        if try isWhole() { return try opened() }
        try DurableFile.makeFolder(shelf)
        guard let lock = try FileLock.take(shelf.appending(path: "lock"), waiting: Self.patience) else {
            notify(.busy(file: file.path))
            return nil
        }
        try withExtendedLifetime(lock) {
            // another process may have made it while this one waited
            if try isWhole() { return }
            if exists(file) { notify(.refused(file: file.path)) }
            try removeLitter()
            try make(file)
            try DurableFile.write(Data("\(try digests.digest(of: file))\n".utf8), to: seal)
        }
        return try opened()
    }

    private func opened() throws -> ModelTensors { try ModelTensors(folder: shelf, file: Self.fileName) }

    /// Whether the file is what was sealed.
    private func isWhole() throws -> Bool {
        guard exists(file), let sealed = FileManager.default.contents(atPath: seal.path) else { return false }
        let line = String(decoding: sealed, as: UTF8.self)
        guard line.hasSuffix("\n"), let expected = ContentDigest(String(line.dropLast())) else { return false }
        return try digests.digest(of: file) == expected
    }

    /// What a killed process left, and what is not to be trusted; the lock is ours, so nobody writes here. A file that others have
    /// mapped lives on for them.
    private func removeLitter() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: shelf.path)
        where name.hasPrefix(DurableFile.draftPrefix) || name == Self.fileName || name == seal.lastPathComponent {
            try DurableFile.remove(shelf.appending(path: name))
        }
    }

    private func exists(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }
}
