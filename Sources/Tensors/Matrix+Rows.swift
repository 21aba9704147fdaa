import CKernels

extension Matrix {
    /// The rows at `indices`, in that order.
    public func rows(at indices: [Int]) -> Matrix {
        precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "rows lie in the matrix")
        var found = Matrix(undefinedRows: indices.count, columns: columns)
        let out = found.mutablePointer()
        for (place, index) in indices.enumerated() {
            (out + place * columns).update(from: pointer + index * columns, count: columns)
        }
        return found
    }

    /// Adjacent rows.
    public func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows lie in the matrix")
        var found = Matrix(undefinedRows: range.count, columns: columns)
        found.mutablePointer().update(from: pointer + range.lowerBound * columns, count: found.count)
        return found
    }

    /// Writes the rows of `source` over those at `indices`.
    public mutating func setRows(at indices: [Int], from source: Matrix) {
        precondition(source.columns == columns && source.rows == indices.count, "a row for every index")
        precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "rows lie in the matrix")
        let base = mutablePointer()
        for (place, index) in indices.enumerated() {
            (base + index * columns).update(from: source.pointer + place * columns, count: columns)
        }
    }

    /// Writes the rows of `source` one after the other, from `start` on.
    public mutating func setRows(from start: Int, _ source: Matrix) {
        precondition(source.columns == columns && start >= 0 && start + source.rows <= rows, "the rows fit")
        (mutablePointer() + start * columns).update(from: source.pointer, count: source.count)
    }

    /// The column of a row's largest number, the first of equals.
    public func largestColumn(ofRow row: Int) -> Int {
        precondition(row >= 0 && row < rows && columns > 0, "the row has a largest number")
        let numbers = UnsafeBufferPointer(start: pointer + row * columns, count: columns)
        var best = 0
        for column in 1..<columns where numbers[column] > numbers[best] { best = column }
        return best
    }

    /// Adds a vector [1, columns] to every row.
    public mutating func addToRows(_ vector: Matrix) {
        precondition(vector.count == columns, "one number for each column")
        let base = mutablePointer()
        for row in 0..<rows { lora_add(base + row * columns, base + row * columns, vector.pointer, columns) }
    }
}

extension Matrix {
    /// A copy with more rows, the new ones zero.
    public func grown(to newRows: Int) -> Matrix {
        precondition(newRows >= rows, "a matrix grows")
        var grown = Matrix(rows: newRows, columns: columns)
        grown.setRows(from: 0, self)
        return grown
    }
}
