import Faults
import Foundation
import StrictJSON

/// What rows have beside question and answer: the columns by which they can be parted.
public enum RowColumns {
    /// More values than this make parts of rows that say nothing.
    public static let largestCount = 100
    /// Of a row that does not have the column.
    public static let missing = "(none)"

    /// The values of some columns for each row of a file's text, as texts; a column within others is named by dots.
    ///
    /// - Throws: `DataError` for a column that no row has, or with too many values.
    public static func values(of columns: [String], in text: Data, of file: String) throws -> [(name: String, values: [String])] {
        guard !columns.isEmpty else { return [] }
        let rows = try DataFile.lines(of: text).map { try JSONValue(parsing: $0.line) }
        return try columns.map { column in (column, try values(of: column, rows, file)) }
    }

    private static func values(of column: String, _ rows: [JSONValue], _ file: String) throws(DataError) -> [String] {
        let path = column.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let found = rows.map { row in row[column] ?? path.reduce(row as JSONValue?) { $0?[$1] } }
        guard found.contains(where: { $0 != nil }) else {
            let known = Set(rows.flatMap { $0.objectValue?.keys ?? [] })
            throw DataError(.noColumn(column, nearest: nearestName(to: column, among: known.sorted())), file: file)
        }
        let values = found.map { value in value.map { $0.stringValue ?? $0.text() } ?? missing }
        let count = Set(values.map(ByteText.init)).count
        guard count <= largestCount else {
            throw DataError(.manySlices(column, values: count, limit: largestCount), file: file)
        }
        return values
    }
}
