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

    /// A copy with more rows, the new ones zero.
    public func grown(to rows: Int) -> Activations {
        switch self {
        case .floats(let matrix): .floats(matrix.grown(to: rows))
        case .brains(let matrix): .brains(matrix.grown(to: rows))
        }
    }
}
