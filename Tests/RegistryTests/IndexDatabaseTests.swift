import Adapters
import Digests
import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Registry

@Suite struct IndexDatabaseTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func theJournalIsARollbackJournalWrittenWithExtraCare() throws {
        let registry = try Sample.registry(in: folder)
        let settings = try registry.read { database in
            try ["journal_mode", "synchronous", "mmap_size", "foreign_keys"].map { name in
                try String.fetchOne(database, sql: "PRAGMA \(name)")
            }
        }
        // sqlite.org/pragma.html: synchronous 3 is EXTRA.
        #expect(settings == ["delete", "3", "0", "1"])
        #expect(try registry.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    }

    @Test(arguments: [0o000, 0o022, 0o077] as [mode_t]) func theIndexIsItsOwnersAlone(_ mask: mode_t) throws {
        let old = umask(mask)
        defer { umask(old) }
        let registry = try Sample.registry(in: folder)
        try registry.write { database in
            try database.execute(
                sql: "INSERT INTO decisions (adapter, id, question, answer, verdict, at) VALUES ('a', 1, 'admit', 'no', '{}', 0)")
            for file in [registry.layout.database, URL(filePath: registry.layout.database.path + "-journal")] {
                #expect(try permissions(of: file) == 0o600, "\(file.lastPathComponent)")
            }
        }
        #expect(try permissions(of: registry.layout.state) == 0o700)
    }

    private func permissions(of file: URL) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test("a table whose definition says something else than what was written is damage, not a full disk")
    func aFlippedDefinition() throws {
        let registry = try Sample.registry(in: folder)
        let layout = registry.layout
        try Sample.admit(to: registry)
        var bytes = try Data(contentsOf: layout.database)
        let place = try #require(bytes.range(of: Data("(length(adapter)".utf8)))
        bytes[place.lowerBound + 3] ^= 0x10
        try bytes.write(to: layout.database)
        let error = #expect(throws: RegistryError.self) {
            try Sample.admit(to: Sample.open(layout))
        }
        guard case .corruptDatabase = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "numbers and moments that cannot be are damage",
        arguments: [
            "UPDATE versions SET number = 0", "UPDATE versions SET published_at = 9223372036854775807",
            "UPDATE runs SET id = -1", "UPDATE events SET number = NULL WHERE kind = 'promoted'",
        ])
    func aFlippedNumber(update: String) throws {
        let registry = try Sample.registry(in: folder)
        let published = try Sample.admit(to: registry)
        try registry.promote(published.version, on: Sample.occasion())
        try registry.write { database in
            for trigger in try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'") {
                try database.execute(sql: "DROP TRIGGER \(trigger)")
            }
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON; PRAGMA defer_foreign_keys = ON")
            try database.execute(sql: update)
            if update.contains("versions SET number") {
                for table in ["aliases", "alias_moves", "events"] { try database.execute(sql: "DELETE FROM \(table)") }
            }
        }
        #expect(throws: DamagedRecord.self) {
            let registry = try Sample.open(registry.layout)
            let adapter = published.version.adapter
            _ = (try registry.versions(of: adapter), try registry.history(of: adapter), try registry.releases())
            _ = (try registry.lastRuns(), try registry.versionsByAdapter())
        }
    }

    @Test func connectionsThatWriteAtOnceLoseNothing() async throws {
        try Sample.admit(to: Sample.registry(in: folder))
        let root = folder.url.appending(path: "registry")
        let (connections, rounds) = (4, 25)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in 0..<connections {
                group.addTask {
                    let registry = try Sample.open(RegistryLayout(root: root))
                    for round in 0..<rounds {
                        let name = try Sample.name("adapter-\(connection)")
                        let lease = try registry.lease(name, holder: "\(round)")
                        let start = try Sample.start(name.text, seed: round)
                        let run = try registry.beginRun(start, under: lease)
                        let published = try Sample.published(registry.nextVersion(of: name), run: run.id, start: start)
                        try registry.admit(published, on: Sample.occasion())
                        try registry.promote(published.version, on: Sample.occasion("\(round)"))
                        _ = try registry.history(of: name)
                    }
                }
            }
            try await group.waitForAll()
        }
        let registry = try Sample.registry(in: folder)
        for connection in 0..<connections {
            let name = try Sample.name("adapter-\(connection)")
            #expect(try registry.history(of: name).count == 2 * rounds)
            #expect(try registry.aliases(of: name)[.previous]?.number == rounds - 1)
        }
        #expect(try registry.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    }

    @Test func aliasesMovedByManyAtOnceEndWhereTheHistorySays() async throws {
        let registry = try Sample.registry(in: folder)
        let versions = try (0..<3).map { _ in try Sample.admit(to: registry).version }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for connection in 0..<3 {
                group.addTask { [layout = registry.layout] in
                    let registry = try Sample.open(layout)
                    return try (0..<20).reduce(0) { moved, round in
                        let version = versions[(round + connection) % 3]
                        return moved + (try registry.promote(version, on: Sample.occasion()) == nil ? 0 : 1)
                    }
                }
            }
            let moved = try await group.reduce(0, +)
            #expect(try registry.history(of: Sample.name()).filter { $0.kind == .promoted }.count == moved)
        }
        let last = try #require(try registry.history(of: Sample.name()).last)
        #expect(try registry.aliases(of: Sample.name())[.production] == last.version)
    }

    @Test func manyMayOpenANewRegistryAtOnce() async throws {
        let layout = RegistryLayout(root: folder.url.appending(path: "registry"))
        try RegistryLayout.initialize(at: layout.root)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { _ = try Sample.open(layout).recordedAdapters() } }
            try await group.waitForAll()
        }
    }

    /// A copy taken within a transaction is what a kill at that moment leaves: the file, and the journal that undoes it.
    @Test func aKillWithinATransactionLeavesTheStateBeforeIt() throws {
        let registry = try Sample.registry(in: folder)
        let version = try Sample.admit(to: registry).version
        let copy = folder.url.appending(path: "copy")
        try registry.write { database in
            // Small enough a cache that changed pages are written to the file before the commit.
            try database.execute(sql: "PRAGMA cache_size = 1")
            let filler = String(repeating: "x", count: 20_000)
            for number in 1...50 {
                try database.execute(
                    sql:
                        "INSERT INTO decisions (adapter, id, question, answer, verdict, at) VALUES (?, ?, 'admit', 'no', json_quote(?), 0)",
                    arguments: [Sample.adapter, number, filler])
            }
            try FileManager.default.copyItem(at: registry.layout.root, to: copy)
        }
        #expect(try registry.decisions(of: Sample.name()).count == 50)
        let journal = RegistryLayout(root: copy).database.path + "-journal"
        #expect(FileManager.default.fileExists(atPath: journal), "the copy holds a hot journal")
        let revived = try Sample.open(RegistryLayout(root: copy))
        #expect(try revived.decisions(of: Sample.name()).isEmpty)
        #expect(try revived.versions(of: Sample.name()).map(\.version) == [version])
        #expect(try revived.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    }

    @Test func aLaterSchemaIsLeftAlone() throws {
        let registry = try Sample.registry(in: folder)
        try registry.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')") }
        #expect(throws: RegistryError.newerSchema(path: registry.layout.database.path)) {
            try Sample.open(registry.layout)
        }
    }

    @Test func aDamagedFileIsAnIntegrityFailure() throws {
        let layout = try Sample.registry(in: folder).layout
        try Data("this was a database".utf8).write(to: layout.database)
        let error = try #require(throws: RegistryError.self) { try Sample.open(layout) }
        #expect(error.explanation.kind == .integrity)
    }

    @Test(
        arguments: [
            "UPDATE runs SET plan = '{'", "UPDATE runs SET adapter = '..'", "UPDATE runs SET base = '{}'",
            "UPDATE runs SET plan_digest = 'x'",
        ])
    func aRowThatIsNotWhatWeWriteIsDamage(sql: String) throws {
        let registry = try Sample.registry(in: folder)
        try Sample.admit(to: registry)
        try registry.write { database in try database.execute(sql: "PRAGMA ignore_check_constraints = ON; \(sql)") }
        let adapter = try Sample.name(sql.contains("'..'") ? "other" : Sample.adapter)
        let error = try #require(throws: DamagedRecord.self) {
            _ = try registry.recordedAdapters()
            _ = try registry.runs(of: adapter)
        }
        #expect(error.source == .index)
        #expect(error.explanation.kind == .integrity)
    }

    @Test func evidenceIsFoundAgainUnderTheSameConditionsOnly() throws {
        let registry = try Sample.registry(in: folder)
        let subject = ContentDigest(of: [1])
        func key(_ kind: String = "base_error", _ metric: JSONValue = "exact_match", rows: Int = 120) -> RecordedMeasurement.Key {
            RecordedMeasurement.Key(kind: kind, subject: subject, conditions: ["metric": metric, "rows": .integer(rows)])
        }
        #expect(try registry.measurement(key()) == nil)
        for errors in [70, 73] {
            try registry.record(
                RecordedMeasurement(
                    key: key(), adapter: Sample.name(), result: ["errors": .integer(errors), "share": 0.1], at: Sample.time))
        }
        #expect(try registry.measurement(key())?.result == ["errors": 73, "share": 0.1], "the latest counts")
        #expect(try registry.measurement(key("evaluation")) == nil)
        #expect(try registry.measurement(key(rows: 121)) == nil)
        let reordered = RecordedMeasurement.Key(
            kind: "base_error", subject: subject, conditions: ["rows": 120, "metric": "exact_match"])
        #expect(try registry.measurement(reordered) != nil)
    }

    @Test func theLedgerKeepsEveryVerdictInOrder() throws {
        let registry = try Sample.registry(in: folder)
        let decisions = try ["not_enough_evidence", "yes"].map {
            Decision(
                adapter: try Sample.name(), question: .shouldFinetune, answer: $0, verdict: ["verdict": .string($0)],
                at: Sample.time)
        }
        for decision in decisions { try registry.record(decision) }
        #expect(try registry.decisions(of: Sample.name()) == decisions)
    }
}
