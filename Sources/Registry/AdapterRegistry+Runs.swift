import Adapters
import GRDB

extension AdapterRegistry {
    /// Records that a run starts. A run of the same adapter that still counts as running must be dead, since its lease is ours:
    /// it becomes interrupted.
    public func beginRun(_ start: RunStart, under lease: AdapterLease) throws -> Run {
        precondition(lease.adapter == start.adapter, "a lease covers its own adapter only")
        return try change(start.adapter) { transaction in
            try Self.interruptRuns(of: start.adapter, at: start.at, &transaction)
            let id = RunID(try Self.next(in: "runs", of: start.adapter, transaction.database))
            // by its folder a run is known to be of this registry, and not one that a pull told of
            _ = try stagingFolder(of: id, under: lease)
            try transaction.make(.runBegan(id, start))
            return Run(id: id, start: start, end: nil)
        }
    }

    /// Takes a run up again that was interrupted or failed: what it saved until then is still good.
    ///
    /// - Throws: `RunError.unknown` or `.cannotResume`.
    public func resumeRun(_ id: RunID, under lease: AdapterLease, at time: Timestamp) throws -> Run {
        try change(lease.adapter) { transaction in
            let run = try Self.run(id, of: lease.adapter, transaction.database)
            // Started and yet ours: its process died.
            guard run.state != .finished else { throw RunError.cannotResume(id, run.state) }
            try Self.interruptRuns(of: lease.adapter, at: time, &transaction)
            try transaction.make(.runResumed(id))
            return Run(id: id, start: run.start, end: nil)
        }
    }

    /// Closes a run that left no version.
    ///
    /// - Precondition: the outcome is not `.admitted`; that is what `admit` records.
    public func endRun(_ id: RunID, of adapter: AdapterName, _ outcome: Run.Outcome, at time: Timestamp) throws {
        precondition(outcome.version == nil, "a version is admitted by `admit`")
        try change(adapter) { transaction in try Self.end(id, outcome, at: time, &transaction) }
    }

    public func run(_ id: RunID, of adapter: AdapterName) throws -> Run {
        try read { database in try Self.run(id, of: adapter, database) }
    }

    /// The runs of an adapter, oldest first.
    public func runs(of adapter: AdapterName) throws -> [Run] { try read { database in try Self.runs(of: adapter, database) } }
}

extension AdapterRegistry {
    static func runs(of adapter: AdapterName, _ database: Database) throws -> [Run] {
        try rows("runs", of: adapter, database).map { try Run($0) }
    }

    static func knownRun(_ id: RunID, of adapter: AdapterName, _ database: Database) throws -> Run? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM runs WHERE adapter = ? AND id = ?", arguments: [adapter.text, id.number]
        ).map { try Run($0) }
    }

    static func run(_ id: RunID, of adapter: AdapterName, _ database: Database) throws -> Run {
        guard let run = try knownRun(id, of: adapter, database) else { throw RunError.unknown(id) }
        return run
    }

    static func end(
        _ id: RunID, _ outcome: Run.Outcome, at time: Timestamp, _ transaction: inout ChangeTransaction
    ) throws {
        let state = try run(id, of: transaction.adapter, transaction.database).state
        guard state == .started else { throw RunError.over(id, state) }
        try transaction.make(.runEnded(id, Run.End(outcome, at: time)))
    }

    /// Marks started runs of an adapter as interrupted; the caller holds the lease, so that none of this registry's lives.
    ///
    /// - Parameter isDead: which of them; all when it is not asked.
    @discardableResult
    static func interruptRuns(
        of adapter: AdapterName, at time: Timestamp, where isDead: (RunID) -> Bool = { _ in true },
        _ transaction: inout ChangeTransaction
    ) throws -> [RunID] {
        let ids = try runs(of: adapter, transaction.database).filter { $0.state == .started }.map(\.id).filter(isDead)
        for id in ids { try end(id, .interrupted(reason: "its process ended"), at: time, &transaction) }
        return ids
    }
}
