import CKernels
import Foundation

/// cos and sin of every position's angles, [positions, half]: `angle = position · inverseFrequencies[i]`.
public struct RotaryTable: Sendable {
    public let cosines: Matrix
    public let sines: Matrix

    public var positions: Int { cosines.rows }
    /// Dimensions of a head that rotate.
    public var dimensions: Int { 2 * cosines.columns }

    /// Angles are 32-bit products and `factor` multiplies cos and sin, as transformers computes them.
    public init(positions: Int, inverseFrequencies: [Float], factor: Float) {
        var cosines: [Float] = []
        var sines: [Float] = []
        cosines.reserveCapacity(positions * inverseFrequencies.count)
        sines.reserveCapacity(positions * inverseFrequencies.count)
        for position in 0..<positions {
            for frequency in inverseFrequencies {
                let angle = Float(position) * frequency
                cosines.append(cos(angle) * factor)
                sines.append(sin(angle) * factor)
            }
        }
        self.cosines = Matrix(rows: positions, columns: inverseFrequencies.count, values: cosines)
        self.sines = Matrix(rows: positions, columns: inverseFrequencies.count, values: sines)
    }
}

/// Rotation of queries and keys by position, half-split: (xᵢ, xᵢ₊ₕ) → (xᵢ cos − xᵢ₊ₕ sin, xᵢ₊ₕ cos + xᵢ sin).
public enum RotaryKernel {
    public enum Direction: Float, Sendable {
        case forward = 1
        /// The transpose of the rotation: what gradients pass through.
        case backward = -1
    }

    /// x [tokens, heads · headSize] with the position of each token.
    public static func rotate(
        _ x: inout Activations, headSize: Int, table: RotaryTable, positions: [Int32], direction: Direction
    ) {
        switch x {
        case .floats(var matrix):
            // its memory has one owner while it is written
            x = .floats(Matrix(rows: 0, columns: 0))
            rotate(&matrix, headSize: headSize, table: table, positions: positions, direction: direction)
            x = .floats(matrix)
        case .brains(var matrix):
            x = .floats(Matrix(rows: 0, columns: 0))
            rotate(&matrix, headSize: headSize, table: table, positions: positions, direction: direction)
            x = .brains(matrix)
        }
    }

    private static func rotate(
        _ x: inout BrainFloatMatrix, headSize: Int, table: RotaryTable, positions: [Int32], direction: Direction
    ) {
        check(x.rows, x.columns, headSize, table, positions)
        let (base, columns) = (x.mutablePointer(), x.columns)
        positions.withUnsafeBufferPointer { positions in
            Parallel.ranges(x.rows, grain: Parallel.elementGrain / max(1, columns)) { rows in
                lora_brain_rotary(
                    KernelPath.current.code, base + rows.lowerBound * columns, table.cosines.pointer, table.sines.pointer,
                    positions.baseAddress! + rows.lowerBound, direction.rawValue, rows.count, columns / headSize, headSize,
                    table.dimensions)
            }
        }
    }

    private static func check(
        _ rows: Int, _ columns: Int, _ headSize: Int, _ table: RotaryTable, _ positions: [Int32]
    ) {
        precondition(positions.count == rows && columns.isMultiple(of: headSize), "a position for each row of heads")
        precondition(table.dimensions <= headSize, "no more dimensions rotate than a head has")
        precondition(positions.allSatisfy { $0 >= 0 && $0 < table.positions }, "positions are in the table")
    }

    public static func rotate(
        _ x: inout Matrix, headSize: Int, table: RotaryTable, positions: [Int32], direction: Direction
    ) {
        check(x.rows, x.columns, headSize, table, positions)
        let (base, columns) = (x.mutablePointer(), x.columns)
        positions.withUnsafeBufferPointer { positions in
            Parallel.ranges(x.rows, grain: Parallel.elementGrain / max(1, columns)) { rows in
                lora_rotary(
                    base + rows.lowerBound * columns, table.cosines.pointer, table.sines.pointer,
                    positions.baseAddress! + rows.lowerBound, direction.rawValue, rows.count, columns / headSize, headSize,
                    table.dimensions)
            }
        }
    }
}
