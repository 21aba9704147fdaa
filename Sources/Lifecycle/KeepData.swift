import Adapters
import Foundation
import StrictJSON
import Training
import Versions

extension TrainAdapter {
    /// Stores what the task trains on and is measured by, unless it is stored: whoever edits the files later takes nothing away from
    /// the run.
    func keepData(by actor: Actor, at time: Timestamp) throws {
        let (data, layout) = (task.declaration.data, workspace.layout)
        let draft = DatasetDraft(
            task.manifest, for: task.declaration, report: task.dataReport, findings: task.report.trailers,
            files: [.train: layout.resolve(data.train), .heldOut: layout.resolve(data.heldOut)])
        try workspace.versions.store(draft, author: actor, at: time)
    }
}

extension PreparedTask {
    /// The report with what it depends on besides the rows.
    var dataReport: JSONValue {
        var json = report.json(quotesAnswers: manifest.keepsRows).objectValue ?? JSONObject()
        json["examined_for"] = [
            "adapter": .string("\(declaration.name)"), "base": base.identity.json, "max_length": plan[.maxLength] ?? .null,
        ]
        return .object(json)
    }
}

extension DataReport {
    /// Stands where nobody has looked at the rows.
    static let unexamined: JSONValue = ["schema": "lora.data-report/1", "examined_for": .null]

    fileprivate var trailers: [(String, String)] {
        [
            ("Effective-Rows", "\(effectiveRows)"), ("Duplicate-Rows", "\(count(.exactDuplicate) + count(.nearDuplicate))"),
            ("Leaked-Rows", "\(leakedLines.count)"), ("Supervised-Tokens", "\(supervisedTokens)"),
        ]
    }
}

extension DatasetDraft {
    /// - Parameter findings: what the tag says of the rows beside their number.
    init(
        _ manifest: DatasetManifest, for declaration: AdapterDeclaration, report: JSONValue, findings: [(String, String)],
        files: [DatasetSplit: URL]
    ) {
        let heldOut = manifest.heldOut?.split.rows ?? 0
        let facts =
            [
                ("Dataset", "\(manifest.id)"), ("Dataset-Digest", "\(manifest.id.digest)"),
                ("Rows", "\(manifest.train.split.rows)"), ("Held-Out-Rows", "\(heldOut)"), ("Bytes", "\(manifest.bytes)"),
                ("Rows-Kept", manifest.keepsRows ? "yes" : "no"),
            ] + manifest.parts.map { ("\($0.name.rawValue)_digest".capitalizedKey, "\($0.part.split.digest)") } + findings
            + [("Stored-For", "\(declaration.name)")]
        let message = VersionMessage(
            subject: "\(manifest.id): \(counted(manifest.train.split.rows, "row")), \(heldOut) held out",
            body: "Stored for \(declaration.name): \(declaration.task)", trailers: facts.map { VersionMessage.Trailer($0, $1) })
        self.init(manifest: manifest, report: report, files: files, message: message)
    }
}
