import DurableFiles
import Foundation

/// A folder of model files, opened by plain names that cannot lead out of it.
///
/// Symbolic links must end inside the folder. The one exception is the Hugging Face cache, whose `snapshots/<revision>/<name>` are
/// links into `blobs/` of the same repository, or on from there into `blobs/` of the cache.
public struct ModelFolder: Sendable, Hashable {
    public let url: URL

    public init(_ url: URL) { self.url = url }

    /// Where the file really lies.
    ///
    /// - Throws: `ModelFolderError` when the name is no plain file name, the file is missing, is no regular file or lies elsewhere.
    public func file(named name: String) throws(ModelFolderError) -> URL {
        guard Self.isPlain(name) else { throw ModelFolderError(.unsafeName(name), folder: url) }
        let path = url.appending(path: name).path
        guard let target = Self.realPath(path) else { throw ModelFolderError(.missingFile, folder: url, file: name) }
        guard roots.contains(where: { target.hasPrefix($0 + "/") }) else {
            throw ModelFolderError(.linkOutside(target: target), folder: url, file: name)
        }
        var status = stat()
        guard lstat(target, &status) == 0 else { throw ModelFolderError(.missingFile, folder: url, file: name) }
        let kind = FileKind(mode: status.st_mode)
        guard kind == .regular else { throw ModelFolderError(.notRegular(kind), folder: url, file: name) }
        return URL(filePath: target)
    }

    /// Throws unless each entry of such a name is a regular file that lies here.
    public func requireOwnFiles(endingIn endings: [String]) throws {
        for name in try names() where endings.contains(where: name.hasSuffix) { _ = try file(named: name) }
    }

    /// Whether it is there, and a folder.
    public var exists: Bool {
        var status = stat()
        return stat(url.path, &status) == 0 && FileKind(mode: status.st_mode) == .folder
    }

    /// Whether the folder has an entry of that name, of any kind.
    public func contains(_ name: String) -> Bool {
        var status = stat()
        return lstat(url.appending(path: name).path, &status) == 0
    }

    /// The names of all entries, sorted by their bytes.
    public func names() throws(FileError) -> [String] {
        guard let stream = opendir(url.path) else { throw FileError(.open, url) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// A name that stays in its folder: not empty, no separator, not `.` or `..`, no NUL.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
    }

    /// Folders in which a link may end, without symbolic links in their own paths.
    private var roots: [String] {
        guard let own = Self.realPath(url.path) else { return [] }
        let snapshots = URL(filePath: own).deletingLastPathComponent()
        guard snapshots.lastPathComponent == "snapshots" else { return [own] }
        let repository = snapshots.deletingLastPathComponent()
        // contents that several repositories share are links once more, into the cache's own blobs
        let shared = repository.lastPathComponent.hasPrefix("models--") ? [repository.deletingLastPathComponent()] : []
        return [own] + ([repository] + shared).map { $0.appending(path: "blobs").path }
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
