import Adapters
import Digests
import Foundation
import TestSupport

@testable import Versions

/// Candidates to commit.
enum Sample {
    static let author = Actor(name: "Ada Marin", email: "ada@example.org")
    static let time = Timestamp(secondsSinceEpoch: 1_790_000_000)

    static func version(_ number: Int, of adapter: String = "ticket-router") throws -> VersionID {
        VersionID(try AdapterName(adapter), number)
    }

    /// Of two files that nobody has.
    static let dataset = DatasetVersion(
        train: .init(digest: ContentDigest(of: [2]), rows: 600), heldOut: .init(digest: ContentDigest(of: [3]), rows: 120))

    static func lineage(_ version: VersionID, dataset: DatasetVersion = dataset) throws -> Lineage {
        Lineage(
            version: version, parent: version.number > 1 ? VersionID(version.adapter, version.number - 1) : nil,
            run: RunID(version.number),
            base: BaseIdentity(name: try BaseName("demo-base"), revision: "r1", digest: ContentDigest(of: [1])),
            dataset: dataset,
            plan: RecordedPlan(json: ["rank": 16, "learning_rate": 0.0002], digest: ContentDigest(of: [4])),
            metrics: [NamedMetric("error", 0.04)],
            startedAt: time, finishedAt: time.adding(seconds: 90), madeBy: "lora-keeper test")
    }

    static func message(_ version: VersionID) -> VersionMessage {
        VersionMessage(
            subject: "\(version.adapter) \(version.label): error 4.0 %",
            body: "Trained on ds-1a2b3c4d.\n\nThe base errs in 61 %.",
            trailers: [
                .init("Adapter", version.adapter.text), .init("Version", version.label), .init("Base", "demo-base"),
                .init("Dataset", "ds-1a2b3c4d"), .init("Rank", "16"), .init("Learning-Rate", "0.0002"),
            ])
    }

    /// Weights of 1.5 MiB, which git keeps as a pointer, and the small files beside them.
    static func candidate(
        _ version: VersionID, in folder: TemporaryFolder, weights: UInt8 = 7, dataset: DatasetVersion = dataset
    ) throws -> URL {
        let candidate = folder.url.appending(path: "candidate-\(version.adapter)-\(version.number)-\(weights)")
        let files: [(String, Data)] = [
            ("adapter_config.json", Data(#"{"r": 16}"#.utf8)),
            ("adapter_model.safetensors", Self.weights(seed: weights)),
            ("README.md", Data("# \(version)\n".utf8)), ("evaluation.json", Data("{}\n".utf8)),
            ("templates/tool_use.jinja", Data("{{ messages }}".utf8)), ("empty.txt", Data()),
            (Lineage.fileName, try lineage(version, dataset: dataset).data),
        ]
        for (path, data) in files {
            let file = candidate.appending(path: path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: file)
        }
        return candidate
    }

    private static func weights(seed: UInt8) -> Data {
        let block = Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) ^ seed })
        return (0..<384).reduce(into: Data()) { data, _ in data += block }
    }

    @discardableResult
    static func commit(
        _ version: VersionID, to store: VersionStore, in folder: TemporaryFolder, dataset: DatasetVersion = dataset
    ) throws -> CommitID {
        try store.commit(
            candidate(version, in: folder, dataset: dataset), as: version, message: message(version), author: author, at: time)
    }

    /// The files under a folder and their bytes.
    static func contents(of folder: URL) throws -> [String: Data] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        let files = paths.filter { path in
            (try? FileManager.default.attributesOfItem(atPath: folder.appending(path: path).path)[.type] as? FileAttributeType)
                == .typeRegular
        }
        return Dictionary(uniqueKeysWithValues: try files.map { ($0, try Data(contentsOf: folder.appending(path: $0))) })
    }
}
