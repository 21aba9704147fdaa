import Foundation

/// An open folder whose entries are looked at by name: where there are thousands, that is quicker by far than a path for each.
public struct OpenFolder: ~Copyable {
    public struct Entry: Sendable, Hashable {
        public let name: String
        public let isFolder: Bool
        /// Links, pipes and devices are neither.
        public let isFile: Bool
    }

    private let folder: URL
    private let descriptor: Int32

    public init(_ folder: URL) throws(FileError) {
        descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(.open, folder) }
        self.folder = folder
    }

    deinit { close(descriptor) }

    /// What lies in the folder, in no order; links are no folders.
    public func entries() throws(FileError) -> [Entry] {
        // closing the stream closes its descriptor, which must not be ours
        guard let stream = fdopendir(openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else {
            throw FileError(.open, folder)
        }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw FileError(.read, folder) }
                return entries
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix(bytes.firstIndex(of: 0) ?? bytes.count), as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            let type = type(of: name, entry.pointee.d_type)
            entries.append(Entry(name: name, isFolder: type == S_IFDIR, isFile: type == S_IFREG))
        }
    }

    /// The stamp of an entry, links followed.
    public func stamp(of name: String) throws(FileError) -> FileStamp {
        var status = stat()
        guard fstatat(descriptor, name, &status, 0) == 0 else { throw FileError(.read, folder.appending(path: name)) }
        return FileStamp(status)
    }

    /// As `stat` names it. Some file systems do not say in a folder what its entries are.
    private func type(of name: String, _ type: UInt8) -> mode_t? {
        guard type == DT_UNKNOWN else { return mode_t(type) << 12 }
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_mode & S_IFMT : nil
    }
}
