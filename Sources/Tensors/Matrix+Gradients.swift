import CKernels

/// What the gradients of weights are summed from.
extension Matrix {
    /// `W ← W + dYᵀ · X`. dY [tokens, outputs] · X [tokens, inputs] · W [outputs, inputs].
    public mutating func add(transposed dy: Activations, times x: Activations) {
        Product.add(Product.Sum(Product.Term(LeftOperand(transposed: dy), .matrix(x))), to: &self)
    }

    /// Adds every row of `other` to a vector [1, columns], in their order.
    public mutating func addRows(of other: Matrix) {
        precondition(rows == 1 && other.columns == columns, "a number for each column")
        let base = mutablePointer()
        for row in 0..<other.rows { lora_add(base, base, other.pointer + row * columns, columns) }
    }

    /// Adds each row of `other` to the row at its index, in their order: what a table's look-up passes back.
    public mutating func addRows(_ other: Matrix, at indices: [Int32]) {
        precondition(other.columns == columns && other.rows == indices.count, "a row for every index")
        precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "rows lie in the table")
        let base = mutablePointer()
        for (place, index) in indices.enumerated() {
            let row = base + Int(index) * columns
            lora_add(row, row, other.pointer + place * columns, columns)
        }
    }
}
