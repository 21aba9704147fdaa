/// Columns of text, aligned by the width of their longest cell.
struct Table {
    private let header: [String]
    private let rows: [[String]]
    private let alignsRight: Set<Int>

    /// Every row has a cell for each column of the header.
    init(_ header: [String], _ rows: [[String]], alignsRight: Set<Int> = []) {
        self.header = header
        self.rows = rows
        self.alignsRight = alignsRight
    }

    var lines: [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.indices.map { padded(row[$0], to: widths[$0], right: alignsRight.contains($0)) }
            return cells.joined(separator: "  ").trimmingTrailingBlanks
        }
    }

    private func padded(_ cell: String, to width: Int, right: Bool) -> String {
        let blanks = String(repeating: " ", count: width - cell.count)
        return right ? blanks + cell : cell + blanks
    }
}

extension String {
    fileprivate var trimmingTrailingBlanks: String {
        String(reversed().drop { $0 == " " }.reversed())
    }
}

extension Session {
    func print(_ table: Table) { console.print(table.lines.joined(separator: "\n")) }
}
