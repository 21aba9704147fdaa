import Digests
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
        guard exists(file), let expected = sealed else { return false }
        return try digests.digest(of: file) == expected
    }

    /// The file or its seal, whichever is not what was written; what is being made has no seal yet.
    ///
    /// While somebody makes it, nothing can be said.
    func damage() throws -> URL? {
        let isMine = access(shelf.path, W_OK) == 0
        let lock = try isMine ? FileLock.take(shelf.appending(path: "lock")) : nil
        defer { withExtendedLifetime(lock) {} }
        guard !isMine || lock != nil, exists(file), exists(seal) else { return nil }
        guard let expected = sealed else { return seal }
        return try ContentDigest(ofFile: file) == expected ? nil : file
    }

    private var sealed: ContentDigest? {
        guard let text = FileManager.default.contents(atPath: seal.path) else { return nil }
        let line = String(decoding: text, as: UTF8.self)
        guard let digest = ContentDigest(String(line.dropLast())), line == "\(digest)\n" else { return nil }
        return digest
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
