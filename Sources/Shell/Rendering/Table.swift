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

    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    /// The lines, with an end of line between them.
    var text: String {
        let all = CollectionOfOne(header) + rows
        let widths = inShares(of: Self.share, all) { share in [columnWidths(of: share)] }
            .reduce(header.map { _ in 0 }) { widest, widths in zip(widest, widths).map { max($0, $1) } }
        return inShares(of: Self.share, all) { share in [text(of: share, widths)] }.joined(separator: "\n")
    }

    private func columnWidths(of rows: ArraySlice<[String]>) -> [Int] {
        rows.reduce(into: header.map { _ in 0 }) { widest, cells in
            for (column, cell) in cells.enumerated() { widest[column] = max(widest[column], Self.width(of: cell)) }
        }
    }

    /// Bytes first: a catalogue has thousands of lines.
    private func text(of rows: ArraySlice<[String]>, _ widths: [Int]) -> String {
        var text: [UInt8] = []
        for (number, cells) in rows.enumerated() {
            if number > 0 { text.append(UInt8(ascii: "\n")) }
            for (column, cell) in cells.enumerated() {
                let blanks = repeatElement(UInt8(ascii: " "), count: widths[column] - Self.width(of: cell))
                if column > 0 { text += "  ".utf8 }
                if alignsRight.contains(column) { text += blanks }
                text += cell.utf8
                if !alignsRight.contains(column) { text += blanks }
            }
            text.removeLast(text.reversed().prefix { $0 == UInt8(ascii: " ") }.count)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Most cells are ASCII, in which nothing has to be looked up to count characters.
    private static func width(of cell: String) -> Int {
        cell.utf8.allSatisfy { $0 < 0x80 } ? cell.utf8.count : cell.count
    }
}

extension Session {
    func print(_ table: Table) { console.print(table.text) }
}
