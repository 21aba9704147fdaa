import SharedWork

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

    /// As `text`, with the cells of the widest columns folded as far as it takes.
    func text(within columns: Int) -> String {
        let all = [header] + rows
        let natural = columnWidths(of: all[...])
        let room = columns - 2 * (header.count - 1)
        guard natural.reduce(0, +) > room else { return text }
        // headers stay whole as long as there is room
        let words = header.map { $0.split(separator: " ").map(\.count).max() ?? 0 }
        let widths = Self.narrowed(
            Self.narrowed(natural, to: room, noneBelow: words), to: room, noneBelow: header.map { _ in Self.narrowest })
        let lines = all.flatMap { cells in
            let parts = zip(cells, widths).map { Self.pieces($0, of: $1) }
            return (0..<(parts.map(\.count).max() ?? 0)).map { line in parts.map { line < $0.count ? $0[line] : "" } }
        }
        return text(of: lines[...], columnWidths(of: lines[...]))
    }

    private static let narrowest = 4

    /// The widest give way first.
    private static func narrowed(_ widths: [Int], to room: Int, noneBelow least: [Int]) -> [Int] {
        var widths = widths
        while widths.reduce(0, +) > room,
            let widest = widths.indices.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] })
        {
            widths[widest] -= 1
        }
        return widths
    }

    /// A cell cut between its words and behind the joints of names, and within parts that are longer.
    private static func pieces(_ cell: String, of width: Int) -> [String] {
        var pieces = [""]
        for part in parts(of: cell) {
            if pieces[pieces.count - 1].count + part.count <= width {
                pieces[pieces.count - 1] += part
                continue
            }
            var rest = part.drop { $0 == " " }
            if pieces != [""] { pieces.append("") }
            while rest.count > width {
                pieces[pieces.count - 1] = String(rest.prefix(width))
                rest = rest.dropFirst(width)
                pieces.append("")
            }
            pieces[pieces.count - 1] = String(rest)
        }
        return pieces
    }

    /// Each begins with a blank or follows a joint.
    private static func parts(of cell: String) -> [String] {
        var parts = [""]
        for character in cell {
            if character == " ", !parts[parts.count - 1].isEmpty { parts.append("") }
            parts[parts.count - 1].append(character)
            if "-_/@".contains(character) { parts.append("") }
        }
        return parts.filter { !$0.isEmpty }
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
    /// Where a terminal is narrower, the widest columns give way.
    func print(_ table: Table) { console.print(console.columns.map(table.text(within:)) ?? table.text) }
}
