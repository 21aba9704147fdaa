/// A frozen weight W [outputs, inputs] in the form it is kept in.
public enum LinearWeight: Sendable {
    case float32(Matrix)
    case bfloat16(BrainFloatMatrix)
    case nf4(NF4Matrix)
    /// Decoded from its file wherever it is used.
    case merged(MergedMatrix)

    public var outputs: Int {
        switch self {
        case .float32(let matrix): matrix.rows
        case .bfloat16(let matrix): matrix.rows
        case .nf4(let matrix): matrix.rows
        case .merged(let matrix): matrix.rows
        }
    }

    public var inputs: Int {
        switch self {
        case .float32(let matrix): matrix.columns
        case .bfloat16(let matrix): matrix.columns
        case .nf4(let matrix): matrix.columns
        case .merged(let matrix): matrix.columns
        }
    }

    /// Some rows as 32-bit floats, in the order asked for: a table's look-up.
    public func rows(at indices: [Int32]) -> Matrix {
        precondition(indices.allSatisfy { $0 >= 0 && $0 < outputs }, "rows lie in the table")
        var found = Matrix(undefinedRows: indices.count, columns: inputs)
        let out = found.mutablePointer()
        for (place, index) in indices.enumerated() { decode(Int(index)..<Int(index) + 1, into: out + place * inputs) }
        return found
    }

    /// Adjacent rows of a weight that is not quantized.
    public func rows(_ range: Range<Int>) -> LinearWeight {
        switch self {
        case .float32(let matrix): .float32(matrix.rows(range))
        case .bfloat16(let matrix): .bfloat16(matrix.rows(range))
        case .nf4(let matrix): .float32(matrix.dequantized(rows: range))
        case .merged(let matrix): .merged(matrix.rows(range))
        }
    }

    /// The whole weight as 32-bit floats.
    public func decoded() -> Matrix { decoded(0..<outputs) }
}

extension LinearWeight {
    /// Has what lies in a file read meanwhile, for a use that comes soon.
    public func prefetch() { pages.forEach { $0.prefetch() } }

    /// Gives back the memory of what lies in a file; the next use reads it again.
    public func release() { pages.forEach { $0.release() } }

    private var pages: [MappedRange] {
        switch self {
        case .float32: []
        case .bfloat16(let matrix): matrix.pages.map { [$0] } ?? []
        case .nf4(let matrix): matrix.pages
        case .merged(let matrix): matrix.pages
        }
    }
}

extension LinearWeight {
    /// Rows that decode into half a megabyte, which stays in a core's cache until it is multiplied.
    private static func panelRows(_ columns: Int) -> Int { max(64, (1 << 17) / columns / 16 * 16) }

    /// Some rows as 32-bit floats.
    func decoded(_ range: Range<Int>) -> Matrix {
        var panel = Matrix(undefinedRows: range.count, columns: inputs)
        let (out, columns) = (panel.mutablePointer(), inputs)
        Parallel.ranges(range.count, grain: Self.panelRows(columns)) { rows in
            decode(
                rows.lowerBound + range.lowerBound..<rows.upperBound + range.lowerBound,
                into: out + rows.lowerBound * columns)
        }
        return panel
    }

    private func decode(_ rows: Range<Int>, into floats: UnsafeMutablePointer<Float>) {
        switch self {
        case .float32(let matrix):
            floats.update(from: matrix.pointer + rows.lowerBound * matrix.columns, count: rows.count * matrix.columns)
        case .bfloat16(let matrix): matrix.decode(rows, into: floats)
        case .nf4(let matrix): matrix.dequantize(rows: rows, to: floats)
        case .merged(let matrix): matrix.decode(rows, into: floats)
        }
    }
}
