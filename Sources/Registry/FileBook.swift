import Adapters
import Digests
import DurableFiles
import Foundation

/// Digests and rows of files that were read before, each known again by its stamp: a check of a thousand adapters then reads what has
/// changed, and no base or data set twice.
public struct FileBook: Sendable {
    private static let form = "files/1"

    private let book: StampBook

    public init(in layout: RegistryLayout) {
        book = StampBook(layout.caches.appending(path: "files"), form: Self.form)
    }

    public func digest(of file: URL) throws -> ContentDigest {
        try known(file.path, as: "digest") { reader in
            reader.text().flatMap { ContentDigest($0) }
        } read: {
            let digest = try ContentDigest(ofFile: file)
            var fields = FieldWriter()
            fields.add(digest.hex)
            return (digest, fields.bytes)
        }
    }

    /// Whether the digest of a file need not be computed.
    func knows(_ file: URL) throws -> Bool { try book.content(of: "digest \(file.path)", FileStamp(of: file)) != nil }

    /// - Parameter path: of a file of rows.
    public func split(at path: String) throws -> DatasetVersion.Split {
        try known(path, as: "split") { reader in
            guard let digest = reader.text().flatMap({ ContentDigest($0) }), let rows = reader.number() else { return nil }
            return DatasetVersion.Split(digest: digest, rows: rows)
        } read: {
            let split = try DatasetVersion.Split(of: URL(filePath: path))
            var fields = FieldWriter()
            fields.add(split.digest.hex)
            fields.add(split.rows)
            return (split, fields.bytes)
        }
    }

    /// Keeps what was read for the next time.
    public func save() { book.save() }

    private func known<Value>(
        _ path: String, as kind: String, parse: (inout FieldReader) -> Value?, read: () throws -> (Value, ArraySlice<UInt8>)
    ) throws -> Value {
        let (name, moment) = ("\(kind) \(path)", FileMoment.now)
        let stamp = try FileStamp(ofFileAt: path)
        if let content = book.content(of: name, stamp) {
            var reader = FieldReader(content)
            if let value = parse(&reader) { return value }
        }
        let (value, content) = try read()
        if try FileStamp(ofFileAt: path) == stamp { book.keep(content, of: name, stamp, at: moment) }
        return value
    }
}
