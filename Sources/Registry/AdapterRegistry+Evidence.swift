import Adapters
import DurableFiles
import GRDB

extension AdapterRegistry {
    public func record(_ measurement: RecordedMeasurement) throws {
        try write { database in
            let key = measurement.key
            try database.execute(
                sql: "INSERT INTO measurements (kind, subject, conditions, adapter, result, at) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    key.kind, key.subject.hex, key.conditions.hex, measurement.adapter.text, measurement.result.text(),
                    measurement.at.secondsSinceEpoch,
                ])
        }
    }

    /// The latest measurement under the same conditions; nil when there is none and it must be taken.
    public func measurement(_ key: RecordedMeasurement.Key) throws -> RecordedMeasurement? {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM measurements WHERE kind = ? AND subject = ? AND conditions = ? ORDER BY id DESC LIMIT 1
                    """, arguments: [key.kind, key.subject.hex, key.conditions.hex])
            return try row.map { row in
                RecordedMeasurement(
                    key: key, adapter: try row.adapter(), result: try row.json("result"), at: try row.timestamp("at"))
            }
        }
    }

    /// Adds a verdict to the decision ledger.
    public func record(_ decision: Decision) throws {
        try write { database in
            try database.execute(
                sql: "INSERT INTO decisions (adapter, question, answer, verdict, at) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    decision.adapter.text, decision.question.rawValue, decision.answer, decision.verdict.text(),
                    decision.at.secondsSinceEpoch,
                ])
        }
    }

    /// The verdicts on an adapter, oldest first.
    public func decisions(of adapter: AdapterName) throws -> [Decision] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM decisions WHERE adapter = ? ORDER BY id", arguments: [adapter.text])
                .map { row in
                    Decision(
                        adapter: adapter, question: try row.choice("question", of: Decision.Question.self),
                        answer: try row.text("answer"), verdict: try row.json("verdict"), at: try row.timestamp("at"))
                }
        }
    }
}
