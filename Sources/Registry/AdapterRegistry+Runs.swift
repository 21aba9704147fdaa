import Adapters
import GRDB

extension AdapterRegistry {
    /// Records that a run starts. A run of the same adapter that still counts as running must be dead, since its lease is ours:
    /// it becomes interrupted.
    public func beginRun(_ start: RunStart, under lease: AdapterLease) throws -> Run {
        precondition(lease.adapter == start.adapter, "a lease covers its own adapter only")
        return try write { database in
            try Self.interruptRuns(of: start.adapter, at: start.at, database)
            try database.execute(
                sql: """
                    INSERT INTO runs (adapter, base, base_digest, dataset, dataset_digest, plan, plan_digest, started_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """, arguments: Self.arguments(start))
            return Run(id: RunID(Int(database.lastInsertedRowID)), start: start, end: nil)
        }
    }

    /// Takes a run up again that was interrupted or failed: what it saved until then is still good.
    ///
    /// - Throws: `RunError.unknown`, `.foreign` or `.cannotResume`.
    public func resumeRun(_ id: RunID, under lease: AdapterLease, at time: Timestamp) throws -> Run {
        try write { database in
            let run = try Self.run(id, database)
            guard run.start.adapter == lease.adapter else { throw RunError.foreign(id, lease.adapter) }
            // Started and yet ours: its process died.
            guard run.state != .finished else { throw RunError.cannotResume(id, run.state) }
            try Self.interruptRuns(of: lease.adapter, at: time, database)
            try database.execute(
                sql: "UPDATE runs SET state = 'started', ended_at = NULL, reason = NULL WHERE id = ?", arguments: [id.number])
            return Run(id: id, start: run.start, end: nil)
        }
    }

    /// Closes a run that left no version.
    ///
    /// - Precondition: the outcome is not `.admitted`; that is what `admit` records.
    public func endRun(_ id: RunID, _ outcome: Run.Outcome, at time: Timestamp) throws {
        precondition(outcome.version == nil, "a version is admitted by `admit`")
        try write { database in try Self.end(id, outcome, at: time, database) }
    }

    public func run(_ id: RunID) throws -> Run { try read { database in try Self.run(id, database) } }

    /// The runs of an adapter, oldest first.
    public func runs(of adapter: AdapterName) throws -> [Run] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM runs WHERE adapter = ? ORDER BY id", arguments: [adapter.text])
                .map { try Run($0) }
        }
    }
}

extension AdapterRegistry {
    static func run(_ id: RunID, _ database: Database) throws -> Run {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM runs WHERE id = ?", arguments: [id.number]) else {
            throw RunError.unknown(id)
        }
        return try Run(row)
    }

    static func end(_ id: RunID, _ outcome: Run.Outcome, at time: Timestamp, _ database: Database) throws {
        let state = try run(id, database).state
        guard state == .started else { throw RunError.over(id, state) }
        try database.execute(
            sql: "UPDATE runs SET state = ?, ended_at = ?, version = ?, reason = ? WHERE id = ?",
            arguments: [
                outcome.state.rawValue, time.secondsSinceEpoch, outcome.version?.number, outcome.reason, id.number,
            ])
    }

    /// Marks every started run of an adapter as interrupted; the caller holds the lease, so none of them lives.
    @discardableResult
    static func interruptRuns(of adapter: AdapterName, at time: Timestamp, _ database: Database) throws -> [RunID] {
        let ids = try Int.fetchAll(
            database, sql: "SELECT id FROM runs WHERE adapter = ? AND state = 'started' ORDER BY id", arguments: [adapter.text])
        for id in ids { try end(RunID(id), .interrupted(reason: "its process ended"), at: time, database) }
        return ids.map { RunID($0) }
    }

    static func arguments(_ start: RunStart) -> StatementArguments {
        [
            start.adapter.text, start.base.json.text(), start.base.digest.hex, start.dataset.json.text(),
            start.dataset.digest.hex,
            start.plan.json.text(), start.plan.digest.hex, start.at.secondsSinceEpoch,
        ]
    }
}
