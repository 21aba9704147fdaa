import Adapters
import Digests
import GRDB
import StrictJSON

/// How records lie in the index, and how they are read back. A row that cannot be read is damage, not absence.
extension Row {
    private func damaged(_ column: String, wanted: String) -> DamagedRecord {
        DamagedRecord(key: column, wanted: wanted, source: .index)
    }

    func text(_ column: String) throws -> String {
        guard let text = try decode(String?.self, forColumn: column) else { throw damaged(column, wanted: "a text") }
        return text
    }

    func json(_ column: String) throws -> JSONValue { try RecordedText.json(text(column), of: column) }

    func timestamp(_ column: String) throws -> Timestamp {
        try Self.moment(decode(Int.self, forColumn: column), column)
    }

    static func moment(_ seconds: Int, _ column: String) throws -> Timestamp {
        guard (Timestamp.earliest.secondsSinceEpoch...Timestamp.latest.secondsSinceEpoch).contains(seconds) else {
            throw DamagedRecord(key: column, wanted: "a moment of the calendar", source: .index)
        }
        return Timestamp(secondsSinceEpoch: seconds)
    }

    func adapter(_ column: String = "adapter") throws -> AdapterName {
        let text = try text(column)
        do throws(NameError) {
            return try AdapterName(text)
        } catch {
            throw damaged(column, wanted: "the name of an adapter")
        }
    }

    func alias(_ column: String) throws -> AliasName {
        let text = try text(column)
        do throws(NameError) {
            return try AliasName(text)
        } catch {
            throw damaged(column, wanted: "the name of an alias")
        }
    }

    /// Versions and runs count from 1.
    static func counted(_ number: Int, _ column: String) throws -> Int {
        guard number > 0 else { throw DamagedRecord(key: column, wanted: "a number from 1", source: .index) }
        return number
    }

    func version(_ column: String = "number", of adapter: AdapterName) throws -> VersionID? {
        try decode(Int?.self, forColumn: column).map { VersionID(adapter, try Self.counted($0, column)) }
    }

    func numberedVersion(of adapter: AdapterName) throws -> VersionID {
        guard let version = try version(of: adapter) else { throw damaged("number", wanted: "the number of a version") }
        return version
    }

    func run() throws -> RunID { RunID(try Self.counted(decode(Int.self, forColumn: "id"), "id")) }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ column: String, of type: Choice.Type) throws -> Choice {
        guard let choice = Choice(rawValue: try text(column)) else {
            throw damaged(column, wanted: "one of \(type.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    func actor(_ column: String) throws -> Actor {
        guard let actor = Actor(try text(column)) else { throw damaged(column, wanted: "a name and an address") }
        return actor
    }

    func digest(_ column: String) throws -> ContentDigest {
        guard let digest = ContentDigest(try text(column)) else { throw damaged(column, wanted: "a SHA-256 digest") }
        return digest
    }

    func commit(_ column: String) throws -> CommitID {
        guard let commit = CommitID(try text(column)) else { throw damaged(column, wanted: "a commit id") }
        return commit
    }
}

enum RecordedText {
    /// The value that the text of a column stands for.
    static func json(_ text: String, of column: String) throws -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: text)
        } catch {
            throw DamagedRecord(key: column, wanted: "a JSON text", source: .index)
        }
    }
}

extension Run {
    init(_ row: Row) throws {
        let adapter = try row.adapter()
        let start = RunStart(
            adapter: adapter, base: try BaseIdentity(json: row.json("base")),
            dataset: try DatasetVersion(json: row.json("dataset")),
            plan: RecordedPlan(json: try row.json("plan"), digest: try row.digest("plan_digest")),
            at: try row.timestamp("started_at"))
        self.init(id: try row.run(), start: start, end: try End(row, adapter))
    }
}

extension Run.End {
    init?(_ row: Row, _ adapter: AdapterName) throws {
        let outcome: Run.Outcome
        switch (try row.choice("state", of: Run.State.self), try row.version("version", of: adapter)) {
        case (.started, _): return nil
        case (.finished, let version?): outcome = .admitted(version)
        case (.finished, nil): outcome = .rejected(reason: try row.text("reason"))
        case (.failed, _): outcome = .failed(reason: try row.text("reason"))
        case (.interrupted, _): outcome = .interrupted(reason: try row.text("reason"))
        }
        self.init(outcome, at: try row.timestamp("ended_at"))
    }
}

extension Run.Outcome {
    var version: VersionID? { if case .admitted(let version) = self { version } else { nil } }
}

extension PublishedVersion {
    init(_ row: Row) throws {
        self.init(
            commit: try row.commit("commit_id"), lineage: try Lineage(json: row.json("lineage")),
            at: try row.timestamp("published_at"))
    }
}

extension RecordedMeasurement {
    init(_ row: Row) throws {
        let key = Key(kind: try row.text("kind"), subject: try row.digest("subject"), conditions: try row.digest("conditions"))
        self.init(key: key, adapter: try row.adapter(), result: try row.json("result"), at: try row.timestamp("at"))
    }
}

extension Decision {
    init(_ row: Row) throws {
        self.init(
            recorded: try row.json("verdict"), of: try row.adapter(), question: try row.choice("question", of: Question.self),
            answer: try row.text("answer"), at: try row.timestamp("at"))
    }
}
