import Foundation
import StrictJSON

extension Lineage {
    public var json: JSONValue {
        var object = JSONObject([
            ("schema", .string(adoption == nil ? Self.schema : Self.adoptedSchema)),
            ("version", .string("\(version)")),
            ("parent", Self.text(parent)),
            ("run", Self.text(run)),
            ("base", base.json),
            ("dataset", dataset?.json ?? .null),
            ("plan", plan?.json ?? .null),
            ("plan_digest", Self.text(plan?.digest)),
            ("stop_reason", Self.text(stop)),
            ("metrics", .object(JSONObject(metrics.map { ($0.name, $0.value.isFinite ? .number($0.value) : .null) }))),
            ("started_at", Self.text(startedAt)),
            ("finished_at", Self.text(finishedAt)),
            ("made_by", Self.text(madeBy)),
        ])
        if let adoption { object["adopted"] = adoption.json }
        return .object(object)
    }

    private static func text(_ value: (some CustomStringConvertible)?) -> JSONValue { value.map { .string("\($0)") } ?? .null }

    /// The bytes of `lineage.json`.
    public var data: Data { Data((json.text(.pretty) + "\n").utf8) }

    /// - Throws: `DamagedRecord` for what we never wrote; only an adopted version may lack what a training knows.
    public init(json: JSONValue) throws(DamagedRecord) {
        let reader = try RecordReader(json)
        let isAdopted = try Self.isAdopted(reader)
        func known(_ key: String) throws(DamagedRecord) -> Bool { isAdopted ? try !reader.value(key).isNull : true }
        self.init(
            version: try reader.parse("version") { text throws(NameError) in try VersionID(text) },
            parent: try reader.optionalText("parent") == nil
                ? nil : try reader.parse("parent") { text throws(NameError) in try VersionID(text) },
            run: try known("run") ? try reader.run() : nil,
            base: try BaseIdentity(reader.object("base")),
            dataset: try known("dataset") ? try DatasetVersion(reader.object("dataset")) : nil,
            plan: try known("plan_digest")
                ? RecordedPlan(json: try reader.value("plan"), digest: try reader.digest("plan_digest")) : nil,
            stop: try reader.optionalText("stop_reason"), metrics: try Self.metrics(reader),
            startedAt: try known("started_at") ? try reader.timestamp("started_at") : nil,
            finishedAt: try known("finished_at") ? try reader.timestamp("finished_at") : nil,
            madeBy: try known("made_by") ? try reader.text("made_by") : nil,
            adoption: isAdopted ? try Adoption(reader.object("adopted")) : nil)
    }

    static func isAdopted(_ reader: RecordReader) throws(DamagedRecord) -> Bool {
        let schema = try reader.text("schema")
        guard [Self.schema, Self.adoptedSchema].contains(schema) else {
            throw reader.fault("schema", wanted: "'\(Self.schema)' or '\(Self.adoptedSchema)'")
        }
        return schema == Self.adoptedSchema
    }

    static func metrics(_ reader: RecordReader) throws(DamagedRecord) -> [NamedMetric] {
        var metrics: [NamedMetric] = []
        for (name, value) in try reader.members("metrics") {
            guard let number = value.isNull ? .nan : value.doubleValue else {
                throw reader.fault("metrics.\(name)", wanted: "a number or null")
            }
            guard !NamedMetric.counts.contains(name) || Int(exactly: number).map({ $0 >= 0 }) == true else {
                throw reader.fault("metrics.\(name)", wanted: "a whole number")
            }
            metrics.append(NamedMetric(name, number))
        }
        return metrics
    }
}

extension BaseIdentity {
    public var json: JSONValue {
        ["name": .string("\(name)"), "revision": revision.map { .string($0) } ?? .null, "digest": .string("\(digest)")]
    }

    public init(json: JSONValue) throws(DamagedRecord) { try self.init(RecordReader(json)) }

    init(_ reader: RecordReader) throws(DamagedRecord) {
        self.init(
            name: try reader.parse("name") { text throws(NameError) in try BaseName(text) },
            revision: try reader.optionalText("revision"), digest: try reader.digest("digest"))
    }
}
