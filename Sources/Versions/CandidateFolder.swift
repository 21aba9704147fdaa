import Foundation

/// The files of a folder that is to become a version's tree.
struct CandidateFolder {
    struct File: Hashable {
        /// Relative to the folder.
        let path: String
        let location: URL
        let size: Int
    }

    /// Sorted by path.
    let files: [File]

    /// Written by the store itself, so a folder's own is not taken.
    static let attributesName = ".gitattributes"
    private static let depthLimit = 8

    /// - Throws: `VersionError.notAFile` for links, pipes and the like; `.badFileName` for names that do not travel well.
    init(_ folder: URL) throws {
        files = try Self.files(in: folder, under: "", depth: 0).filter { $0.path != Self.attributesName }
    }

    private static func files(in folder: URL, under prefix: String, depth: Int) throws -> [File] {
        guard depth < depthLimit else { throw VersionError.notAFile(path: folder.path) }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().flatMap { name -> [File] in
            let entry = folder.appending(path: name)
            guard isAllowed(name) else { throw VersionError.badFileName(path: entry.path) }
            var status = stat()
            guard lstat(entry.path, &status) == 0 else { throw VersionError.notAFile(path: entry.path) }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: return try files(in: entry, under: "\(prefix)\(name)/", depth: depth + 1)
            case S_IFREG: return [File(path: prefix + name, location: entry, size: Int(status.st_size))]
            default: throw VersionError.notAFile(path: entry.path)
            }
        }
    }

    /// ASCII letters, digits and signs that need no quoting in a shell, in `.gitattributes` or on another file system; not `.git`.
    private static func isAllowed(_ name: String) -> Bool {
        name.utf8.count <= 255 && !name.lowercased().hasPrefix(".git") || name == attributesName
            ? name.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "._-+=@,".unicodeScalars.contains(scalar))
            } : false
    }
}
