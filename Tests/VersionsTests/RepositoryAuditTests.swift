import Foundation
import TestSupport
import Testing

@testable import Versions

/// What no version leads to, and what git's readers pass over, is read all the same.
@Suite struct RepositoryAuditTests {
    let folder: TemporaryFolder
    let store: VersionStore

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        for number in 1...2 { try Sample.commit(Sample.version(number), to: store, in: folder) }
    }

    private func flip(_ path: String, fromEnd: Int) throws {
        let file = store.folder.appending(path: path)
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - fromEnd] ^= 1
        chmod(file.path, 0o600)
        try bytes.write(to: file)
    }

    private var faults: [String] {
        get throws {
            try (VersionStore.fileFaults(of: store.folder) + store.referenceFaults()).map { error in
                guard case .damagedRepository(let fault) = error else { return "\(error)" }
                return fault.path
            }
        }
    }

    @Test func aSoundRepositoryHasNone() throws {
        #expect(try faults == [])
        #expect(try GitProgram(folder: store.folder)("gc", "--quiet").status == 0)
        #expect(try faults == [])
    }

    @Test func theSumOfALooseObjectCounts() throws {
        let id = try GitProgram(folder: store.folder)("rev-parse", "ticket-router/v1^{tree}").output.dropLast()
        let path = "objects/\(id.prefix(2))/\(id.dropFirst(2))"
        try flip(path, fromEnd: 1)
        #expect(try faults == [path])
    }

    /// Reading with libgit2 1.5 what says of itself that it is another size has ended in the kernel's hands.
    @Test func noBitOfALooseObjectIsPassedOver() throws {
        let id = try GitProgram(folder: store.folder)("rev-parse", "ticket-router/v1^{tree}").output.dropLast()
        let path = "objects/\(id.prefix(2))/\(id.dropFirst(2))"
        let file = store.folder.appending(path: path)
        let written = try Data(contentsOf: file)
        chmod(file.path, 0o600)
        for bit in stride(from: 0, to: written.count * 8, by: 5) {
            var bytes = written
            bytes[bit / 8] ^= 1 << (bit % 8)
            try bytes.write(to: file)
            let isTold = try VersionStore.fileFaults(of: store.folder).count == 1
            #expect(throws: (any Error).self) { try store.verify(Sample.version(1)) }
            #expect(isTold, "bit \(bit)")
        }
    }

    @Test func theSumsOfAPackAndItsIndexCount() throws {
        #expect(try GitProgram(folder: store.folder)("repack", "-a", "-d", "--quiet").status == 0)
        let pack = store.folder.appending(path: "objects/pack")
        let names = try FileManager.default.contentsOfDirectory(atPath: pack.path).filter {
            $0.hasSuffix(".pack") || $0.hasSuffix(".idx")
        }
        try #require(names.count == 2)
        for name in names {
            try flip("objects/pack/\(name)", fromEnd: 1)
            #expect(try VersionStore.fileFaults(of: store.folder).count == 1)
            try flip("objects/pack/\(name)", fromEnd: 1)
        }
        #expect(try faults == [])
    }

    @Test func aReferenceThatGitPassesOverIsNamed() throws {
        try flip("refs/heads/adapters/ticket-router", fromEnd: 2)
        #expect(try faults == ["refs/heads/adapters/ticket-router"])
        try Data("no reference\n".utf8).write(to: store.folder.appending(path: "refs/heads/adapters/ticket-router"))
        #expect(try faults == ["refs/heads/adapters/ticket-router"])
    }

    @Test func aLineOfPackedReferencesThatGitWouldNotWriteIsNamed() throws {
        #expect(try GitProgram(folder: store.folder)("pack-refs", "--all").status == 0)
        let file = store.folder.appending(path: "packed-refs")
        let text = try String(contentsOf: file, encoding: .utf8)
        for spoiled in [
            text.uppercased(), text.replacing("refs/tags/", with: "refs/aags/"), text.replacing("^", with: "~"), text + "\n",
        ] {
            try Data(spoiled.utf8).write(to: file)
            #expect(try faults == ["packed-refs"], "\(spoiled)")
        }
    }

    @Test func aHeadThatNamesNoBranchIsNamed() throws {
        try Data("ref: refs/heads/adapters/ticket-routes\n".utf8).write(to: store.folder.appending(path: "HEAD"))
        #expect(try faults == ["HEAD"])
    }
}
