import Adapters
import Archives
import DurableFiles
import Foundation
import Testing
import Versions

@testable import Lifecycle
@testable import Registry

@Suite("A backup holds a registry whole, and gives it back verified")
struct BackupTests {
    private let big = 1_200_000

    private func backUp(_ small: SmallRegistry, takesBases: Bool = false) throws -> (file: URL, manifest: BackupManifest) {
        let file = small.folder.url.appending(path: "backup-\(UUID().uuidString).tar")
        let backup = BackUpRegistry(try small.open(), takesBases: takesBases)
        return (file, try backup.run(to: file, now: SmallRegistry.moment(200)) { _ in })
    }

    private func restore(_ file: URL, _ small: SmallRegistry) throws -> (folder: URL, outcome: RestoreRegistry.Outcome) {
        let folder = small.folder.url.appending(path: "restored-\(UUID().uuidString)")
        return (folder, try RestoreRegistry(from: file).run(into: folder, on: SmallRegistry.occasion()) { _ in })
    }

    private func open(_ folder: URL) throws -> Workspace {
        let layout = RegistryLayout(root: folder.appending(path: "registry"))
        return try Workspace.open(RegistryLocation(layout: layout, origin: .option), on: SmallRegistry.occasion())
    }

    private func expectSame(_ one: URL, _ other: URL) {
        #expect(FileManager.default.contentsEqual(atPath: one.path, andPath: other.path), "\(one.path) and \(other.path)")
    }

    private func drafts(_ small: SmallRegistry) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: small.folder.url.path).filter { $0.hasPrefix(".draft-") }
    }

    @Test("what is restored says of everything what the original says")
    func wholeRegistry() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        _ = try small.train()
        let large = try small.write(weights: big, in: workspace)
        try workspace.registry.promote(large, on: SmallRegistry.occasion("serves well"))
        let (file, manifest) = try backUp(small)
        #expect(manifest.versions == 2 && manifest.datasets == 1 && manifest.largeFiles == 1 && manifest.lost.isEmpty)

        let (folder, outcome) = try restore(file, small)
        #expect(outcome.manifest == manifest && outcome.verified.faults.isEmpty && outcome.verified.versions == 2)
        let (restored, original) = (try open(folder), try small.open())
        let name = SmallRegistry.greeter
        #expect(try restored.registry.contents().differences(from: original.registry.contents()).isEmpty)
        #expect(try restored.registry.history(of: name) == original.registry.history(of: name))
        for (workspace, target) in [(restored, "r"), (original, "o")] {
            _ = try workspace.export("\(large)", to: small.folder.url.appending(path: target))
        }
        expectSame(small.folder.url.appending(path: "r"), small.folder.url.appending(path: "o"))
        for name in ["adapters", "bases", "data"] {
            expectSame(original.layout.root.appending(path: name), restored.layout.root.appending(path: name))
        }
        expectSame(small.folder.url.appending(path: "policies"), folder.appending(path: "policies"))
        #expect(try drafts(small).isEmpty)
    }

    @Test("while others publish and promote, a backup is of one moment")
    func oneMoment() async throws {
        let small = try SmallRegistry()
        for _ in 0..<2 { try small.write(in: small.open()) }
        async let work: Void = {
            for round in 0..<12 {
                let workspace = try small.open()
                let version = round % 3 == 0 ? try small.write(in: workspace) : VersionID(SmallRegistry.greeter, round % 2 + 1)
                try workspace.registry.promote(version, on: SmallRegistry.occasion("round \(round)"))
                if round == 9 {
                    let pruned = [VersionID(SmallRegistry.greeter, 3)]
                    try workspace.registry.prune(pruned, of: SmallRegistry.greeter, on: SmallRegistry.occasion())
                    _ = try workspace.versions.removeLargeFiles(onlyOf: pruned)
                }
            }
        }()
        var files: [URL] = []
        for _ in 0..<4 { files.append(try backUp(small).file) }
        try await work
        for file in files {
            let (folder, outcome) = try restore(file, small)
            #expect(outcome.verified.faults.isEmpty)
            let workspace = try open(folder)
            #expect(workspace.mended == Reconciliation(), "nothing was half-done in it")
        }
    }

    @Test("large files that were given up are no loss; one that is gone or damaged is told, and the rest is there")
    func losses() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        let versions = try (0..<3).map { _ in try small.write(weights: big, in: workspace) }
        try workspace.registry.prune([versions[0]], of: SmallRegistry.greeter, on: SmallRegistry.occasion())
        _ = try workspace.versions.removeLargeFiles(onlyOf: [versions[0]])
        #expect(try backUp(small).manifest.lost.isEmpty)

        let files = try workspace.versions.largeFiles(of: workspace.versions.snapshot()).filter {
            access($0.file.path, F_OK) == 0
        }
        try #require(files.count == 2)
        try FileManager.default.removeItem(at: files[0].file)
        var bytes = try Data(contentsOf: files[1].file)
        bytes[77] ^= 4
        try bytes.write(to: files[1].file)
        let (file, manifest) = try backUp(small)
        #expect(manifest.lost.map(\.reason).sorted() == ["it is not there", "it is not what was committed"])
        let (folder, outcome) = try restore(file, small)
        #expect(Set(outcome.verified.faults.map(\.subject)) == ["\(versions[1])", "\(versions[2])"])
        #expect(try open(folder).registry.versions(of: SmallRegistry.greeter).count == 3)
    }

    @Test("a bit that flips in a backup keeps it from being restored, and leaves nothing behind")
    func flippedBits() throws {
        let small = try SmallRegistry()
        try small.write(in: small.open())
        let file = try backUp(small).file
        let bytes = try Data(contentsOf: file)
        // a prime stride: every kind of entry, headers and padding among them
        for bit in stride(from: 5, to: bytes.count * 8, by: 8 * 1009 + 1) {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            try changed.write(to: file)
            #expect(throws: (any Error).self, "bit \(bit)") { try restore(file, small) }
        }
        #expect(try drafts(small).isEmpty)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: small.folder.url.path).allSatisfy { !$0.hasPrefix("restored") })
    }

    @Test("what a killed backup left is removed by the next, and what one is at work on is not")
    func abandoned() throws {
        let small = try SmallRegistry()
        try small.write(in: small.open())
        let folder = small.folder.url
        let (left, young) = (folder.appending(path: ".draft-backup-left"), folder.appending(path: ".draft-backup-young"))
        for place in [left, young] {
            try FileManager.default.createDirectory(at: place.appending(path: "versions.git"), withIntermediateDirectories: true)
        }
        let longAgo = Date(timeIntervalSinceNow: -3600)
        try FileManager.default.setAttributes([.modificationDate: longAgo], ofItemAtPath: left.path)
        let held = folder.appending(path: ".draft-backup-held")
        try FileManager.default.createDirectory(at: held, withIntermediateDirectories: true)
        let lock = try FileLock.take(held.appending(path: "lock"))
        try FileManager.default.setAttributes([.modificationDate: longAgo], ofItemAtPath: held.path)
        _ = try backUp(small)
        #expect(Set(try drafts(small)) == [young.lastPathComponent, held.lastPathComponent])
        withExtendedLifetime(lock) {}
    }

    @Test("a damaged object of git keeps a backup from being made, and is named")
    func damagedObject() throws {
        let small = try SmallRegistry()
        let version = try small.write(in: small.open())
        let commit = try #require(try small.open().versions.commit(of: version)).description
        let object = small.state.appending(path: "versions.git/objects/\(commit.prefix(2))/\(commit.dropFirst(2))")
        let workspace = try small.open()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: object.path)
        var bytes = try Data(contentsOf: object)
        bytes[bytes.count / 2] ^= 8
        try bytes.write(to: object)
        let file = small.folder.url.appending(path: "damaged.tar")
        #expect(throws: VersionError.self) {
            try BackUpRegistry(workspace, takesBases: false).run(to: file, now: SmallRegistry.moment(9)) { _ in }
        }
        #expect(!FileManager.default.fileExists(atPath: file.path))
        #expect(try drafts(small).isEmpty)
    }

    @Test("without versions in git, the index that still tells of them is not made again")
    func nothingToRebuildFrom() throws {
        let small = try SmallRegistry()
        try small.write(in: small.open())
        let git = small.state.appending(path: "versions.git")
        let aside = small.folder.url.appending(path: "aside.git")
        try FileManager.default.moveItem(at: git, to: aside)
        let location = RegistryLocation(layout: try small.open().layout, origin: .option)
        #expect(throws: RegistryError.nothingToRebuildFrom(path: git.path, versions: 1)) {
            try RebuildIndex(location).run(on: SmallRegistry.occasion())
        }
        try FileManager.default.removeItem(at: git)
        try FileManager.default.moveItem(at: aside, to: git)
        #expect(try small.open().mended.isClean && small.differences().isEmpty)
    }

    @Test("neither an older backup nor a folder with something in it is overwritten")
    func noOverwriting() throws {
        let small = try SmallRegistry()
        try small.write(in: small.open())
        let file = try backUp(small).file
        let before = try Data(contentsOf: file)
        let backup = BackUpRegistry(try small.open(), takesBases: false)
        #expect(throws: BackupError.exists(path: file.path)) { try backup.run(to: file, now: SmallRegistry.moment(9)) { _ in } }
        #expect(try Data(contentsOf: file) == before)
        #expect(throws: BackupError.targetNotEmpty(path: small.folder.url.path)) {
            try RestoreRegistry(from: file).run(into: small.folder.url, on: SmallRegistry.occasion()) { _ in }
        }
    }

    @Test("entries that belong to no registry, come twice or are not listed are refused")
    func foreignEntries() throws {
        let small = try SmallRegistry()
        try small.write(in: small.open())
        let bytes = try Data(contentsOf: backUp(small).file)
        let registry = "registry/registry.yaml"
        for path in ["elsewhere/file", registry, "registry/new"] {
            let file = small.folder.url.appending(path: "changed.tar")
            try (TarEntry(.file, path: path, mode: 0o600, modified: 0).header + bytes).write(to: file)
            #expect(throws: path == registry ? BackupError.twice(path, path: file.path) : .badEntry(path, path: file.path)) {
                try RestoreRegistry(from: file).examine { _ in }
            }
        }
    }

    @Test("pinned bases within the registry stay out unless they are asked for, and links are told")
    func whatStaysOut() throws {
        let small = try SmallRegistry()
        let root = small.folder.url.appending(path: "registry")
        try FileManager.default.copyItem(
            at: small.folder.url.appending(path: "model"), to: root.appending(path: "models/tiny"))
        _ = try small.open().addBase("inner", folder: root.appending(path: "models/tiny"), revision: nil, replaces: false)
        try FileManager.default.createSymbolicLink(
            at: root.appending(path: "data/away"), withDestinationURL: URL(filePath: "/etc"))
        let without = try backUp(small).manifest.leftOut.map(\.path)
        #expect(without == ["registry/data/away", "registry/models/tiny", "registry/.state"])
        let (file, manifest) = try backUp(small, takesBases: true)
        #expect(manifest.leftOut.map(\.path) == ["registry/data/away", "registry/.state"])
        let folder = try restore(file, small).folder
        expectSame(root.appending(path: "models"), folder.appending(path: "registry/models"))
    }
}
