import Digests
import Foundation

/// A data file, encoded for one base under one plan.
public struct Dataset: Sendable {
    public let path: String
    public let rows: [DataRow]
    /// One for each row, in the same order.
    public let encoded: [EncodedRow]
    /// Lines that training leaves out although there is something to learn from them.
    private var leftOut: Set<Int> = []

    /// - Throws: `DataError` for a row that cannot be read, or when no row has anything to learn from.
    public init(_ file: DataFile, encoder: RowEncoder) throws(DataError) {
        path = file.path
        rows = file.rows
        var encoded: [EncodedRow] = []
        for row in file.rows { encoded.append(try encoder.encode(row, of: file.path)) }
        self.encoded = encoded
        guard !examples.isEmpty else { throw DataError(.nothingSupervised(rows: rows.count), file: path) }
    }

    /// The rows that training uses: all but those with a fault and those left out.
    public var examples: [EncodedRow] { encoded.filter { $0.fault == nil && !leftOut.contains($0.line) } }

    public var leftOutRows: Int { leftOut.count }

    /// The same rows, of which training uses none of these lines.
    public func leavingOut(_ lines: [Int]) -> Dataset {
        var dataset = self
        dataset.leftOut.formUnion(lines)
        return dataset
    }

    /// - Throws: `DataError.allLeftOut` when nothing is left to learn from.
    public func requireExamples() throws(DataError) {
        guard !examples.isEmpty else { throw DataError(.allLeftOut(rows: leftOut.count), file: path) }
    }

    /// Of the examples: what the weights can depend on, whatever the file looks like.
    public var digest: ContentDigest { examples.contentDigest }
}

extension [EncodedRow] {
    /// SHA-256 over the tokens and labels of all rows.
    var contentDigest: ContentDigest {
        var bytes = Data()
        for row in self {
            for number in [Int32(row.tokens.count)] + row.tokens + row.labels {
                Swift.withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
        return ContentDigest(of: bytes)
    }
}
