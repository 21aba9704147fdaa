import Crypto
import DurableFiles
import Foundation

/// The SHA-1 over all that stands before it, with which git ends its packs and their indices.
public enum TrailingSum {
    private static let size = 20

    public static func holds(in file: URL) throws -> Bool {
        var (hash, held) = (Insecure.SHA1(), Data())
        try FileBytes.read(file) { piece in
            held.append(contentsOf: piece)
            guard held.count > size else { return }
            hash.update(data: held.dropLast(size))
            held = Data(held.suffix(size))
        }
        return held.elementsEqual(hash.finalize())
    }
}
