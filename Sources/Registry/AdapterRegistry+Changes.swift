import Adapters
import GRDB

/// The only place that writes rows: making a change and reading it back from the journal leave the same index.
extension AdapterRegistry {
    static func apply(_ change: RegistryChange, of adapter: AdapterName, _ database: Database) throws {
        switch change {
        case .runBegan(let run, let start): try insert(run, start, of: adapter, database)
        case .runResumed(let run):
            try database.executePrepared(
                sql:
                    "UPDATE runs SET state = 'started', ended_at = NULL, version = NULL, reason = NULL WHERE adapter = ? AND id = ?",
                arguments: [adapter.text, run.number])
        case .runEnded(let run, let end):
            try database.executePrepared(
                sql: "UPDATE runs SET state = ?, ended_at = ?, version = ?, reason = ? WHERE adapter = ? AND id = ?",
                arguments: [
                    end.outcome.state.rawValue, end.at.secondsSinceEpoch, end.outcome.version?.number, end.outcome.reason,
                    adapter.text, run.number,
                ])
        case .versionListed(let published): try insert(published, database)
        case .happened(let event): try insert(event, of: adapter, database)
        case .measured(let number, let measurement): try insert(number, measurement, database)
        case .decided(let number, let decision): try insert(number, decision, database)
        }
    }

    private static func insert(_ run: RunID, _ start: RunStart, of adapter: AdapterName, _ database: Database) throws {
        try database.executePrepared(
            sql: """
                INSERT INTO runs (adapter, id, base, base_digest, dataset, dataset_digest, plan, plan_digest, started_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                adapter.text, run.number, start.base.json.text(), start.base.digest.hex, start.dataset.json.text(),
                start.dataset.digest.hex, start.plan.json.text(), start.plan.digest.hex, start.at.secondsSinceEpoch,
            ])
    }

    private static func insert(_ published: PublishedVersion, _ database: Database) throws {
        let (version, lineage) = (published.version, published.lineage)
        try database.executePrepared(
            sql: """
                INSERT INTO versions (adapter, number, commit_id, lineage, base_digest, dataset_digest, published_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                version.adapter.text, version.number, published.commit.hex, lineage.json.text(), lineage.base.digest.hex,
                lineage.dataset?.digest.hex, published.at.secondsSinceEpoch,
            ])
    }

    /// The event's moves move the aliases; the schema sees to that.
    private static func insert(_ event: RegistryEvent, of adapter: AdapterName, _ database: Database) throws {
        try database.executePrepared(
            sql: """
                INSERT INTO events (adapter, id, kind, number, at, actor, reason, forced, other_name)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                adapter.text, event.id, event.kind.rawValue, event.version?.number, event.at.secondsSinceEpoch, "\(event.actor)",
                event.reason, event.isForced, event.otherName?.text,
            ])
        for move in event.moves {
            try database.executePrepared(
                sql: "INSERT INTO alias_moves (adapter, event, alias, from_number, to_number) VALUES (?, ?, ?, ?, ?)",
                arguments: [adapter.text, event.id, move.alias.text, move.from?.number, move.to?.number])
        }
    }

    private static func insert(_ number: Int, _ measurement: RecordedMeasurement, _ database: Database) throws {
        let key = measurement.key
        try database.executePrepared(
            sql: "INSERT INTO measurements (adapter, id, kind, subject, conditions, result, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                measurement.adapter.text, number, key.kind, key.subject.hex, key.conditions.hex, measurement.result.text(),
                measurement.at.secondsSinceEpoch,
            ])
    }

    private static func insert(_ number: Int, _ decision: Decision, _ database: Database) throws {
        try database.executePrepared(
            sql: "INSERT INTO decisions (adapter, id, question, answer, verdict, at) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                decision.adapter.text, number, decision.question.rawValue, decision.answer, decision.verdict.text(),
                decision.at.secondsSinceEpoch,
            ])
    }

    /// The number that the next row of an adapter gets in a table.
    static func next(in table: String, of adapter: AdapterName, _ database: Database) throws -> Int {
        let next = try Int.fetchOne(
            database, sql: "SELECT coalesce(max(id), 0) + 1 FROM \(table) WHERE adapter = ?", arguments: [adapter.text])
        return try Row.counted(next ?? 1, "id")
    }

    /// Changes that lead to what the index knows of an adapter.
    static func snapshot(of adapter: AdapterName, _ database: Database) throws -> [RegistryChange] {
        let runs = try runs(of: adapter, database).flatMap { run in
            [.runBegan(run.id, run.start)] + (run.end.map { [.runEnded(run.id, $0)] } ?? []) as [RegistryChange]
        }
        let versions = try published(of: adapter, database).map { RegistryChange.versionListed($0) }
        let events = try events(of: adapter, database).map { RegistryChange.happened($0) }
        let measurements = try rows("measurements", of: adapter, database).map { row in
            RegistryChange.measured(try row.decode(Int.self, forColumn: "id"), try RecordedMeasurement(row))
        }
        let decisions = try rows("decisions", of: adapter, database).map { row in
            RegistryChange.decided(try row.decode(Int.self, forColumn: "id"), try Decision(row))
        }
        return runs + versions + events + measurements + decisions
    }

    static func rows(_ table: String, of adapter: AdapterName, _ database: Database) throws -> [Row] {
        try Row.fetchAll(database, sql: "SELECT * FROM \(table) WHERE adapter = ? ORDER BY id", arguments: [adapter.text])
    }
}

extension Database {
    /// One statement for many rows: preparing it takes longer than running it.
    fileprivate func executePrepared(sql: String, arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
