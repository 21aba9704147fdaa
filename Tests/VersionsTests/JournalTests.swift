import Adapters
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Versions

/// The journal as the git program sees it.
@Suite struct JournalTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let git: GitProgram
    let adapter: AdapterName

    init() throws {
        folder = try TemporaryFolder()
        let repository = folder.url.appending(path: "versions.git")
        store = try VersionStore(openingOrCreatingAt: repository)
        git = GitProgram(folder: repository)
        adapter = try AdapterName("ticket-router")
    }

    private func ended(_ run: Int, _ reason: String) -> RegistryChange {
        .runEnded(RunID(run), Run.End(.rejected(reason: reason), at: Sample.time))
    }

    private func promoted(_ id: Int, _ reason: String) throws -> RegistryChange {
        let version = try Sample.version(1)
        return .happened(
            RegistryEvent(
                id: id, kind: .promoted, version: version, at: Sample.time, actor: Sample.author, reason: reason,
                moves: [RegistryEvent.Move(alias: .production, from: nil, to: version)]))
    }

    @Test func gitReadsItAsALog() throws {
        let first = try store.append([ended(1, "no better\nnor worse"), ended(2, "x")], to: adapter, after: nil)
        let second = try store.append([promoted(1, "wins by a mile")], to: adapter, after: first)
        let log = try git("log", "--reverse", "--format=%H %an %s", "journal/ticket-router").output.split(separator: "\n")
        #expect(
            log == [
                "\(first) lora ticket-router: run-1 ended: no better nor worse",
                "\(second) Ada Marin ticket-router: ticket-router@v1 promoted: wins by a mile",
            ])
        try git.expectSound()
        #expect(try store.heads() == [adapter: second])
    }

    /// libgit2 1.5 reports success where the commit itself could not be written.
    @Test func anEntryThatCouldNotBeWrittenIsToldAndMovesNothing() throws {
        let start = try #require(try store.append([ended(1, "no better")], to: adapter, after: nil))
        let other = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "other.git"))
        #expect(try other.append([ended(1, "no better")], to: adapter, after: nil) == start)
        let next = try other.append([ended(2, "no better")], to: adapter, after: start)
        let place = store.folder.appending(path: "objects/\(next.hex.prefix(2))")
        try #require(!FileManager.default.fileExists(atPath: place.path), "the entry's folder is new")
        try Data().write(to: place)
        let error = #expect(throws: VersionError.self) { try store.append([ended(2, "no better")], to: adapter, after: start) }
        #expect(error?.explanation.what.contains("Git could not commit to refs/heads/journal/ticket-router") == true)
        try FileManager.default.removeItem(at: place)
        #expect(try store.head(of: adapter) == start)
        #expect(try store.append([ended(2, "no better")], to: adapter, after: start) == next)
    }

    @Test func entriesComeBackInOrderFromAnyPosition() throws {
        #expect(try store.entries(of: adapter, after: nil).isEmpty)
        var positions: [CommitID?] = [nil]
        for run in 1...5 { positions.append(try store.append([ended(run, "\(run)")], to: adapter, after: positions.last ?? nil)) }
        for (index, position) in positions.enumerated() {
            let entries = try store.entries(of: adapter, after: position)
            #expect(entries.map(\.changes) == (index + 1..<6).map { [ended($0, "\($0)")] })
            #expect(entries.map(\.position) == positions[(index + 1)...].map(\.self))
        }
        // also from packs
        _ = try git("gc", "--quiet")
        #expect(try store.entries(of: adapter, after: nil).count == 5)
    }

    @Test func onlyTheEndIsGoneOnFrom() throws {
        let first = try store.append([ended(1, "x")], to: adapter, after: nil)
        let second = try store.append([ended(2, "x")], to: adapter, after: first)
        for position in [first, nil] {
            #expect(throws: JournalError.diverged(adapter, position: position, head: second)) {
                try store.append([ended(3, "x")], to: adapter, after: position)
            }
        }
        let foreign = try #require(CommitID(String(repeating: "a", count: 40)))
        #expect(throws: JournalError.diverged(adapter, position: foreign, head: second)) {
            try store.entries(of: adapter, after: foreign)
        }
        let other = try AdapterName("other")
        #expect(throws: JournalError.diverged(other, position: first, head: nil)) { try store.entries(of: other, after: first) }
    }

    @Test func onlyTheLastEntryIsTakenBack() throws {
        let first = try store.append([ended(1, "x")], to: adapter, after: nil)
        let second = try store.append([ended(2, "x")], to: adapter, after: first)
        #expect(throws: (any Error).self) { try store.retract(first, from: adapter, to: nil) }
        try store.retract(second, from: adapter, to: first)
        #expect(try store.head(of: adapter) == first)
        try store.retract(first, from: adapter, to: nil)
        #expect(try store.head(of: adapter) == nil)
        try git.expectSound()
    }

    @Test func aLockThatAKilledProcessLeftIsPassed() throws {
        let first = try store.append([ended(1, "x")], to: adapter, after: nil)
        let lock = store.folder.appending(path: "refs/heads/journal/ticket-router.lock")
        try Data().write(to: lock)
        let second = try store.append([ended(2, "x")], to: adapter, after: first)
        #expect(try store.head(of: adapter) == second)
        #expect(!FileManager.default.fileExists(atPath: lock.path))
    }

    @Test(arguments: [
        "", "[]", "{\"schema\": \"lora.changes/2\", \"changes\": []}", "{\"schema\": \"lora.changes/1\", \"changes\": [{}]}",
    ])
    func whatWeNeverWroteIsDamage(text: String) throws {
        let error = try #require(throws: DamagedRecord.self) { try [RegistryChange](parsing: Data(text.utf8), of: adapter) }
        #expect(error.source == .journal && error.explanation.kind == .integrity)
    }

    @Test func aChangeOfAnotherAdapterIsDamage() throws {
        let data = try [promoted(1, "x")].data
        #expect(throws: DamagedRecord.self) { try [RegistryChange](parsing: data, of: AdapterName("other")) }
    }
}
