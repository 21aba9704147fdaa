import Adapters
import Foundation
import Lifecycle
import Registry
import StrictJSON
import TestSupport
import Testing
import Training
import Versions

@Suite("The data that versions were trained on")
struct StoredDatasetTests {
    private func train(_ registry: SmallRegistry, _ observe: @escaping (TrainAdapter.Event) -> Void = { _ in }) throws
        -> VersionID
    {
        guard case .admitted(let receipt) = try registry.train(observe: observe) else { throw NotAdmitted() }
        return receipt.version
    }

    private struct NotAdmitted: Error {}

    private func file(_ registry: SmallRegistry, _ name: String = "train") -> URL {
        registry.folder.url.appending(path: "registry/data/\(name).jsonl")
    }

    private func faults(_ registry: SmallRegistry, isQuick: Bool = false) throws -> [VerifyRegistry.Fault] {
        try VerifyRegistry(registry.open(), isQuick: isQuick).run([], now: SmallRegistry.moment(90)) { _ in }.faults
    }

    @Test("a version's tag names the tag of its data set, whose trailers and report say what was found")
    func names() throws {
        let registry = try SmallRegistry()
        let version = try train(registry)
        let versions = try registry.open().versions
        let trailers = try versions.message(of: version).trailers
        let dataset = try #require(try versions.datasets().first)
        let stored = try #require(try versions.dataset(dataset))
        #expect(trailers.first { $0.key == "Dataset-Tag" }?.value == stored.id.tag)
        #expect(trailers.first { $0.key == "Dataset-Digest" }?.value == "\(stored.id.digest)")
        #expect(try registry.open().registry.version(version).lineage.dataset == stored.manifest.version)
        #expect(stored.manifest.parts.map(\.part.source) == ["data/train.jsonl", "data/held_out.jsonl"])
        #expect(stored.manifest.parts.map(\.part.bytes) == [1175, 988])
        #expect(stored.report["effective_rows"] == 24 && stored.report["examined_for"]?["base"]?["name"] == "tiny")
        let facts = try versions.message(of: stored.id).trailers
        for (key, value) in [
            ("Rows", "24"), ("Held-Out-Rows", "20"), ("Rows-Kept", "yes"), ("Effective-Rows", "24"), ("Duplicate-Rows", "0"),
            ("Leaked-Rows", "0"), ("Held-Out-Digest", "\(stored.manifest.heldOut!.split.digest)"),
        ] {
            #expect(facts.first { $0.key == key }?.value == value, "\(key)")
        }
        #expect(try faults(registry).isEmpty)
    }

    @Test("what a run began with is what is kept, whoever edits the file meanwhile")
    func editedMeanwhile() throws {
        let registry = try SmallRegistry()
        let before = try Data(contentsOf: file(registry))
        let version = try train(registry) { event in
            guard case .training(.step(let report)) = event, report.step == 15 else { return }
            #expect(FileManager.default.createFile(atPath: file(registry).path, contents: Data("{}\n".utf8)))
        }
        let place = registry.folder.url.appending(path: "exported")
        let exported = try registry.open().exportDataset("\(version)", to: place)
        #expect(try Data(contentsOf: place.appending(path: "train.jsonl")) == before)
        #expect(try Data(contentsOf: place.appending(path: "held_out.jsonl")) == Data(contentsOf: file(registry, "held_out")))
        #expect(try exported.dataset == registry.open().registry.version(version).lineage.dataset?.id)
    }

    @Test("adapters that share their data share one data set")
    func shared() throws {
        let registry = try SmallRegistry()
        let version = try train(registry)
        let adapters = registry.folder.url.appending(path: "registry/adapters")
        let twin = try String(contentsOf: adapters.appending(path: "greeter.yaml"), encoding: .utf8)
            .replacing("name: greeter", with: "name: twin")
        try twin.write(to: adapters.appending(path: "twin.yaml"), atomically: true, encoding: .utf8)
        let request = TrainAdapter.Request(adapter: "twin", options: TrainingOptions(), policy: nil, startsAnew: false)
        _ = try TrainAdapter(request, in: registry.open(), workingFolder: registry.folder.url).run(
            by: SmallRegistry.actor, clock: { SmallRegistry.moment(80) }, shouldStop: { false }, observe: { _ in })
        let entries = try registry.open().datasets().entries
        #expect(entries.count == 1)
        #expect(entries.first?.users == [version, VersionID(try AdapterName("twin"), 1)])
        #expect(entries.first?.standing == .rows)
    }

    @Test("rows that must not be kept are nowhere in git, and their version says so")
    func privateRows() throws {
        let registry = try SmallRegistry()
        let declaration = registry.folder.url.appending(path: "registry/adapters/greeter.yaml")
        try String(contentsOf: declaration, encoding: .utf8)
            .replacing("  held_out: data/held_out.jsonl\n", with: "  held_out: data/held_out.jsonl\n  keep_rows: false\n")
            .write(to: declaration, atomically: true, encoding: .utf8)
        let version = try train(registry)
        let workspace = try registry.open()
        guard case .version(_, let standing, absent: _, _) = try workspace.show("\(version)") else { return #expect(Bool(false)) }
        #expect(standing == .digests)
        #expect(throws: DatasetError.self) { try workspace.comparison(of: "\(version)", with: "\(version)") }
        let place = registry.folder.url.appending(path: "out")
        #expect(throws: DatasetError.self) { try workspace.exportDataset("\(version)", to: place) }
        #expect(!FileManager.default.fileExists(atPath: place.path))
        _ = try workspace.export("\(version)", to: place)
        for name in try FileManager.default.contentsOfDirectory(atPath: place.path) {
            #expect(try Data(contentsOf: place.appending(path: name)).range(of: Data("ruby car".utf8)) == nil, "\(name)")
        }
        #expect(try faults(registry).isEmpty)
    }

    @Test("rows are compared by what they say, wherever they stand and however they are written")
    func comparison() throws {
        let registry = try SmallRegistry()
        let first = try train(registry)
        var rows = try String(contentsOf: file(registry), encoding: .utf8).split(separator: "\n").map(String.init)
        let again = rows[3]
        rows[0] = #"{"completion" : " one",  "prompt": "ruby car 60:"}"#
        rows.swapAt(4, 5)
        rows[7] = #"{"prompt": "quay 1:", "completion": " two"}"#
        rows.append(again)
        try (rows.joined(separator: "\n") + "\n").write(to: file(registry), atomically: true, encoding: .utf8)
        let second = try train(registry)
        let workspace = try registry.open()
        let changes = try workspace.comparison(of: "\(first)", with: "\(second)").changes
        #expect(changes.map(\.split) == [.train, .heldOut])
        #expect(changes[0].added == [8, 25] && changes[0].removed == [8] && changes[0].common == 23)
        #expect(changes[1].added.isEmpty && changes[1].removed.isEmpty && changes[1].common == 20)
        let backwards = try workspace.comparison(of: "\(second)", with: "\(first)").changes[0]
        #expect(backwards.added == [8] && backwards.removed == [8, 25] && backwards.common == 23)
        #expect(try workspace.difference("\(first)", "\(second)").data?.changes == changes)
    }

    @Test("a version from before data sets were stored is no damage; one whose data set was taken away is")
    func absent() throws {
        let registry = try SmallRegistry()
        let version = try train(registry)
        let dataset = try #require(try registry.open().registry.version(version).lineage.dataset)
        let tag = registry.state.appending(path: "versions.git/refs/tags/\(dataset.id.tag)")
        #expect(unlink(tag.path) == 0)
        #expect(try faults(registry).map(\.explanation) == [DatasetError.lost(dataset.id, version).explanation])
        // the same weights again, as an older program released them
        let workspace = try registry.open()
        let (place, old) = (registry.folder.url.appending(path: "old"), VersionID(version.adapter, 2))
        try workspace.versions.checkOut(version, to: place)
        let text = try String(contentsOf: place.appending(path: Lineage.fileName), encoding: .utf8)
        try text.replacing("greeter@v1", with: "greeter@v2").write(
            to: place.appending(path: Lineage.fileName), atomically: true, encoding: .utf8)
        _ = try workspace.versions.commit(
            place, as: old, message: VersionMessage(subject: "old", trailers: [.init("Dataset", "\(dataset)")]),
            author: SmallRegistry.actor, at: SmallRegistry.moment(70))
        #expect(try faults(registry).map(\.subject) == ["\(version)"])
        guard case .version(_, let standing, absent: _, _) = try registry.open().show("\(old)") else {
            return #expect(Bool(false))
        }
        #expect(standing == .absent)
        let entry = try registry.open().datasetEntry("\(dataset.id)")
        #expect(entry.standing == .absent && entry.users == [version, old] && entry.version == dataset)
        #expect(throws: DatasetError.notStored(dataset.id)) {
            try registry.open().exportDataset("\(dataset.id)", to: registry.folder.url.appending(path: "out"))
        }
    }

    @Test("a flipped bit of a stored row is found by a quick look too, and the list says which data set it is")
    func damage() throws {
        let registry = try SmallRegistry()
        let version = try train(registry)
        let dataset = try #require(try registry.open().registry.version(version).lineage.dataset)
        let objects = registry.state.appending(path: "versions.git/objects")
        let name = try blobName(of: file(registry))
        let object = objects.appending(path: "\(name.prefix(2))/\(name.dropFirst(2))")
        #expect(chmod(object.path, 0o644) == 0)
        var bytes = try Data(contentsOf: object)
        bytes[bytes.count / 2] ^= 4
        try bytes.write(to: object)
        for isQuick in [false, true] {
            let found = try faults(registry, isQuick: isQuick)
            #expect(found.map(\.subject) == ["\(dataset)"] && found.first?.explanation.place == "train.jsonl")
        }
    }

    /// What git calls the bytes of a file.
    private func blobName(of file: URL) throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "hash-object", file.path]
        process.standardOutput = output
        try process.run()
        let name = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: name, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    @Test("two data sets with the same eight digits are told apart")
    func clash() throws {
        let registry = try SmallRegistry()
        // found by trying: the first eight digits of both are b2225a52
        let (first, second) = (try draft(7_420, in: registry), try draft(81_287, in: registry))
        let workspace = try registry.open()
        for draft in [first, second] {
            try workspace.versions.store(draft, author: SmallRegistry.actor, at: SmallRegistry.moment(1))
        }
        let (one, other) = (first.manifest.id, second.manifest.id)
        #expect(one != other && one.description == other.description)
        #expect(throws: DatasetError.ambiguous(DatasetAbbreviation("\(one)")!, [one, other].sorted())) {
            try workspace.datasetEntry("\(one)")
        }
        let digits = DatasetID.digitsApart([one, other])
        for draft in [first, second] {
            #expect(try workspace.datasetEntry(draft.manifest.id.short(digits: digits)).stored?.manifest == draft.manifest)
        }
        #expect(throws: DatasetError.unknown(DatasetAbbreviation("ds-0000")!)) { try workspace.datasetEntry("ds-0000") }
    }

    private func draft(_ number: Int, in registry: SmallRegistry) throws -> DatasetDraft {
        var (files, parts): ([DatasetSplit: URL], [DatasetManifest.Part]) = ([:], [])
        for (split, row) in [
            (DatasetSplit.train, "{\"prompt\": \"\(number)\", \"completion\": \"x\"}\n"),
            (.heldOut, "{\"prompt\": \"p\", \"completion\": \"c\"}\n"),
        ] {
            let file = registry.folder.url.appending(path: "\(number)-\(split.fileName)")
            try Data(row.utf8).write(to: file)
            files[split] = file
            parts.append(.init(split: try DatasetVersion.Split(of: file), bytes: row.utf8.count, source: split.fileName))
        }
        return DatasetDraft(
            manifest: DatasetManifest(train: parts[0], heldOut: parts[1], keepsRows: true), report: [:], files: files,
            message: VersionMessage(subject: "a data set", trailers: []))
    }

    @Test("the index made again from git is what it was")
    func rebuild() throws {
        let registry = try SmallRegistry()
        _ = try train(registry)
        let location = RegistryLocation(
            layout: RegistryLayout(root: registry.folder.url.appending(path: "registry")), origin: .option)
        let occasion = Occasion(actor: SmallRegistry.actor, at: SmallRegistry.moment(90), reason: "test")
        #expect(try RebuildIndex(location).run(on: occasion).differences == [])
    }
}
