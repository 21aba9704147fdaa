import DurableFiles
import Foundation

/// The digests of files that were hashed before, so that gigabytes are read once and not on every start.
///
/// A page for each file holds its stamp and its digest; a file whose stamp is another one is hashed again. The book saves time and
/// proves nothing: it is safe to delete, and where it cannot be written files are hashed each time.
public struct DigestBook: Sendable {
    private let folder: URL
    private let clock: @Sendable () -> FileMoment

    /// - Parameter clock: that stamps files; what may change once more without a sign is not taken down.
    public init(in folder: URL, clock: @escaping @Sendable () -> FileMoment = { .now }) {
        self.folder = folder
        self.clock = clock
    }

    public func digest(of file: URL) throws -> ContentDigest {
        let moment = clock()
        let stamp = try FileStamp(of: file)
        let page = folder.appending(path: ContentDigest(of: Data(file.path.utf8)).hex)
        if let known = known(page, stamp) { return known }
        let digest = try ContentDigest(ofFile: file)
        // what changed while it was read has no one digest
        if stamp.isSettled(at: moment), try FileStamp(of: file) == stamp { write("\(stamp)\n\(digest)\n", to: page) }
        return digest
    }

    private func known(_ page: URL, _ stamp: FileStamp) -> ContentDigest? {
        guard let text = FileManager.default.contents(atPath: page.path) else { return nil }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        guard lines.count == 2, lines[0] == "\(stamp)" else { return nil }
        return ContentDigest(String(lines[1]))
    }

    private func write(_ text: String, to page: URL) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try DurableFile.write(Data(text.utf8), to: page)
        } catch {
            // the digest is right all the same; next time it is computed again
            return
        }
    }
}
