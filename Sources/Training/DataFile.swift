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
        try self.init(path: file.path, text: try Self.text(of: file))
    }

    public init(path: String, text: Data) throws(DataError) {
        var rows: [DataRow] = []
        for (number, line) in Self.lines(of: text) { rows.append(try DataRow(parsing: line, number: number, of: path)) }
        guard !rows.isEmpty else { throw DataError(.noRows, file: path) }
        self.init(path: path, rows: rows)
    }

    /// The bytes of a file, for whoever reads more from them than its rows: read again, it may be another.
    public static func text(of file: URL) throws(DataError) -> Data {
        do {
            return try FileBytes.contents(of: file, limit: .max)
        } catch {
            throw DataError(.unreadable((error as? FileError)?.reason ?? "\(error)"), file: file.path)
        }
    }

    /// The lines that are not blank with their numbers from 1, without the mark that some programs put before a text.
    public static func lines(of text: Data) -> some Sequence<(number: Int, line: Data)> {
        let body = text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text
        return body.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated().lazy
            .filter { $0.element.contains { ![0x20, 0x09, 0x0D].contains($0) } }.map { ($0.offset + 1, $0.element) }
    }
}

extension DataRow {
    /// Reads one line of a data file.
    ///
    /// - Throws: `DataError` at that line.
    public init(parsing line: some ContiguousBytes, number: Int, of path: String) throws(DataError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: line)
        } catch {
            throw DataError(.notJSON(error.reason, column: error.column), file: path, line: number)
        }
        guard let object = value.objectValue else { throw DataError(.notAnObject, file: path, line: number) }
        try self.init(object, number: number, of: path)
    }

    public init(_ object: JSONObject, number: Int, of path: String) throws(DataError) {
        do {
            self = try RowReader(object).row(line: number)
        } catch {
            throw DataError(error.reason, file: path, line: number)
        }
    }
}
