import CKernels

extension Matrix {
    public mutating func fill(_ value: Float) {
        let base = mutablePointer()
        base.update(repeating: value, count: count)
    }

    /// `X ← factor · X`.
    public mutating func scale(by factor: Float) {
        lora_scale(mutablePointer(), factor, Int(count))
    }

    /// `X ← X + Y`.
    public mutating func add(_ other: Matrix) {
        precondition(other.rows == rows && other.columns == columns, "sums join equal shapes")
        let base = mutablePointer()
        lora_add(base, base, other.pointer, count)
    }

    /// `X + Y` in memory of its own.
    public func adding(_ other: Matrix) -> Matrix {
        precondition(other.rows == rows && other.columns == columns, "sums join equal shapes")
        var sum = Matrix(undefinedRows: rows, columns: columns)
        lora_add(sum.mutablePointer(), pointer, other.pointer, count)
        return sum
    }

    /// Σ x², summed in double precision in one fixed order.
    public var squaredNorm: Double { lora_squared_norm(pointer, count) }

    public var isFinite: Bool { lora_first_non_finite(pointer, count) == count }
}
