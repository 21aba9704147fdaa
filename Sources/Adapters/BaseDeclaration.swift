import Digests

/// A base model as it was when it was pinned, kept in `bases/NAME.yaml`.
public struct BaseDeclaration: Sendable, Hashable {
    public let name: BaseName
    /// Where the model folder lies: absolute, or relative to the registry folder.
    public let folder: String
    /// What others know it by, such as `Qwen/Qwen3-0.6B`; nil when that was not said.
    public let source: String?
    /// The revision it was taken at, when that is known.
    public let revision: String?
    /// The branch or tag of the hub whose news concern it; nil when it was not taken from there.
    public let follows: String?
    /// Sorted by path.
    public let files: [BaseFile]

    public init(
        name: BaseName, folder: String, source: String? = nil, revision: String?, follows: String? = nil, files: [BaseFile]
    ) {
        self.name = name
        self.folder = folder
        self.source = source
        self.revision = revision
        self.follows = follows
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// SHA-256 over one line `<hex> <size> <path>` for each file.
    public var digest: ContentDigest { Self.digest(of: files) }

    public var identity: BaseIdentity { BaseIdentity(name: name, revision: revision, digest: digest) }

    /// - Precondition: `files` is sorted by path.
    static func digest(of files: [BaseFile]) -> ContentDigest {
        ContentDigest(of: Array(files.lines.utf8))
    }
}

extension [BaseFile] {
    /// The text whose digest is that of a base, sorted by path.
    public var lines: String { map { "\($0.digest.hex) \($0.size) \($0.path)\n" }.joined() }

    /// Nil unless it is what `lines` writes.
    public init?(lines text: String) {
        self = []
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, let digest = ContentDigest(String(parts[0])), let size = Int(parts[1]) else { return nil }
            append(BaseFile(path: String(parts[2]), size: size, digest: digest))
        }
    }
}

/// A file of a model folder.
public struct BaseFile: Sendable, Hashable {
    /// Relative to the model folder, parts parted by `/`.
    public let path: String
    /// In bytes.
    public let size: Int
    public let digest: ContentDigest

    public init(path: String, size: Int, digest: ContentDigest) {
        self.path = path
        self.size = size
        self.digest = digest
    }
}
