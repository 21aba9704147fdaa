import Adapters
import Digests
import Foundation
import StrictJSON
import TestSupport

@testable import Versions

/// Data sets to store.
struct DatasetSample {
    let draft: DatasetDraft

    /// - Parameter rows: lines of the training file; 30,000 make it larger than what git itself keeps.
    init(
        _ rows: [String], heldOut: [String] = [#"{"prompt": "p", "completion": "c"}"#], keepsRows: Bool = true,
        in folder: TemporaryFolder
    )
        throws
    {
        var files: [DatasetSplit: URL] = [:]
        var parts: [DatasetSplit: DatasetManifest.Part] = [:]
        for (split, lines) in [(DatasetSplit.train, rows), (.heldOut, heldOut)] {
            let data = Data(lines.map { $0 + "\n" }.joined().utf8)
            let file = folder.url.appending(path: "\(UUID().uuidString).jsonl")
            try data.write(to: file)
            files[split] = file
            parts[split] = DatasetManifest.Part(
                split: .init(digest: ContentDigest(of: data), rows: lines.count), bytes: data.count,
                source: "data/\(split.fileName)")
        }
        let manifest = DatasetManifest(train: parts[.train]!, heldOut: parts[.heldOut], keepsRows: keepsRows)
        draft = DatasetDraft(
            manifest: manifest, report: ["schema": "lora.data-report/1", "rows": .integer(rows.count)], files: files,
            message: VersionMessage(
                subject: "\(manifest.id): \(rows.count) rows",
                trailers: [.init("Dataset", "\(manifest.id)"), .init("Dataset-Digest", "\(manifest.id.digest)")]))
    }

    static func rows(_ numbers: Range<Int>) -> [String] {
        numbers.map { #"{"prompt": "question \#($0)", "completion": "answer"}"# }
    }

    var id: DatasetID { draft.manifest.id }

    func bytes(_ split: DatasetSplit) throws -> Data { try Data(contentsOf: draft.files[split]!) }

    @discardableResult
    func store(in store: VersionStore) throws -> DatasetID {
        try store.store(draft, author: Sample.author, at: Sample.time)
        return id
    }
}
