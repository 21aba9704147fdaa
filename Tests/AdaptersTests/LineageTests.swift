import Adapters
import Digests
import Faults
import StrictJSON
import Testing

@Suite struct LineageTests {
    static func lineage(metrics: [NamedMetric] = [NamedMetric("error", 0.04), NamedMetric("eval_loss", 1)]) throws -> Lineage {
        let adapter = try AdapterName("ticket-router")
        return Lineage(
            version: VersionID(adapter, 2), parent: VersionID(adapter, 1), run: RunID(7),
            base: BaseIdentity(name: try BaseName("demo-base"), revision: nil, digest: ContentDigest(of: [1])),
            dataset: DatasetVersion(train: .init(digest: ContentDigest(of: [2]), rows: 600), heldOut: nil),
            plan: RecordedPlan(json: ["rank": 16, "learning_rate": 2e-4, "dropout": 0.0], digest: ContentDigest(of: [4])),
            metrics: metrics,
            startedAt: Timestamp(secondsSinceEpoch: 1_790_000_000), finishedAt: Timestamp(secondsSinceEpoch: 1_790_000_090),
            madeBy: "lora-keeper 0.1")
    }

    @Test func aLineageReadsBackFromItsFile() throws {
        let lineage = try Self.lineage()
        #expect(try Lineage(json: JSONValue(parsing: lineage.data)) == lineage)
    }

    static func adopted() throws -> Lineage {
        let adoption = Adoption(
            folder: "/elsewhere/adapter", layout: .peft,
            sources: [.init(name: "adapter_model.safetensors", size: 12, digest: ContentDigest(of: [7]))],
            namedBase: "org/base", leftOut: [.init(name: "optimizer.pt", what: "a pickle")], isPartial: true,
            largestDifference: 1e-8, settings: JSONObject([("r", 8), ("lora_alpha", 16)]))
        return Lineage(
            version: VersionID(try AdapterName("ticket-router"), 3), parent: nil, run: nil,
            base: BaseIdentity(name: try BaseName("demo-base"), revision: nil, digest: ContentDigest(of: [1])), dataset: nil,
            plan: nil, metrics: [], startedAt: nil, finishedAt: nil, madeBy: nil, adoption: adoption)
    }

    @Test func whatNobodyKnowsOfAnAdoptedVersionStaysUnknown() throws {
        let lineage = try Self.adopted()
        let read = try Lineage(json: JSONValue(parsing: lineage.data))
        #expect(read == lineage)
        #expect(read.dataset == nil && read.plan == nil && read.run == nil && read.finishedAt == nil)
        #expect(read.settings["r"] == 8)
        #expect(read.json["dataset"] == .null && read.json["plan_digest"] == .null)
    }

    @Test(arguments: ["run", "dataset", "plan_digest", "started_at", "finished_at", "made_by"])
    func aTrainedVersionMustKnowItsTraining(_ key: String) throws {
        var object = try #require(try Self.lineage().json.objectValue)
        object[key] = .null
        #expect(throws: DamagedRecord.self) { try Lineage(json: .object(object)) }
    }

    @Test func aMetricThatIsNoNumberDoesNotMakeTheVersionUnreadable() throws {
        let read = try Lineage(json: JSONValue(parsing: Self.lineage(metrics: [NamedMetric("eval_loss", .nan)]).data))
        #expect(read.metrics.map(\.name) == ["eval_loss"])
        #expect(read.metrics[0].value.isNaN)
    }

    @Test(
        arguments: [
            ("schema", "schema", "lora.lineage/3"), ("schema", "adopted", "lora.lineage/2"),
            ("version", "version", "ticket-router"), ("run", "run", 7),
            ("parent", "parent", 1),
            ("plan_digest", "plan_digest", "sha256:17"), ("metrics", "metrics.error", ["error": "low"]),
            ("metrics", "metrics.held_out_rows", ["held_out_rows": nil]),
            ("metrics", "metrics.held_out_rows", ["held_out_rows": 1e300]),
            ("metrics", "metrics.effective_examples", ["effective_examples": 2.5]),
            ("base", "base.digest", ["name": "x"]),
            ("dataset", "dataset.digest", ["train": ["digest": 1]]), ("started_at", "started_at", "yesterday"),
        ] as [(String, String, JSONValue)]) func whatWasTamperedWithIsRefusedAtItsKey(
            _ key: String, _ place: String, _ value: JSONValue
        ) throws
    {
        var object = try #require(try Self.lineage().json.objectValue)
        object[key] = value
        let error = try #require(throws: DamagedRecord.self) { try Lineage(json: .object(object)) }
        #expect(error.key.hasPrefix(place.split(separator: ".")[0]))
        #expect(error.explanation.kind == .integrity)
    }

    @Test func aDataSetThatLostASplitIsAnotherOne() {
        let split = DatasetVersion.Split(digest: ContentDigest(of: [2]), rows: 600)
        let (alone, both) = (DatasetVersion(train: split, heldOut: nil), DatasetVersion(train: split, heldOut: split))
        #expect(alone.digest != both.digest)
        #expect(both.description.hasPrefix("ds-") && both.description.count == 11)
    }
}

@Suite struct BaseFileChangeTests {
    private func file(_ path: String, _ content: UInt8) -> BaseFile {
        BaseFile(path: path, size: 1, digest: ContentDigest(of: [content]))
    }

    @Test func aPinTellsWhatCameWentAndChanged() throws {
        let base = BaseDeclaration(
            name: try BaseName("x"), folder: ".", revision: nil, files: [file("b", 1), file("a", 1), file("config.json", 1)])
        #expect(base.files.map(\.path) == ["a", "b", "config.json"])
        #expect(base.changes(to: base.files).isEmpty)
        let changes = base.changes(to: [file("config.json", 2), file("b", 1), file("model.safetensors", 1)])
        #expect(
            changes == [
                BaseFileChange(kind: .removed, path: "a"), BaseFileChange(kind: .changed, path: "config.json"),
                BaseFileChange(kind: .added, path: "model.safetensors"),
            ])
        #expect(changes.map(\.effect) == [.config, .config, .weights])
    }

    @Test func theDigestOfABaseIsItsFiles() throws {
        func digest(_ files: [BaseFile]) throws -> ContentDigest {
            BaseDeclaration(name: try BaseName("x"), folder: ".", revision: nil, files: files).digest
        }
        #expect(try digest([file("a", 1), file("b", 2)]) == digest([file("b", 2), file("a", 1)]))
        #expect(try digest([file("a", 1), file("b", 2)]) != digest([file("a", 2), file("b", 1)]))
        #expect(try digest([file("a", 1)]) != digest([file("a", 1), file("b", 2)]))
    }
}
