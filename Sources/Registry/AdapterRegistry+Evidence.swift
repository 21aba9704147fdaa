import Adapters
import DurableFiles
import GRDB

extension AdapterRegistry {
    public func record(_ measurement: RecordedMeasurement) throws {
        try change(measurement.adapter) { transaction in
            let number = try Self.next(in: "measurements", of: measurement.adapter, transaction.database)
            try transaction.make(.measured(number, measurement))
        }
    }

    /// The latest measurement under the same conditions; nil when there is none and it must be taken.
    ///
    /// - Parameter now: what is dated later than this is passed over, so that one taken under a wrong clock does not hide those after it.
    public func measurement(
        _ key: RecordedMeasurement.Key, notAfter now: Timestamp = .latest
    ) throws -> RecordedMeasurement? {
        try measurements([key], notAfter: now)[key]
    }

    /// The latest measurement under each of some conditions, where there is one.
    public func measurements(
        _ keys: some Sequence<RecordedMeasurement.Key>, notAfter now: Timestamp = .latest
    ) throws -> [RecordedMeasurement.Key: RecordedMeasurement] {
        try read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT * FROM measurements WHERE kind = ? AND subject = ? AND conditions = ? AND at <= ?
                    ORDER BY at DESC, id DESC LIMIT 1
                    """)
            var found: [RecordedMeasurement.Key: RecordedMeasurement] = [:]
            for key in keys {
                let row = try Row.fetchOne(
                    statement, arguments: [key.kind, key.subject.hex, key.conditions.hex, now.secondsSinceEpoch])
                if let row { found[key] = try RecordedMeasurement(row) }
            }
            return found
        }
    }

    /// Adds a verdict to the decision ledger.
    public func record(_ decision: Decision) throws {
        try change(decision.adapter) { transaction in
            let number = try Self.next(in: "decisions", of: decision.adapter, transaction.database)
            try transaction.make(.decided(number, decision))
        }
    }

    /// The verdicts on an adapter, oldest first.
    public func decisions(of adapter: AdapterName) throws -> [Decision] {
        try read { database in try Self.rows("decisions", of: adapter, database).map { try Decision($0) } }
    }
}
