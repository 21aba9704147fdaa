import DurableFiles
import Foundation

/// `SHA256SUMS`: the digest of each file of a folder, in the form that `sha256sum -c` reads.
///
/// A folder that leaves the registry has no object ids to be held against; with the list it can be checked wherever it goes.
public enum DigestList {
    public static let fileName = "SHA256SUMS"
    /// Longer lists are not ours.
    private static let sizeLimit = 1 << 20

    /// Lists some files of a folder, or all that lie in it, and puts the list beside them.
    public static func write(in folder: URL, of paths: [String]? = nil) throws {
        let lines = try (paths ?? files(in: folder)).sorted().map { path in
            "\(try ContentDigest(ofFile: folder.appending(path: path)).hex)  \(path)\n"
        }
        try DurableFile.write(Data(lines.joined().utf8), to: folder.appending(path: fileName))
    }

    /// The files that are not what the list says, by path; the list itself when it is not one. Nil where there is none.
    ///
    /// - Parameter digest: of a file, for whoever remembers some.
    public static func changes(
        in folder: URL, digest: (URL) throws -> ContentDigest = { try ContentDigest(ofFile: $0) }
    ) throws -> [String]? {
        let list = folder.appending(path: fileName)
        guard access(list.path, F_OK) == 0 else { return nil }
        guard let lines = parse(try FileBytes.contents(of: list, limit: sizeLimit)) else { return [fileName] }
        return try lines.filter { path, expected in
            let file = folder.appending(path: path)
            return try access(file.path, F_OK) != 0 || digest(file) != expected
        }.map(\.path)
    }

    /// Nil when a line is not of the one form that is written; a path that leads out of the folder is not.
    private static func parse(_ data: Data) -> [(path: String, digest: ContentDigest)]? {
        guard let text = String(validating: data, as: UTF8.self), text.hasSuffix("\n") else { return nil }
        var lines: [(path: String, digest: ContentDigest)] = []
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            let (digits, path) = (line.prefix(64), String(line.dropFirst(66)))
            guard line.dropFirst(64).hasPrefix("  "), let digest = ContentDigest(String(digits)), digest.hex == digits,
                !path.isEmpty, path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isPlain)
            else { return nil }
            lines.append((path, digest))
        }
        return lines
    }

    private static func isPlain(_ part: Substring) -> Bool { !part.isEmpty && part != "." && part != ".." }

    private static func files(in folder: URL, below prefix: String = "") throws -> [String] {
        try OpenFolder(folder).entries().flatMap { entry in
            let path = prefix + entry.name
            guard entry.isFolder else { return path == fileName ? [] : [path] }
            return try files(in: folder.appending(path: entry.name), below: "\(path)/")
        }
    }
}
