import DurableFiles
import Foundation
import StrictJSON

extension [RegistryChange] {
    /// The bytes of an entry: `lora.changes/1`.
    public var data: Data {
        let json: JSONValue = ["schema": .string(JournalEntry.schema), "changes": .array(map(\.json))]
        return Data((json.text(.pretty) + "\n").utf8)
    }

    /// - Throws: `DamagedRecord` for what we never wrote.
    public init(parsing data: Data, of adapter: AdapterName) throws(DamagedRecord) {
        do throws(DamagedRecord) {
            let reader = try RecordReader(Self.parse(data))
            guard try reader.text("schema") == JournalEntry.schema else {
                throw reader.fault("schema", wanted: "'\(JournalEntry.schema)'")
            }
            guard let changes = try reader.value("changes").arrayValue else { throw reader.fault("changes", wanted: "a list") }
            var read: [RegistryChange] = []
            for (index, change) in changes.enumerated() {
                read.append(try RegistryChange(RecordReader(change, at: "changes[\(index)]"), adapter))
            }
            self = read
        } catch {
            throw DamagedRecord(key: error.key, wanted: error.wanted, source: .journal)
        }
    }

    private static func parse(_ data: Data) throws(DamagedRecord) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: data)
        } catch {
            throw DamagedRecord(key: JournalEntry.fileName, wanted: "a JSON text")
        }
    }
}

extension RegistryChange {
    private enum Kind: String, CaseIterable {
        case runBegan = "run_began"
        case runResumed = "run_resumed"
        case runEnded = "run_ended"
        case versionListed = "version_listed"
        case happened
        case measured
        case decided
    }

    var json: JSONValue {
        func object(_ kind: Kind, _ members: JSONObject) -> JSONValue {
            .object(JSONObject([("change", .string(kind.rawValue))] + members.members.map { ($0.0, $0.1) }))
        }
        return switch self {
        case .runBegan(let run, let start): object(.runBegan, JSONObject([("run", .string("\(run)"))] + start.members))
        case .runResumed(let run): object(.runResumed, JSONObject([("run", .string("\(run)"))]))
        case .runEnded(let run, let end): object(.runEnded, JSONObject([("run", .string("\(run)"))] + end.members))
        case .versionListed(let published):
            object(
                .versionListed,
                JSONObject([
                    ("commit", .string("\(published.commit)")), ("at", .string("\(published.at)")),
                    ("lineage", published.lineage.json),
                ]))
        case .happened(let event): object(.happened, event.json.objectValue ?? JSONObject([]))
        case .measured(let number, let measurement):
            object(.measured, JSONObject([("id", .integer(number))] + measurement.members))
        case .decided(let number, let decision): object(.decided, JSONObject([("id", .integer(number))] + decision.members))
        }
    }

    init(_ reader: RecordReader, _ adapter: AdapterName) throws(DamagedRecord) {
        switch try reader.choice("change", of: Kind.self) {
        case .runBegan: self = .runBegan(try reader.run(), try RunStart(reader, adapter))
        case .runResumed: self = .runResumed(try reader.run())
        case .runEnded: self = .runEnded(try reader.run(), try Run.End(reader, adapter))
        case .versionListed:
            let lineage = try Lineage(json: reader.value("lineage"))
            guard lineage.version.adapter == adapter else {
                throw reader.fault("lineage.version", wanted: "a version of \(adapter)")
            }
            self = .versionListed(
                PublishedVersion(commit: try reader.commit("commit"), lineage: lineage, at: try reader.timestamp("at")))
        case .happened: self = .happened(try RegistryEvent(reader, adapter))
        case .measured: self = .measured(try reader.positive("id"), try RecordedMeasurement(reader, adapter))
        case .decided: self = .decided(try reader.positive("id"), try Decision(reader, adapter))
        }
    }
}

extension RunStart {
    fileprivate var members: [(String, JSONValue)] {
        [
            ("base", base.json), ("dataset", dataset.json), ("plan", plan.json), ("plan_digest", .string("\(plan.digest)")),
            ("at", .string("\(at)")),
        ]
    }

    fileprivate init(_ reader: RecordReader, _ adapter: AdapterName) throws(DamagedRecord) {
        self.init(
            adapter: adapter, base: try BaseIdentity(reader.object("base")),
            dataset: try DatasetVersion(reader.object("dataset")),
            plan: RecordedPlan(json: try reader.value("plan"), digest: try reader.digest("plan_digest")),
            at: try reader.timestamp("at"))
    }
}

extension Run.End {
    private enum Outcome: String, CaseIterable { case admitted, rejected, failed, interrupted }

    fileprivate var members: [(String, JSONValue)] {
        let told: [(String, JSONValue)] =
            switch outcome {
            case .admitted(let version): [("outcome", "admitted"), ("version", .string("\(version)"))]
            case .rejected(let reason): [("outcome", "rejected"), ("reason", .string(reason))]
            case .failed(let reason): [("outcome", "failed"), ("reason", .string(reason))]
            case .interrupted(let reason): [("outcome", "interrupted"), ("reason", .string(reason))]
            }
        return told + [("at", .string("\(at)"))]
    }

    fileprivate init(_ reader: RecordReader, _ adapter: AdapterName) throws(DamagedRecord) {
        let outcome: Run.Outcome =
            switch try reader.choice("outcome", of: Outcome.self) {
            case .admitted: .admitted(try reader.version("version", of: adapter))
            case .rejected: .rejected(reason: try reader.text("reason"))
            case .failed: .failed(reason: try reader.text("reason"))
            case .interrupted: .interrupted(reason: try reader.text("reason"))
            }
        self.init(outcome, at: try reader.timestamp("at"))
    }
}

extension RecordedMeasurement {
    fileprivate var members: [(String, JSONValue)] {
        [
            ("kind", .string(key.kind)), ("subject", .string("\(key.subject)")), ("conditions", .string("\(key.conditions)")),
            ("result", result), ("at", .string("\(at)")),
        ]
    }

    fileprivate init(_ reader: RecordReader, _ adapter: AdapterName) throws(DamagedRecord) {
        let key = Key(
            kind: try reader.text("kind"), subject: try reader.digest("subject"), conditions: try reader.digest("conditions"))
        self.init(key: key, adapter: adapter, result: try reader.value("result"), at: try reader.timestamp("at"))
    }
}

extension Decision {
    fileprivate var members: [(String, JSONValue)] {
        [
            ("question", .string(question.rawValue)), ("answer", .string(answer)), ("verdict", verdict), ("at", .string("\(at)")),
        ]
    }

    fileprivate init(_ reader: RecordReader, _ adapter: AdapterName) throws(DamagedRecord) {
        self.init(
            recorded: try reader.value("verdict"), of: adapter, question: try reader.choice("question", of: Question.self),
            answer: try reader.text("answer"), at: try reader.timestamp("at"))
    }
}
