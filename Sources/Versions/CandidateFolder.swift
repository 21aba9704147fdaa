import DurableFiles
import Foundation

/// The files of a folder that is to become a version's tree.
struct CandidateFolder {
    struct File: Hashable {
        /// Relative to the folder.
        let path: String
        let location: URL
        let size: Int
    }

    /// Sorted by path. What a killed writer has left under the name of a draft is none of them.
    let files: [File]

    /// Written by the store itself, so a folder's own is not taken.
    static let attributesName = ".gitattributes"

    /// - Throws: `VersionError.notAFile` for links, pipes and the like; `.badFileName` for names that do not travel well.
    init(_ folder: URL) throws {
        files = try Self.files(in: folder, under: "").filter { $0.path != Self.attributesName }
    }

    private static func files(in folder: URL, under prefix: String) throws -> [File] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try names.filter { !$0.hasPrefix(DurableFile.draftPrefix) }.flatMap { name -> [File] in
            let entry = folder.appending(path: name)
            try VersionPath.check(prefix + name, at: entry.path)
            var status = stat()
            guard lstat(entry.path, &status) == 0 else { throw VersionError.notAFile(path: entry.path) }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: return try files(in: entry, under: "\(prefix)\(name)/")
            case S_IFREG: return [File(path: prefix + name, location: entry, size: Int(status.st_size))]
            default: throw VersionError.notAFile(path: entry.path)
            }
        }
    }
}
