import Adapters
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Versions

/// References that are gathered in one file, as the git program sees them.
@Suite struct PackedReferencesTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let git: GitProgram

    init() throws {
        folder = try TemporaryFolder()
        let repository = folder.url.appending(path: "versions.git")
        store = try VersionStore(openingOrCreatingAt: repository)
        git = GitProgram(folder: repository)
        for adapter in ["greeter", "ticket-router"] {
            for number in 1...2 { try Sample.commit(Sample.version(number, of: adapter), to: store, in: folder) }
        }
        _ = try git("update-ref", "refs/heads/ümläut", "refs/heads/adapters/greeter")
    }

    private var packed: URL { store.folder.appending(path: "packed-refs") }
    private var lock: URL { store.folder.appending(path: "packed-refs.lock") }
    private func place(_ reference: String) -> URL { store.folder.appending(path: reference) }
    private func exists(_ reference: String) -> Bool { FileManager.default.fileExists(atPath: place(reference).path) }

    private func listed() throws -> String {
        try git("for-each-ref", "--format=%(refname) %(objectname) %(*objectname)").output
    }

    @Test func gitFindsWhatItFoundBefore() throws {
        let before = try listed()
        let versions = try store.versions()
        try store.packReferences()
        #expect(try listed() == before)
        #expect(try store.versions() == versions)
        #expect(!exists("refs/heads/adapters/greeter") && !exists("refs/tags/greeter") && exists("refs/tags"))
        try git.expectSound()
    }

    @Test func theFileIsTheOneThatGitWrites() throws {
        try store.packReferences()
        let ours = try Data(contentsOf: packed)
        try FileManager.default.removeItem(at: folder.url.appending(path: "versions.git/packed-refs"))
        for line in String(decoding: ours, as: UTF8.self).split(separator: "\n")
        where !line.hasPrefix("#") && !line.hasPrefix("^") {
            let parts = line.split(separator: " ")
            _ = try git("update-ref", String(parts[1]), String(parts[0]))
        }
        _ = try git("pack-refs", "--all")
        #expect(try Data(contentsOf: packed) == ours)
    }

    @Test func publishingGoesOnFromThere() throws {
        try store.packReferences()
        try Sample.commit(Sample.version(3, of: "greeter"), to: store, in: folder)
        #expect(try store.versions(of: AdapterName("greeter")).map(\.version.number) == [1, 2, 3])
        let before = try listed()
        try store.packReferences()
        #expect(try listed() == before)
        #expect(try store.completePublications().isEmpty)
        try git.expectSound()
    }

    @Test func aReferenceThatMovesMeanwhileKeepsItsNewPlace() throws {
        let old = try git("rev-parse", "greeter/v1^{commit}").output.trimmingCharacters(in: .whitespacesAndNewlines)
        let packing = PackedReferences(repository: store.folder)
        let done = try packing.gather {
            let lines = try store.referenceLines()
            _ = try git("update-ref", "refs/heads/adapters/greeter", old)
            return lines
        }
        #expect(done)
        #expect(try git("rev-parse", "adapters/greeter").output.hasPrefix(old))
        #expect(exists("refs/heads/adapters/greeter") && !exists("refs/heads/adapters/ticket-router"))
    }

    @Test func whoeverPacksAlreadyIsLeftToIt() throws {
        try Data().write(to: lock)
        let before = try listed()
        try store.packReferences()
        #expect(try listed() == before)
        #expect(exists("refs/heads/adapters/greeter") && exists("packed-refs.lock"))
    }

    @Test func whatAKilledPackingLeftIsRemovedByTheNextWriter() throws {
        let locks = [lock, place("refs/tags/greeter/v1.lock")]
        for lock in locks { try Data().write(to: lock) }
        try Data("\(PackedReferences.name)\n".utf8).write(to: PublicationLease.file(beside: store.folder))
        #expect(try !store.isAtRest)
        try store.completePublications()
        #expect(try store.isAtRest)
        for lock in locks { #expect(!FileManager.default.fileExists(atPath: lock.path)) }
    }
}
