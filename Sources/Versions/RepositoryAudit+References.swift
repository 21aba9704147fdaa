import Adapters
import CGit2
import Digests
import DurableFiles
import Foundation

/// References, by the very text in which git keeps them: libgit2 passes over what it cannot read.
extension RepositoryAudit {
    private static let textLimit = 1 << 28

    func referenceFaults(_ repository: borrowing GitRepository) throws -> [VersionFault] {
        let faults = try looseFaults() + packedFaults()
        // what is no text of git's cannot be asked where it leads
        return try faults.isEmpty ? headFaults(repository) + targetFaults(repository) : faults
    }

    /// A repository that only ever received has HEAD where it was laid out.
    private func headFaults(_ repository: borrowing GitRepository) throws -> [VersionFault] {
        guard let name = try text(of: "HEAD").flatMap(Self.symbolicTarget), name.hasPrefix("refs/heads/"),
            try name == "refs/heads/\(GitRepository.firstBranch)" || repository.target(of: String(name)) != nil
        else { return [VersionFault(path: "HEAD", problem: .unreadable("it names no branch that is there"))] }
        return []
    }

    private func looseFaults() throws -> [VersionFault] {
        try files(below: "refs").sorted().compactMap { path in
            // git's own locks are no references
            guard !path.hasSuffix(".lock"), let text = try text(of: path), Self.symbolicTarget(text) == nil else { return nil }
            guard text.hasSuffix("\n"), Self.isID(text.dropLast()) else {
                return VersionFault(path: path, problem: .unreadable("it is no reference"))
            }
            return nil
        }
    }

    /// Every line is a head, an id with a name, or what the tag on the line before leads to; names come in the order of their bytes.
    private func packedFaults() throws -> [VersionFault] {
        guard let text = try text(of: PackedReferences.name) else { return [] }
        var last = ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let isRight: Bool
            switch line.utf8.first {
            case UInt8(ascii: "#"): isRight = number == 0 && line.hasPrefix("# pack-refs with: ")
            case UInt8(ascii: "^"): isRight = !last.isEmpty && Self.isID(line.dropFirst())
            // what follows the last line's end
            case nil: isRight = number == lines.count - 1
            default:
                let name = String(line.dropFirst(41))
                isRight =
                    Self.isID(line.prefix(40)) && line.dropFirst(40).first == " " && name.hasPrefix("refs/")
                    && last.utf8.lexicographicallyPrecedes(name.utf8)
                last = name
            }
            guard isRight else {
                return [
                    VersionFault(path: PackedReferences.name, problem: .unreadable("its line \(number + 1) is none of git's"))
                ]
            }
        }
        return []
    }

    /// Every reference leads to an object that is there, and where what a tag leads to is written beside it, to that.
    private func targetFaults(_ repository: borrowing GitRepository) throws -> [VersionFault] {
        var faults: [VersionFault] = []
        try repository.forEachReference(matching: "refs/*") { reference throws(GitFailure) in
            guard let name = git_reference_name(reference).map({ String(cString: $0) }),
                let target = git_reference_target(reference)?.pointee
            else { return }
            do throws(GitFailure) {
                let end = try self.end(of: target, repository)
                guard let known = git_reference_target_peel(reference)?.pointee, known != end else { return }
                faults.append(VersionFault(path: name, problem: .unreadable("it is said to lead elsewhere than it does")))
            } catch {
                faults.append(VersionFault(path: name, problem: .unreadable("it leads to nothing that git holds")))
            }
        }
        return faults
    }

    /// What an object leads to through tags, each of which is read, whatever is written beside the reference.
    private func end(of target: git_oid, _ repository: borrowing GitRepository) throws(GitFailure) -> git_oid {
        var target = target
        try repository.requireSound(target)
        let object = try GitHandle("read an object", free: git_object_free) {
            git_object_lookup($0, repository.handle.pointer, &target, GIT_OBJECT_ANY)
        }
        guard git_object_type(object.pointer) == GIT_OBJECT_TAG else { return target }
        let end = try GitHandle("read a tag", free: git_object_free) { git_object_peel($0, object.pointer, GIT_OBJECT_ANY) }
        return git_object_id(end.pointer).pointee
    }

    private static func symbolicTarget(_ text: String) -> Substring? {
        text.hasPrefix("ref: ") && text.hasSuffix("\n") ? text.dropFirst(5).dropLast() : nil
    }

    /// As git writes it, in lower case.
    private static func isID(_ text: Substring) -> Bool {
        text.utf8.count == 40 && text.utf8.allSatisfy { HexDigits.contain($0) && !(UInt8(ascii: "A")...UInt8(ascii: "F") ~= $0) }
    }

    /// Nil when there is no such file; what is no text is none of git's either.
    private func text(of path: String) throws -> String? {
        let file = folder.appending(path: path)
        guard access(file.path, F_OK) == 0 else { return nil }
        return String(validating: try FileBytes.contents(of: file, limit: Self.textLimit), as: UTF8.self) ?? "\0"
    }

    private func files(below path: String) throws -> [String] {
        try OpenFolder(folder.appending(path: path)).entries().flatMap { entry in
            entry.isFolder ? try files(below: "\(path)/\(entry.name)") : ["\(path)/\(entry.name)"]
        }
    }
}

extension VersionStore {
    /// The references that are not what git wrote, or lead nowhere.
    public func referenceFaults() throws -> [VersionError] {
        try withRepository { repository in
            try RepositoryAudit(folder: folder).referenceFaults(repository).map { .damagedRepository($0) }
        }
    }

    /// Reads every object and pack, whoever leads to them, of a repository that need not be fit to be opened.
    ///
    /// - Returns: the files that are not what git wrote.
    public static func fileFaults(of folder: URL) throws -> [VersionError] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try RepositoryAudit(folder: folder).fileFaults().map { .damagedRepository($0) }
    }
}
