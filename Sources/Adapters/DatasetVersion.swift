import Digests
import StrictJSON

/// The exact data that a run learned from and was judged on.
///
/// Two data sets are the same version when the bytes of their files are the same.
public struct DatasetVersion: Sendable, Hashable, CustomStringConvertible {
    public struct Split: Sendable, Hashable {
        public let digest: ContentDigest
        /// Lines that are not blank.
        public let rows: Int

        public init(digest: ContentDigest, rows: Int) {
            self.digest = digest
            self.rows = rows
        }
    }

    public let train: Split
    public let heldOut: Split?

    public init(train: Split, heldOut: Split?) {
        self.train = train
        self.heldOut = heldOut
    }

    /// SHA-256 of the lines `train <hex>` and, if there is one, `held_out <hex>`.
    public var digest: ContentDigest {
        let lines = ["train \(train.digest.hex)\n"] + (heldOut.map { ["held_out \($0.digest.hex)\n"] } ?? [])
        return ContentDigest(of: Array(lines.joined().utf8))
    }

    public var id: DatasetID { DatasetID(digest) }

    public var description: String { id.description }
}

extension DatasetVersion {
    public var json: JSONValue {
        var object = JSONObject([("id", .string(description)), ("digest", .string("\(digest)")), ("train", train.json)])
        object["held_out"] = heldOut?.json ?? .null
        return .object(object)
    }

    public init(json: JSONValue) throws(DamagedRecord) { try self.init(RecordReader(json)) }

    init(_ reader: RecordReader) throws(DamagedRecord) {
        train = try Split(reader.object("train"))
        heldOut = try reader.optionalObject("held_out").map { (split) throws(DamagedRecord) in try Split(split) }
        let recorded = try reader.digest("digest")
        guard recorded == digest else { throw reader.fault("digest", wanted: "the digest of the splits, \(digest)") }
    }
}

extension DatasetVersion.Split {
    var json: JSONValue { ["digest": .string("\(digest)"), "rows": .integer(rows)] }

    init(_ reader: RecordReader) throws(DamagedRecord) {
        self.init(digest: try reader.digest("digest"), rows: try reader.count("rows"))
    }
}
