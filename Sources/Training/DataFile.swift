import DurableFiles
import Foundation
import StrictJSON

/// The rows of a JSONL file, in order.
public struct DataFile: Sendable {
    public let path: String
    public let rows: [DataRow]

    public init(path: String, rows: [DataRow]) {
        self.path = path
        self.rows = rows
    }

    /// Reads one JSON object per line; blank lines are passed over.
    public init(contentsOf file: URL) throws(DataError) {
        let data: Data
        do {
            data = try FileBytes.contents(of: file, limit: .max)
        } catch {
            throw DataError(.unreadable((error as? FileError)?.reason ?? "\(error)"), file: file.path)
        }
        try self.init(path: file.path, text: data)
    }

    init(path: String, text: Data) throws(DataError) {
        var rows: [DataRow] = []
        let body = text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text
        for (index, line) in body.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { continue }
            rows.append(try Self.row(line, number: index + 1, path: path))
        }
        guard !rows.isEmpty else { throw DataError(.noRows, file: path) }
        self.init(path: path, rows: rows)
    }

    private static func row(_ text: Data, number: Int, path: String) throws(DataError) -> DataRow {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            throw DataError(.notJSON(error.reason, column: error.column), file: path, line: number)
        }
        guard let object = value.objectValue else { throw DataError(.notAnObject, file: path, line: number) }
        do {
            return try RowReader(object).row(line: number)
        } catch {
            throw DataError(error.reason, file: path, line: number)
        }
    }
}
