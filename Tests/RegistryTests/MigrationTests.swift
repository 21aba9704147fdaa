import Adapters
import Digests
import Foundation
import GRDB
import TestSupport
import Testing
import Versions

@testable import Registry

/// Every schema that was ever released is brought to the present one with all it held.
@Suite struct MigrationTests {
    static let released = ["schema-1", "schema-2", "schema-3", "schema-4", "schema-5", "schema-6"]

    let folder: TemporaryFolder
    let layout: RegistryLayout

    init() throws {
        folder = try TemporaryFolder()
        layout = RegistryLayout(root: folder.url.appending(path: "registry"))
        try RegistryLayout.initialize(at: layout.root)
        _ = try AdapterRegistry.access(to: layout)
    }

    /// Lays the index of a released schema.
    private func lay(_ schema: String) throws {
        let script = try String(contentsOf: Fixture.root.appending(path: "registry/\(schema).sql"), encoding: .utf8)
        // the script's order is that of names
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        try DatabaseQueue(path: layout.database.path, configuration: configuration).write { try $0.execute(sql: script) }
    }

    @Test(arguments: released) func aReleasedSchemaKeepsItsHistory(_ schema: String) throws {
        try lay(schema)
        let registry = try Sample.open(layout)
        let (router, greeter) = (try Sample.name(), try Sample.name("greeter"))
        #expect(try registry.runs(of: router).map(\.id.number) == [1, 4, 5])
        #expect(try registry.runs(of: router).map(\.standing) == ["finished", "finished", "interrupted"])
        #expect(try registry.runs(of: greeter).map(\.standing) == ["failed", "finished"])
        #expect(try registry.history(of: router).map(\.kind) == [.admitted, .promoted, .admitted, .promoted, .rolledBack])
        #expect(try registry.history(of: router).last?.reason == "misroutes refunds")
        #expect(
            try registry.aliases(of: router) == [.production: Sample.version(1), .candidate: Sample.version(2)])
        #expect(try registry.versions(of: greeter).map(\.version) == [Sample.version(1, of: "greeter")])
        #expect(try registry.decisions(of: router).map(\.answer) == ["yes"])
        let key = RecordedMeasurement.Key(
            kind: "base_error", subject: ContentDigest(of: Array("s".utf8)), conditions: ContentDigest(of: Array("c".utf8)))
        #expect(try registry.measurement(key)?.result == ["errors": 70])
        #expect(try registry.isSound())
        #expect(try registry.read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check") }.isEmpty)
    }

    @Test(arguments: released) func itsInvariantsStillHold(_ schema: String) throws {
        try lay(schema)
        let registry = try Sample.open(layout)
        for sql in [
            "DELETE FROM events", "UPDATE events SET reason = ''", "DELETE FROM alias_moves", "UPDATE versions SET number = 9",
            "INSERT INTO events VALUES ('ticket-router', 9, 'promoted', NULL, 0, 'ada', '', 0, NULL)",
            "INSERT INTO events VALUES ('ticket-router', 9, 'archived', 1, 0, 'ada', '', 0, NULL)",
            "INSERT INTO events VALUES ('ticket-router', 9, 'promoted', 1, 0, 'ada', ' ', 1, NULL)",
            "INSERT INTO events VALUES ('ticket-router', 9, 'renamed_to', NULL, 0, 'ada', '', 0, NULL)",
            "INSERT INTO events VALUES ('ticket-router', 9, 'pruned', 2, 0, 'ada', '', 0, NULL)",
        ] {
            #expect(throws: RegistryError.self) { try registry.write { try $0.execute(sql: sql) } }
        }
        #expect(throws: RegistryError.self, "the alias stands elsewhere") {
            try registry.write {
                try $0.execute(
                    sql: "INSERT INTO alias_moves VALUES ('ticket-router', 1, 'candidate', 1, 2)")
            }
        }
    }

    @Test(arguments: released) func itGoesOnFromThere(_ schema: String) throws {
        try lay(schema)
        let registry = try Sample.open(layout)
        let lease = try registry.lease(Sample.name(), holder: "a test")
        #expect(try registry.beginRun(Sample.start(), under: lease).id == RunID(6))
        try registry.promote(Sample.version(2), on: Sample.occasion("again"))
        #expect(try registry.history(of: Sample.name()).map(\.id) == [1, 3, 4, 5, 6, 7])
        try registry.archive(Sample.name("greeter"), on: Sample.occasion("rests"))
        #expect(try registry.states() == [Sample.name("greeter"): .archived])
        try registry.adopt(Sample.adopted(Sample.version(3)), on: Sample.occasion("from elsewhere"))
        #expect(try registry.versions(of: Sample.name()).map { $0.lineage.dataset == nil } == [false, false, true])
        let before = try registry.contents()
        let store = try VersionStore(openingAt: layout.versions)
        let rebuild = try AdapterRegistry.rebuild(
            at: layout, journal: store, git: GitVersions(tags: [], read: { _ in throw CancellationError() }),
            on: Sample.occasion())
        #expect(rebuild.differences == [])
        #expect(try registry.contents().differences(from: before).isEmpty)
    }
}
