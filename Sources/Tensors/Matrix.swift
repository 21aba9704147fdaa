/// A matrix of 32-bit floats, row-major, 64-byte aligned, with value semantics (copied when a shared one is written).
public struct Matrix: Sendable {
    public let rows: Int
    public let columns: Int
    var storage: MatrixStorage

    public var count: Int { rows * columns }

    /// A matrix whose elements the caller writes before anything reads them.
    init(undefinedRows rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "a matrix has no negative size")
        self.rows = rows
        self.columns = columns
        storage = MatrixStorage(count: rows * columns)
    }

    /// All zeros.
    public init(rows: Int, columns: Int) {
        self.init(undefinedRows: rows, columns: columns)
        storage.base.update(repeating: 0, count: count)
    }

    /// `values` holds the rows one after the other.
    public init(rows: Int, columns: Int, values: [Float]) {
        precondition(values.count == rows * columns, "\(values.count) values do not fill \(rows) × \(columns)")
        self.init(undefinedRows: rows, columns: columns)
        values.withUnsafeBufferPointer { if let first = $0.baseAddress { storage.base.update(from: first, count: $0.count) } }
    }

    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
            return storage.base[row * columns + column]
        }
        set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
            makeUnique()
            storage.base[row * columns + column] = newValue
        }
    }

    /// The elements, row after row.
    public var values: [Float] { Array(UnsafeBufferPointer(start: storage.base, count: count)) }

    /// Copies the memory when another matrix shares it.
    mutating func makeUnique() {
        guard !isKnownUniquelyReferenced(&storage) else { return }
        let copy = MatrixStorage(count: count)
        copy.base.update(from: storage.base, count: count)
        storage = copy
    }

    /// Read access for the doors of this module.
    var pointer: UnsafePointer<Float> { UnsafePointer(storage.base) }

    /// Write access for the doors of this module; makes the memory unshared first.
    mutating func mutablePointer() -> UnsafeMutablePointer<Float> {
        makeUnique()
        return storage.base
    }
}

extension Matrix: Hashable {
    /// Equal bit for bit.
    public static func == (first: Matrix, second: Matrix) -> Bool {
        first.rows == second.rows && first.columns == second.columns
            && (0..<first.count).allSatisfy { first.storage.base[$0].bitPattern == second.storage.base[$0].bitPattern }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(rows)
        hasher.combine(columns)
        hasher.combine(bytes: UnsafeRawBufferPointer(start: storage.base, count: count * 4))
    }
}
