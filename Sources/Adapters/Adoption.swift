import Digests
import StrictJSON

/// How an adapter that was trained elsewhere came into the registry.
public struct Adoption: Sendable, Hashable {
    /// The form in which the folder kept its weights.
    public enum Layout: String, Sendable, Hashable, CaseIterable {
        case peft, mlx
    }

    /// A file of the folder that the version was made from.
    public struct Source: Sendable, Hashable {
        public let name: String
        /// In bytes.
        public let size: Int
        public let digest: ContentDigest

        public init(name: String, size: Int, digest: ContentDigest) {
            self.name = name
            self.size = size
            self.digest = digest
        }
    }

    /// Something that the folder held and the version does not: a tensor, a setting or a file.
    public struct LeftOut: Sendable, Hashable {
        public let name: String
        /// What it is, in words.
        public let what: String

        public init(name: String, what: String) {
            self.name = name
            self.what = what
        }
    }

    /// The folder's path, as it was on the machine of the adoption.
    public let folder: String
    public let layout: Layout
    public let sources: [Source]
    /// What the folder said of its base; nil when it said nothing.
    public let namedBase: String?
    public let leftOut: [LeftOut]
    /// Whether part of the correction was left out on purpose.
    public let isPartial: Bool
    /// The largest difference of an element of a weight change `scale · B · A` to that of the folder, as a share of the module's
    /// largest element; 0 where the bytes are the same.
    public let largestDifference: Double
    /// What is known of the training, by the names of the trainer's options.
    public let settings: JSONObject

    public init(
        folder: String, layout: Layout, sources: [Source], namedBase: String?, leftOut: [LeftOut], isPartial: Bool,
        largestDifference: Double, settings: JSONObject
    ) {
        self.folder = folder
        self.layout = layout
        self.sources = sources
        self.namedBase = namedBase
        self.leftOut = leftOut
        self.isPartial = isPartial
        self.largestDifference = largestDifference
        self.settings = settings
    }
}

extension Adoption {
    public var json: JSONValue {
        [
            "folder": .string(folder), "layout": .string(layout.rawValue), "sources": .array(sources.map(\.json)),
            "named_base": namedBase.map { .string($0) } ?? .null,
            "left_out": .array(leftOut.map { ["name": .string($0.name), "what": .string($0.what)] }),
            "partial": .bool(isPartial), "largest_difference": .number(largestDifference), "settings": .object(settings),
        ]
    }

    init(_ reader: RecordReader) throws(DamagedRecord) {
        self.init(
            folder: try reader.text("folder"), layout: try reader.choice("layout", of: Layout.self),
            sources: try reader.list("sources") { (entry) throws(DamagedRecord) in try Source(entry) },
            namedBase: try reader.optionalText("named_base"),
            leftOut: try reader.list("left_out") { (entry) throws(DamagedRecord) in
                LeftOut(name: try entry.text("name"), what: try entry.text("what"))
            },
            isPartial: try reader.truth("partial"), largestDifference: try reader.number("largest_difference"),
            settings: JSONObject(try reader.members("settings")))
    }
}

extension Adoption.Source {
    fileprivate var json: JSONValue {
        ["name": .string(name), "size": .integer(size), "digest": .string("\(digest)")]
    }

    fileprivate init(_ reader: RecordReader) throws(DamagedRecord) {
        self.init(name: try reader.text("name"), size: try reader.count("size"), digest: try reader.digest("digest"))
    }
}
