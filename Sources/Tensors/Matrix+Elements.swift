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

    /// `X ← X + Y` for some rows of Y, as many as X has.
    public mutating func add(_ other: Matrix, rows range: Range<Int>) {
        precondition(other.columns == columns && range.count == rows && range.upperBound <= other.rows, "sums join equal shapes")
        let base = mutablePointer()
        lora_add(base, base, other.pointer + range.lowerBound * columns, count)
    }

    /// `X ← X + scale · Yᵀ`.
    public mutating func add(transposed other: Matrix, scale: Float) {
        precondition(other.rows == columns && other.columns == rows, "sums join equal shapes")
        let (base, from) = (mutablePointer(), other.pointer)
        for row in 0..<rows {
            for column in 0..<columns { base[row * columns + column] += scale * from[column * rows + row] }
        }
    }

    /// Σ x², summed in double precision in one fixed order.
    public var squaredNorm: Double { lora_squared_norm(pointer, count) }

    public var isFinite: Bool { lora_first_non_finite(pointer, count) == count }
}
