import Adapters
import Digests
import DurableFiles
import Foundation
import StrictJSON

extension AdapterRegistry {
    /// What the last look at the hub showed about a base as it is pinned now; nil when there was none, or its record cannot be read.
    public func upstream(of base: BaseDeclaration) -> UpstreamRecord? {
        guard let record = latestUpstream(of: base.name), record.pin == base.digest else { return nil }
        return record
    }

    /// As `upstream(of:)`, of whatever pin it was.
    func latestUpstream(of base: BaseName) -> UpstreamRecord? {
        guard let data = FileManager.default.contents(atPath: layout.upstream(of: base).path), data.count < 1 << 20 else {
            return nil
        }
        do {
            return UpstreamRecord(try JSONValue(parsing: data), of: base)
        } catch {
            // the next look writes it anew
            return nil
        }
    }

    public func record(_ record: UpstreamRecord) throws {
        let file = layout.upstream(of: record.base)
        try DurableFile.makeFolder(file.deletingLastPathComponent(), permissions: 0o700)
        try DurableFile.write(Data((record.json.text(.pretty) + "\n").utf8), to: file, permissions: 0o600)
    }
}

extension RegistryLayout {
    func upstream(of base: BaseName) -> URL { state.appending(path: "upstream/\(base).json") }
}

extension UpstreamRecord {
    private static let schema = "lora.upstream/1"

    var json: JSONValue {
        [
            "schema": .string(Self.schema), "base": .string(base.text), "pin": .string("\(pin)"),
            "looked_at": .string("\(lookedAt)"),
            "commit": commit.map { .string($0) } ?? .null,
            "changes": .object(
                JSONObject(Set(changes.keys).inOrder.map { ($0.rawValue, .string("\(changes[$0] ?? lookedAt)")) })),
            "newer": .array(newer.map { .string($0) }),
        ]
    }

    /// Nil unless it is what `json` writes.
    init?(_ json: JSONValue, of base: BaseName) {
        guard json["schema"]?.stringValue == Self.schema, json["base"]?.stringValue == base.text,
            let pin = json["pin"]?.stringValue.flatMap({ ContentDigest($0) }),
            let lookedAt = json["looked_at"]?.stringValue.flatMap({ Timestamp($0) }),
            let entries = json["changes"]?.objectValue, let newer = json["newer"]?.arrayValue
        else { return nil }
        var changes: [BaseChange: Timestamp] = [:]
        for (name, since) in entries.members {
            guard let change = BaseChange(rawValue: name), let since = since.stringValue.flatMap({ Timestamp($0) }) else {
                return nil
            }
            changes[change] = since
        }
        self.init(
            base: base, pin: pin, lookedAt: lookedAt, commit: json["commit"]?.stringValue, changes: changes,
            newer: newer.compactMap(\.stringValue))
    }
}
