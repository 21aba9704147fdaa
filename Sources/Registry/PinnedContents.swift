import Adapters
import Digests
import DurableFiles
import Foundation

/// The small files of bases as they were when they were pinned, by their digests: what tells later what a change means.
///
/// Beside them lie the lists of files of all pins, by their digests too. All of it is what the folders held, so nothing is lost with it
/// but the finer reading of a change.
public struct PinnedContents: Sendable {
    /// Weights are larger, and tell nothing to a reader.
    static let sizeLimit = 32 << 20

    private let folder: URL

    public init(in layout: RegistryLayout) { folder = layout.state.appending(path: "pins") }

    /// Keeps what is not kept yet of a base whose folder is as it was pinned.
    func keep(_ base: BaseDeclaration, from folder: URL) throws {
        try keep(Data(base.files.lines.utf8), as: base.digest)
        for file in base.files where file.isSmallText && !isKept(file.digest) {
            let content = try FileBytes.contents(of: folder.appending(path: file.path), limit: Self.sizeLimit)
            // somebody else's change meanwhile is for the next look
            if ContentDigest(of: content) == file.digest { try keep(content, as: file.digest) }
        }
    }

    func isKept(_ digest: ContentDigest) -> Bool { access(place(of: digest).path, F_OK) == 0 }

    /// Nil where it is not kept, or damaged.
    public func content(of digest: ContentDigest) -> Data? {
        guard isKept(digest), let data = FileManager.default.contents(atPath: place(of: digest).path) else { return nil }
        return ContentDigest(of: data) == digest ? data : nil
    }

    /// The files of a pin by its digest, of this or an earlier time; nil where they are not known.
    public func files(ofPin digest: ContentDigest) -> [BaseFile]? {
        content(of: digest).flatMap { [BaseFile](lines: String(decoding: $0, as: UTF8.self)) }
    }

    private func keep(_ content: Data, as digest: ContentDigest) throws {
        guard !isKept(digest) else { return }
        try DurableFile.makeFolder(folder, permissions: 0o700)
        try DurableFile.write(content, to: place(of: digest), permissions: 0o600)
    }

    private func place(of digest: ContentDigest) -> URL { folder.appending(path: digest.hex) }
}

extension BaseFile {
    public var isSmallText: Bool {
        size <= PinnedContents.sizeLimit && ![".safetensors", ".model"].contains { path.hasSuffix($0) }
    }
}
