import Adapters
import Digests
import DurableFiles
import Foundation

extension DatasetVersion {
    /// The version that the bytes of some files are.
    public init(train: URL, heldOut: URL?) throws {
        self.init(train: try Split(of: train), heldOut: try heldOut.map { try Split(of: $0) })
    }
}

extension DatasetVersion.Split {
    /// Digests a file and counts its lines that hold more than blanks.
    public init(of file: URL) throws { self = try Self.read(file).split }

    fileprivate static func read(_ file: URL) throws -> (split: Self, bytes: Int) {
        var hash = ContentDigest.Hash()
        var (rows, bytes, lineIsBlank) = (0, 0, true)
        try FileBytes.read(file) { piece in
            hash.update(piece)
            bytes += piece.count
            for byte in piece {
                switch byte {
                case UInt8(ascii: "\n"): lineIsBlank = true
                case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
                default:
                    if lineIsBlank { rows += 1 }
                    lineIsBlank = false
                }
            }
        }
        return (Self(digest: hash.finish(), rows: rows), bytes)
    }
}

extension DatasetManifest {
    /// What the declared files of a task are now.
    public init(of data: DeclaredData, in layout: RegistryLayout) throws {
        try self.init(
            train: layout.resolve(data.train), heldOut: layout.resolve(data.heldOut), keepsRows: data.keepsRows, in: layout)
    }

    /// What files are now, wherever they lie.
    public init(train: URL, heldOut: URL?, keepsRows: Bool, in layout: RegistryLayout) throws {
        self.init(
            train: try Part(of: train, in: layout), heldOut: try heldOut.map { try Part(of: $0, in: layout) },
            keepsRows: keepsRows)
    }
}

extension DatasetManifest.Part {
    fileprivate init(of file: URL, in layout: RegistryLayout) throws {
        let (split, bytes) = try DatasetVersion.Split.read(file)
        self.init(split: split, bytes: bytes, source: layout.relative(file))
    }
}
