/// What the files of a version may be called, whether a candidate brings them or a tree that another program committed.
enum VersionPath {
    /// Folders within folders.
    static let depthLimit = 8

    /// ASCII letters, digits and signs that need no quoting in a shell, in `.gitattributes` or on another file system. Neither
    /// `.git` nor what leads out of the folder.
    static func isAllowed(_ name: String) -> Bool {
        guard (1...255).contains(name.utf8.count), name != ".", name != ".." else { return false }
        guard !name.lowercased().hasPrefix(".git") || name == CandidateFolder.attributesName else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "._-+=@,".unicodeScalars.contains(scalar))
        }
    }

    /// - Parameter path: names parted by `/`.
    /// - Parameter place: where it was found, for the error; the path itself where git holds it.
    /// - Throws: `VersionError.badFileName` when its last name is not allowed or it lies too deep.
    static func check(_ path: String, at place: String? = nil) throws(VersionError) {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = names.last, isAllowed(String(name)), names.count <= depthLimit else {
            throw VersionError.badFileName(path: place ?? path)
        }
    }
}
