import Adapters
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Versions

/// Data sets in git: stored once, given back to the byte, read by any git tool.
@Suite struct DatasetTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let git: GitProgram

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "state/versions.git"))
        git = GitProgram(folder: store.folder)
    }

    private func small(keepsRows: Bool = true) throws -> DatasetSample {
        try DatasetSample(DatasetSample.rows(0..<24), keepsRows: keepsRows, in: folder)
    }

    private func large() throws -> DatasetSample { try DatasetSample(DatasetSample.rows(0..<30_000), in: folder) }

    private func exported(_ id: DatasetID) throws -> [String: Data] {
        let place = folder.url.appending(path: "exported-\(UUID().uuidString)")
        try store.checkOut(id, to: place)
        return try Sample.contents(of: place)
    }

    @Test func whatIsStoredComesBackToTheByte() throws {
        for sample in [try small(), try large()] {
            try sample.store(in: store)
            let files = try exported(sample.id)
            #expect(files.keys.sorted() == ["dataset.json", "held_out.jsonl", "report.json", "train.jsonl"])
            #expect(try files["train.jsonl"] == sample.bytes(.train) && files["held_out.jsonl"] == sample.bytes(.heldOut))
            #expect(try store.contents(of: .train, in: sample.id) == sample.bytes(.train))
            #expect(files["dataset.json"] == sample.draft.manifest.data)
            let stored = try #require(try store.dataset(sample.id))
            #expect(stored.manifest == sample.draft.manifest && stored.report == sample.draft.report && stored.at == Sample.time)
            #expect(try store.message(of: sample.id) == sample.draft.message)
            #expect(try store.verify(sample.id).isEmpty)
        }
        try git.expectSound()
        #expect(try store.versions().isEmpty, "a data set is no version")
    }

    @Test func theSameBytesAreStoredOnce() throws {
        let first = try large()
        try first.store(in: store)
        let before = try git("count-objects", "-v").output
        let tag = try git("rev-parse", first.id.tag).output
        // another adapter's own copy, at another time, with another report
        let second = try DatasetSample(DatasetSample.rows(0..<30_000), in: folder)
        try store.store(second.draft, author: Actor(name: "Bo", email: "bo@example.org"), at: Sample.time.adding(seconds: 60))
        #expect(second.id == first.id)
        #expect(try git("count-objects", "-v").output == before)
        #expect(try git("rev-parse", first.id.tag).output == tag)
        #expect(try store.datasets() == [first.id])
    }

    @Test func ofManyThatStoreTheSameDataOneDoes() async throws {
        let sample = try small()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 { group.addTask { [store] in _ = try sample.store(in: store) } }
            try await group.waitForAll()
        }
        #expect(try store.datasets() == [sample.id])
        #expect(try git("reflog", "show", sample.id.tag).output.split(separator: "\n").count <= 1)
        try git.expectSound()
    }

    @Test func gitAloneReadsTagsTrailersAndFiles() throws {
        let (small, large) = (try small(), try large())
        try small.store(in: store)
        try large.store(in: store)
        #expect(try git("tag", "-l", "datasets/*").output == [small.id.tag, large.id.tag].sorted().map { $0 + "\n" }.joined())
        #expect(try git("cat-file", "-t", small.id.tag).output == "tag\n")
        #expect(
            try git("tag", "-l", "--format=%(trailers:unfold)", small.id.tag).output
                == "Dataset: \(small.id)\nDataset-Digest: \(small.id.digest)\n\n")
        let message = try git("tag", "-l", "--format=%(contents)", small.id.tag).output
        #expect(
            try git("interpret-trailers", "--parse", input: message).output
                == "Dataset: \(small.id)\nDataset-Digest: \(small.id.digest)\n")
        #expect(try git("show", "\(small.id.tag):train.jsonl").output == String(decoding: small.bytes(.train), as: UTF8.self))
        let hex = large.draft.manifest.train.split.digest.hex
        #expect(
            try git("show", "\(large.id.tag):train.jsonl").output
                == "version https://git-lfs.github.com/spec/v1\noid sha256:\(hex)\nsize \(large.draft.manifest.train.bytes)\n")
        #expect(
            try git("show", "\(large.id.tag):.gitattributes").output == "train.jsonl filter=lfs diff=lfs merge=lfs -text\n")
        #expect(
            try Data(contentsOf: LargeFileStore(repository: store.folder).object(large.draft.manifest.train.split.digest))
                == large.bytes(.train))
        #expect(try git("rev-list", "--count", small.id.tag).output == "1\n", "it follows on nothing")
    }

    @Test func privateRowsStayWhereTheyAre() throws {
        let sample = try small(keepsRows: false)
        try sample.store(in: store)
        #expect(try git("ls-tree", "-r", "--name-only", sample.id.tag).output == "dataset.json\nreport.json\n")
        #expect(try git("grep", "question", sample.id.tag).status == 1)
        #expect(try store.verify(sample.id).isEmpty)
        let sources = sample.draft.manifest.parts.map(\.part.source)
        #expect(throws: DatasetError.rowsNotKept(sample.id, sources: sources)) { try exported(sample.id) }
        #expect(throws: DatasetError.rowsNotKept(sample.id, sources: sources)) {
            try store.contents(of: .train, in: sample.id)
        }
    }

    @Test func aFileThatChangedMeanwhileIsNotStored() throws {
        for sample in [try small(), try large()] {
            let file = try #require(sample.draft.files[.train])
            var bytes = try sample.bytes(.train)
            bytes[20] ^= 1
            try bytes.write(to: file)
            #expect(throws: DatasetError.changed(sample.id, path: file.path)) { try sample.store(in: store) }
            #expect(try store.datasets().isEmpty && store.dataset(sample.id) == nil)
        }
        #expect(try git("for-each-ref").output.isEmpty)
    }

    @Test func whatIsNotStoredIsSaidToBeNotStored() throws {
        let sample = try small()
        #expect(try store.dataset(sample.id) == nil)
        #expect(throws: DatasetError.notStored(sample.id)) { try exported(sample.id) }
        #expect(throws: DatasetError.notStored(sample.id)) { try store.verify(sample.id) }
    }

    @Test func anExportLeavesWhatIsThereAlone() throws {
        let sample = try small()
        try sample.store(in: store)
        let place = folder.url.appending(path: "taken")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: place.appending(path: "file"))
        #expect(throws: VersionError.folderExists(path: place.path)) { try store.checkOut(sample.id, to: place) }
        #expect(try Sample.contents(of: place) == ["file": Data("mine".utf8)])
    }

    @Test func dataSetsOutliveGitsOwnPacking() throws {
        let (small, large) = (try small(), try large())
        try small.store(in: store)
        try large.store(in: store)
        #expect(try git("gc", "--prune=now").status == 0 && git("pack-refs", "--all").status == 0)
        for sample in [small, large] {
            #expect(try store.verify(sample.id).isEmpty)
            #expect(try exported(sample.id)["train.jsonl"] == sample.bytes(.train))
        }
    }
}

/// Damage to stored data sets.
@Suite struct DatasetDamageTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let git: GitProgram

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        git = GitProgram(folder: store.folder)
    }

    private func flip(_ file: URL, at place: Int, bit: UInt8 = 1) throws {
        #expect(chmod(file.path, 0o644) == 0)
        var bytes = try Data(contentsOf: file)
        bytes[place] ^= bit
        try bytes.write(to: file)
    }

    @Test func everyFlippedByteOfALargeFileIsFound() throws {
        let sample = try DatasetSample(DatasetSample.rows(0..<30_000), in: folder)
        try sample.store(in: store)
        let object = LargeFileStore(repository: store.folder).object(sample.draft.manifest.train.split.digest)
        for place in [0, 1_000, sample.draft.manifest.train.bytes - 1] {
            try flip(object, at: place)
            let faults = try store.verify(sample.id)
            #expect(faults.map(\.path) == ["train.jsonl"])
            #expect(throws: DatasetError.self) { try store.checkOut(sample.id, to: folder.url.appending(path: "out")) }
            try flip(object, at: place)
        }
        try FileManager.default.removeItem(at: object)
        let hex = sample.draft.manifest.train.split.digest.hex
        #expect(try store.verify(sample.id) == [VersionFault(path: "train.jsonl", problem: .missingObject(oid: hex))])
    }

    /// Of each loose object — tag, commit, tree, blobs — a byte in the middle.
    @Test func aFlippedByteOfAnyObjectIsFound() throws {
        let sample = try DatasetSample(DatasetSample.rows(0..<24), in: folder)
        try sample.store(in: store)
        let objects = store.folder.appending(path: "objects")
        let files = try FileManager.default.subpathsOfDirectory(atPath: objects.path).filter { $0.utf8.count == 41 }
        #expect(files.count == 7, "tag, commit, tree, and four files")
        for file in files.map({ objects.appending(path: $0) }) {
            let middle = try Data(contentsOf: file).count / 2
            try flip(file, at: middle)
            #expect(try !store.verify(sample.id).isEmpty, "\(file.lastPathComponent)")
            try flip(file, at: middle)
        }
        #expect(try store.verify(sample.id).isEmpty)
    }

    @Test func aTagThatMeansOtherDataIsFound() throws {
        let first = try DatasetSample(DatasetSample.rows(0..<24), in: folder)
        let second = try DatasetSample(DatasetSample.rows(0..<25), in: folder)
        try first.store(in: store)
        try second.store(in: store)
        #expect(try git("update-ref", "refs/tags/\(first.id.tag)", "refs/tags/\(second.id.tag)").status == 0)
        #expect(try store.verify(first.id).map(\.path) == ["dataset.json"])
        #expect(throws: DatasetError.self) { try store.dataset(first.id) }
        #expect(try store.verify(second.id).isEmpty)
    }

    /// Somebody wrote a tree by hand whose rows are not those that its manifest names.
    @Test func rowsThatTheirManifestDoesNotNameAreFound() throws {
        let sample = try DatasetSample(DatasetSample.rows(0..<24), in: folder)
        try sample.store(in: store)
        let blob = try git("hash-object", "-w", "--stdin", input: "{}\n").output.trimmingCharacters(in: .newlines)
        let listing = try git("ls-tree", sample.id.tag).output.split(separator: "\n").map { line in
            line.hasSuffix("\ttrain.jsonl") ? "100644 blob \(blob)\ttrain.jsonl" : String(line)
        }
        let tree = try git("mktree", input: listing.joined(separator: "\n") + "\n").output.trimmingCharacters(in: .newlines)
        let message = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        let commit = try git(message[0], message[1], message[2], message[3], "commit-tree", tree, "-m", "forged").output
            .trimmingCharacters(in: .newlines)
        #expect(
            try git(message[0], message[1], message[2], message[3], "tag", "-f", "-a", "-m", "forged", sample.id.tag, commit)
                .status
                == 0)
        #expect(try store.verify(sample.id).map(\.path) == ["train.jsonl"])
        #expect(throws: DatasetError.self) { try store.contents(of: .train, in: sample.id) }
        #expect(throws: DatasetError.self) { try store.checkOut(sample.id, to: folder.url.appending(path: "out")) }
    }
}
