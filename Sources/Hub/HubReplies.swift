import StrictJSON

/// What a revision is now.
public struct HubRevision: Sendable, Hashable {
    /// 40 hex digits.
    public let commit: String
    /// The repository's own name, which differs from the one asked for when it was renamed; nil where the hub does not say.
    public let name: String?
    /// Whether who asks must have accepted terms.
    public let isGated: Bool
    public let isDisabled: Bool
    /// As the hub writes it.
    public let lastModified: String?

    init(_ json: JSONValue) throws {
        guard let commit = json["sha"]?.stringValue, HubReference.isCommit(commit) else {
            throw HubReplyFault(what: "it names no commit")
        }
        self.commit = commit
        name = (json["id"] ?? json["modelId"])?.stringValue
        isGated = json["gated"].map { $0 != false && !$0.isNull } ?? false
        isDisabled = json["disabled"]?.boolValue ?? false
        lastModified = json["lastModified"]?.stringValue
    }
}

/// A model in an owner's list.
public struct HubModel: Sendable, Hashable {
    public let name: String
    /// As the hub writes it, ISO 8601.
    public let createdAt: String?

    static func list(_ json: JSONValue) throws -> [HubModel] {
        guard let entries = json.arrayValue else { throw HubReplyFault(what: "it is no list of models") }
        return try entries.map { entry in
            guard let name = (entry["id"] ?? entry["modelId"])?.stringValue else {
                throw HubReplyFault(what: "a model has no name")
            }
            return HubModel(name: name, createdAt: entry["createdAt"]?.stringValue)
        }
    }
}

/// What is wrong with a reply, in words.
struct HubReplyFault: Error {
    let what: String
}

extension HubFile {
    private static let fileLimit = 100_000

    /// The files among the entries of a tree.
    static func list(_ json: JSONValue) throws -> [HubFile] {
        guard let entries = json.arrayValue else { throw HubReplyFault(what: "it is no list of files") }
        guard entries.count <= fileLimit else { throw HubReplyFault(what: "it lists more than \(fileLimit) files") }
        return try entries.compactMap { entry in
            guard let type = entry["type"]?.stringValue else { throw HubReplyFault(what: "an entry has no type") }
            return type == "file" ? try HubFile(entry) : nil
        }
    }

    private init(_ entry: JSONValue) throws {
        guard let path = entry["path"]?.stringValue else { throw HubReplyFault(what: "a file has no path") }
        let large = entry["lfs"].flatMap { $0.isNull ? nil : $0 }
        guard let size = (large?["size"] ?? entry["size"])?.intValue, size >= 0, size < 1 << 50 else {
            throw HubReplyFault(what: "\(path) has no size")
        }
        let text = (large?["oid"] ?? large?["sha256"] ?? entry["oid"])?.stringValue ?? ""
        let hex = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
        guard hex.utf8.count == (large == nil ? 40 : 64), hex.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else {
            throw HubReplyFault(what: "\(path) has no digest")
        }
        try self.init(path: path, size: size, digest: large == nil ? .gitBlob(hex) : .sha256(hex))
    }
}
