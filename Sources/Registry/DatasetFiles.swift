import Adapters
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
    public init(of file: URL) throws {
        var hash = ContentDigest.Hash()
        var (rows, lineIsBlank) = (0, true)
        try FileBytes.read(file) { piece in
            hash.update(piece)
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
        self.init(digest: hash.finish(), rows: rows)
    }
}
