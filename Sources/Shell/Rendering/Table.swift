import Registry

/// Columns of text, aligned by the width of their longest cell.
struct Table {
    /// How many lines a thread makes at a time.
    static let share = 2_500

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
        let all = CollectionOfOne(header) + rows
        let widths = all.reduce(into: header.map { _ in 0 }) { widest, cells in
            for (column, cell) in cells.enumerated() { widest[column] = max(widest[column], Self.width(of: cell)) }
        }
        return inShares(of: Self.share, all) { share in share.map { line($0, widths) } }
    }

    /// Bytes first: a catalogue has thousands of lines.
    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line: [UInt8] = []
        for (column, cell) in cells.enumerated() {
            let blanks = repeatElement(UInt8(ascii: " "), count: widths[column] - Self.width(of: cell))
            if column > 0 { line += "  ".utf8 }
            if alignsRight.contains(column) { line += blanks }
            line += cell.utf8
            if !alignsRight.contains(column) { line += blanks }
        }
        line.removeLast(line.reversed().prefix { $0 == UInt8(ascii: " ") }.count)
        return String(decoding: line, as: UTF8.self)
    }

    /// Most cells are ASCII, in which nothing has to be looked up to count characters.
    private static func width(of cell: String) -> Int {
        cell.utf8.allSatisfy { $0 < 0x80 } ? cell.utf8.count : cell.count
    }
}

extension Session {
    func print(_ table: Table) { console.print(table.lines.joined(separator: "\n")) }
}
