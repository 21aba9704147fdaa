import Adapters
import Digests
import Foundation
import TestSupport
import Testing

@testable import Versions

@Suite struct CheckOutTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let version: VersionID
    let candidate: URL

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        version = try Sample.version(1)
        candidate = try Sample.candidate(version, in: folder)
        try Sample.commit(version, to: store, in: folder)
    }

    private var object: URL {
        get throws {
            let weights = candidate.appending(path: "adapter_model.safetensors")
            return LargeFileStore(repository: store.folder).object(try ContentDigest(ofFile: weights))
        }
    }

    @Test func aCheckOutIsTheCandidateByteForByte() throws {
        let target = folder.url.appending(path: "deep/out")
        try store.checkOut(version, to: target)
        var files = try Sample.contents(of: target)
        files[".gitattributes"] = nil
        #expect(files.removeValue(forKey: DigestList.fileName) != nil)
        #expect(files == (try Sample.contents(of: candidate)))
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.deletingLastPathComponent().path) == ["out"])
    }

    @Test func aFolderInUseIsLeftAlone() throws {
        let target = folder.url.appending(path: "out")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: target.appending(path: "note.txt"))
        #expect(throws: VersionError.folderExists(path: target.path)) { try store.checkOut(version, to: target) }
        #expect(try Sample.contents(of: target) == ["note.txt": Data("mine".utf8)])
    }

    @Test func unknownVersionsAreNamed() throws {
        let missing = try Sample.version(2)
        #expect(throws: VersionError.unknownVersion(missing)) {
            try store.checkOut(missing, to: folder.url.appending(path: "out"))
        }
    }

    @Test func aFlippedBitInALargeFileIsFound() throws {
        var bytes = try Data(contentsOf: object)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: object)
        let faults = try store.verify(version)
        #expect(faults.map(\.path) == ["adapter_model.safetensors"])
        try expectDamage()
    }

    @Test func aShortenedLargeFileIsFound() throws {
        let bytes = try Data(contentsOf: object)
        try bytes.dropLast().write(to: object)
        let problem = VersionFault.Problem.wrongSize(expected: bytes.count, found: bytes.count - 1)
        #expect(try store.verify(version) == [VersionFault(path: "adapter_model.safetensors", problem: problem)])
        try expectDamage()
    }

    @Test func aMissingLargeFileIsNamed() throws {
        let oid = try object.lastPathComponent
        try FileManager.default.removeItem(at: object)
        #expect(
            try store.verify(version) == [VersionFault(path: "adapter_model.safetensors", problem: .missingObject(oid: oid))])
        try expectDamage()
    }

    @Test func aDamagedObjectOfGitIsFound() throws {
        let id = try GitProgram(folder: store.folder)("rev-parse", "ticket-router/v1:adapter_config.json").output.dropLast()
        let file = store.folder.appending(path: "objects/\(id.prefix(2))/\(id.dropFirst(2))")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 6] ^= 0x10
        try FileManager.default.removeItem(at: file)
        try bytes.write(to: file)
        #expect(try store.verify(version).map(\.path) == ["adapter_config.json"])
        try expectDamage()
    }

    /// Trees that git itself refuses to check out, but that whoever writes to the repository can make.
    @Test(arguments: [
        "100644 blob %\t..", "100644 blob %\t.git", "120000 blob %\tlink", "100644 blob %\ta b",
        "160000 commit \(String(repeating: "a", count: 40))\tsub",
    ])
    func aCraftedNameNeverLeavesTheDraft(entry: String) throws {
        let git = GitProgram(folder: store.folder)
        let blob = try git("rev-parse", "ticket-router/v1:empty.txt").output.trimmingCharacters(in: .newlines)
        try tagTree(try git("mktree", "--missing", input: entry.replacing("%", with: blob) + "\n").output)
        try expectRefusal()
    }

    @Test(arguments: ["..", "x"]) func aCraftedFolderNeverLeavesTheDraft(name: String) throws {
        let git = GitProgram(folder: store.folder)
        let blob = try git("rev-parse", "ticket-router/v1:empty.txt").output.trimmingCharacters(in: .newlines)
        var tree = try git("mktree", input: "100644 blob \(blob)\tescaped.txt\n").output
        for _ in 0..<(name == ".." ? 1 : 40) {
            tree = try git("mktree", input: "040000 tree \(tree.trimmingCharacters(in: .newlines))\t\(name)\n").output
        }
        try tagTree(tree)
        try expectRefusal()
    }

    private func tagTree(_ tree: String) throws {
        let git = GitProgram(folder: store.folder)
        let id = tree.trimmingCharacters(in: .newlines)
        let commit = try git("-c", "user.name=M", "-c", "user.email=m@example.org", "commit-tree", "-m", "crafted", id).output
        #expect(try git("tag", "ticket-router/v2", commit.trimmingCharacters(in: .newlines)).status == 0)
    }

    private func expectRefusal() throws {
        let target = folder.url.appending(path: "places/out")
        #expect {
            try store.checkOut(Sample.version(2), to: target)
        } throws: { error in
            guard case VersionError.badFileName = error else { return false }
            return (error as? VersionError)?.explanation.kind == .integrity
        }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: target.deletingLastPathComponent().path).isEmpty)
        #expect(throws: VersionError.self) { try store.published(Sample.version(2)) }
    }

    @Test func committingAgainMendsTheObject() throws {
        try Data("broken".utf8).write(to: object)
        let next = try Sample.version(2)
        try Sample.commit(next, to: store, in: folder)
        #expect(try store.verify(version).isEmpty)
        #expect(try store.verify(next).isEmpty)
    }

    private func expectDamage(_ location: SourceLocation = #_sourceLocation) throws {
        let target = folder.url.appending(path: "damaged")
        #expect {
            try store.checkOut(version, to: target)
        } throws: { error in
            guard case VersionError.damaged = error else { return false }
            return (error as? VersionError)?.explanation.kind == .integrity
        }
        #expect(!FileManager.default.fileExists(atPath: target.path), sourceLocation: location)
    }
}
