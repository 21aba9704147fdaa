/// The numbers that products are made of; sums are in 32-bit floats in any case.
public enum Arithmetic: String, Sendable, Hashable, CaseIterable {
    case fp32
    /// 16-bit brain floats.
    case bf16
}

/// Activations [tokens, features] in the numbers a model computes with.
public enum Activations: Sendable {
    case floats(Matrix)
    case brains(BrainFloatMatrix)

    /// The same numbers, rounded where `arithmetic` asks for it.
    public init(_ matrix: Matrix, _ arithmetic: Arithmetic) {
        self = arithmetic == .fp32 ? .floats(matrix) : .brains(BrainFloatMatrix(rounding: matrix))
    }

    public var rows: Int {
        switch self {
        case .floats(let matrix): matrix.rows
        case .brains(let matrix): matrix.rows
        }
    }

    public var columns: Int {
        switch self {
        case .floats(let matrix): matrix.columns
        case .brains(let matrix): matrix.columns
        }
    }

    public var arithmetic: Arithmetic {
        switch self {
        case .floats: .fp32
        case .brains: .bf16
        }
    }

    /// As 32-bit floats.
    public var matrix: Matrix {
        switch self {
        case .floats(let matrix): matrix
        case .brains(let matrix): Matrix(widening: matrix)
        }
    }

    /// Adjacent rows.
    public func rows(_ range: Range<Int>) -> Activations {
        switch self {
        case .floats(let matrix): .floats(matrix.rows(range))
        case .brains(let matrix): .brains(matrix.rows(range))
        }
    }

    /// The rows at `indices`, in that order.
    public func rows(at indices: [Int]) -> Activations {
        switch self {
        case .floats(let matrix): .floats(matrix.rows(at: indices))
        case .brains(let matrix): .brains(matrix.rows(at: indices))
        }
    }

    /// Writes the rows of `source` one after the other, from `start` on.
    public mutating func setRows(from start: Int, _ source: Activations) {
        // taken out of the enum first, so that its memory has one owner while it is written
        switch (self, source) {
        case (.floats(var matrix), .floats(let source)):
            self = .floats(Matrix(rows: 0, columns: 0))
            matrix.setRows(from: start, source)
            self = .floats(matrix)
        case (.brains(var matrix), .brains(let source)):
            self = .floats(Matrix(rows: 0, columns: 0))
            matrix.setRows(from: start, source)
            self = .brains(matrix)
        default: preconditionFailure("activations are of one kind")
        }
    }

    /// A copy with more rows, the new ones zero.
    public func grown(to rows: Int) -> Activations {
        switch self {
        case .floats(let matrix): .floats(matrix.grown(to: rows))
        case .brains(let matrix): .brains(matrix.grown(to: rows))
        }
    }

    /// The rows of several, one after the other.
    public init(stacking parts: [Activations]) {
        precondition(parts.allSatisfy { $0.arithmetic == parts[0].arithmetic }, "parts are of one kind")
        if parts.count == 1 {
            self = parts[0]
            return
        }
        let rows = parts.reduce(0) { $0 + $1.rows }
        switch parts[0].arithmetic {
        case .fp32: self = .floats(Matrix(undefinedRows: rows, columns: parts[0].columns))
        case .bf16: self = .brains(BrainFloatMatrix(undefinedRows: rows, columns: parts[0].columns))
        }
        var start = 0
        for part in parts {
            setRows(from: start, part)
            start += part.rows
        }
    }
}
