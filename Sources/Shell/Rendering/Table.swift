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
        let widths = all.map { $0.map(Self.width) }
        let columns = header.indices.map { column in widths.map { $0[column] }.max() ?? 0 }
        return zip(all, widths).map { cells, widths in
            var line = ""
            for (column, cell) in cells.enumerated() {
                let blanks = String(repeating: " ", count: columns[column] - widths[column])
                line += column > 0 ? "  " : ""
                line += alignsRight.contains(column) ? blanks + cell : cell + blanks
            }
            while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
            return line
        }
    }

    /// Most cells are ASCII, in which nothing has to be looked up to count characters.
    private static func width(of cell: String) -> Int {
        cell.utf8.allSatisfy { $0 < 0x80 } ? cell.utf8.count : cell.count
    }
}

extension Session {
    func print(_ table: Table) { console.print(table.lines.joined(separator: "\n")) }
}
