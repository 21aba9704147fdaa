/// A chart of characters: eight dots in each where braille can be shown, one mark otherwise.
public struct TerminalChart: Sendable {
    public enum Style: Sendable { case braille, ascii }

    private let chart: Chart
    private let columns: Int
    private let rows: Int
    private let style: Style

    /// - Parameters:
    ///   - width: of the whole, in characters.
    ///   - height: of the plane, in lines.
    public init(_ chart: Chart, width: Int = 80, height: Int = 14, style: Style = .braille) {
        self.chart = chart
        columns = max(8, width - Self.margin)
        rows = max(2, height)
        self.style = style
    }

    /// Of the numbers on the left.
    private static let margin = 10
    /// Of the curves, where one character is all there is.
    private static let marks: [Character] = ["*", "o", "+", "x"]

    /// Empty without points.
    public var lines: [String] {
        guard let steps = chart.steps, let values = chart.values else { return [] }
        var plane = Plane(columns: columns, rows: rows, style: style)
        for (number, curve) in chart.curves.enumerated() {
            plane.draw(
                curve.points.map { point in
                    (
                        x: (Double(steps.lowerBound)...Double(steps.upperBound)).share(of: Double(point.step)),
                        y: values.share(of: point.value)
                    )
                }, mark: Self.marks[number % Self.marks.count])
        }
        let body = plane.lines.enumerated().map { row, line in
            label(ofRow: row, values) + (style == .braille ? "┤" : "|") + line
        }
        return [chart.title] + body + axis(steps) + (chart.curves.count > 1 || style == .ascii ? [legend] : [])
    }

    private func label(ofRow row: Int, _ values: ClosedRange<Double>) -> String {
        let isLabelled = row == 0 || row == rows - 1 || row == rows / 2
        let text = isLabelled ? ChartNumber.words(values.value(at: 1 - Double(row) / Double(rows - 1))) : ""
        return String(repeating: " ", count: max(0, Self.margin - 1 - text.count)) + text
    }

    private func axis(_ steps: ClosedRange<Int>) -> [String] {
        let line =
            String(repeating: " ", count: Self.margin - 1) + (style == .braille ? "└" : "+")
            + String(repeating: style == .braille ? "─" : "-", count: columns)
        let (first, last) = ("\(steps.lowerBound)", "step \(steps.upperBound)")
        let gap = max(1, columns - first.count - last.count)
        return [line, String(repeating: " ", count: Self.margin) + first + String(repeating: " ", count: gap) + last]
    }

    private var legend: String {
        let names = chart.curves.enumerated().map { number, curve in
            style == .ascii ? "\(Self.marks[number % Self.marks.count]) \(curve.name)" : "\(curve.name) \(ends(curve))"
        }
        return String(repeating: " ", count: Self.margin) + names.joined(separator: style == .ascii ? "   " : " · ")
    }

    private func ends(_ curve: Chart.Curve) -> String {
        "\(ChartNumber.words(curve.points[0].value)) → \(ChartNumber.words(curve.points[curve.points.count - 1].value))"
    }
}

/// Dots in a plane of characters.
private struct Plane {
    private let columns: Int
    private let rows: Int
    private let style: TerminalChart.Style
    /// Of each character its dots, as braille counts them.
    private var dots: [UInt8]
    private var marks: [Character?]

    init(columns: Int, rows: Int, style: TerminalChart.Style) {
        (self.columns, self.rows, self.style) = (columns, rows, style)
        dots = Array(repeating: 0, count: columns * rows)
        marks = Array(repeating: nil, count: columns * rows)
    }

    /// - Parameter points: shares of the width, ascending, and of the height, from below.
    mutating func draw(_ points: [(x: Double, y: Double)], mark: Character) {
        let (wide, high) = style == .braille ? (columns * 2, rows * 4) : (columns, rows)
        let places = points.map { point in
            (x: Int((point.x * Double(wide - 1)).rounded()), y: Int(((1 - point.y) * Double(high - 1)).rounded()))
        }
        for place in places { set(place.x, place.y, mark) }
        for (from, to) in zip(places, places.dropFirst()) {
            let length = max(abs(to.x - from.x), abs(to.y - from.y))
            guard length > 1 else { continue }
            for part in 1..<length {
                let share = Double(part) / Double(length)
                set(
                    from.x + Int((share * Double(to.x - from.x)).rounded()),
                    from.y + Int((share * Double(to.y - from.y)).rounded()), mark)
            }
        }
    }

    private mutating func set(_ x: Int, _ y: Int, _ mark: Character) {
        guard style == .braille else {
            marks[y * columns + x] = mark
            return
        }
        // the two columns of a braille character count their dots 1, 2, 3, 7 and 4, 5, 6, 8
        let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
        dots[y / 4 * columns + x / 2] |= bits[x % 2][y % 4]
    }

    var lines: [String] {
        (0..<rows).map { row in
            let cells = row * columns..<(row + 1) * columns
            let text =
                style == .braille ? String(String.UnicodeScalarView(cells.map(braille))) : String(cells.map { marks[$0] ?? " " })
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
    }

    private func braille(_ cell: Int) -> Unicode.Scalar {
        // U+2800 is a blank that not every terminal shows as one
        dots[cell] == 0 ? " " : Unicode.Scalar(0x2800 + UInt32(dots[cell])) ?? " "
    }
}
