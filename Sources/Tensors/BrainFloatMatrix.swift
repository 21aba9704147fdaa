import CKernels
import Foundation

/// A matrix of 16-bit brain floats (the upper halves of 32-bit floats), row-major, with value semantics.
///
/// Weights may lie in a mapped file; activations take their memory from the pool that float matrices use.
public struct BrainFloatMatrix: Sendable {
    public private(set) var rows: Int
    public let columns: Int
    private var memory: Memory

    public var count: Int { rows * columns }

    private enum Memory: Sendable {
        /// Elements from `start` on.
        case pooled(MatrixStorage, start: Int)
        /// Bytes from `offset` on.
        case mapped(MappedFile, offset: Int)
    }

    /// A matrix whose elements the caller writes before anything reads them.
    init(undefinedRows rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "a matrix has no negative size")
        self.rows = rows
        self.columns = columns
        memory = .pooled(MatrixStorage(count: (rows * columns + 1) / 2), start: 0)
    }

    /// Elements as they lie in a file, from an even offset on.
    init(_ file: MappedFile, offset: Int, rows: Int, columns: Int) {
        precondition(offset.isMultiple(of: 2) && offset + 2 * rows * columns <= file.count, "elements lie in the file")
        self.rows = rows
        self.columns = columns
        memory = .mapped(file, offset: offset)
    }

    /// Where the elements lie in a file; nil where they are in memory.
    var pages: MappedRange? {
        guard case .mapped(let file, let offset) = memory else { return nil }
        return MappedRange(file: file, bytes: offset..<offset + 2 * count)
    }

    /// Rounds to nearest, ties to even.
    public init(rounding matrix: Matrix) {
        self.init(undefinedRows: matrix.rows, columns: matrix.columns)
        let out = mutablePointer()
        Parallel.ranges(matrix.count, grain: Parallel.elementGrain) { range in
            lora_brain_from_float(
                KernelPath.current.code, matrix.pointer + range.lowerBound, range.count, out + range.lowerBound)
        }
    }

    /// Rounds to nearest, ties to even.
    public init(rounding floats: [Float], rows: Int, columns: Int) {
        precondition(floats.count == rows * columns, "\(floats.count) values do not fill \(rows) × \(columns)")
        self.init(undefinedRows: rows, columns: columns)
        lora_f32_to_bf16(floats, mutablePointer(), floats.count)
    }

    /// Read access for the doors of this module.
    var pointer: UnsafePointer<UInt16> {
        switch memory {
        case .pooled(let storage, let start): UnsafeRawPointer(storage.base).assumingMemoryBound(to: UInt16.self) + start
        case .mapped(let file, let offset): file.address(at: offset).assumingMemoryBound(to: UInt16.self)
        }
    }

    /// Write access for the doors of this module; makes the memory unshared first.
    mutating func mutablePointer() -> UnsafeMutablePointer<UInt16> {
        guard case .pooled(var storage, let start) = memory else { return replaceMemory() }
        // taken out, so that the check below does not count the reference in this enum
        memory = .pooled(Self.nothing, start: 0)
        let isShared = !isKnownUniquelyReferenced(&storage)
        memory = .pooled(storage, start: start)
        return isShared ? replaceMemory() : UnsafeMutablePointer(mutating: pointer)
    }

    private mutating func replaceMemory() -> UnsafeMutablePointer<UInt16> {
        let storage = MatrixStorage(count: (count + 1) / 2)
        UnsafeMutableRawPointer(storage.base).copyMemory(from: pointer, byteCount: 2 * count)
        memory = .pooled(storage, start: 0)
        return UnsafeMutablePointer(mutating: pointer)
    }

    private static let nothing = MatrixStorage(count: 0)

    /// The elements as 32-bit floats, row after row.
    public var values: [Float] { Matrix(widening: self).values }

    func decode(_ range: Range<Int>, into floats: UnsafeMutablePointer<Float>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows lie in the matrix")
        lora_bf16_to_f32(pointer + range.lowerBound * columns, floats, range.count * columns)
    }
}

extension BrainFloatMatrix {
    /// The rows at `indices`, in that order.
    public func rows(at indices: [Int]) -> BrainFloatMatrix {
        precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "rows lie in the matrix")
        var found = BrainFloatMatrix(undefinedRows: indices.count, columns: columns)
        let out = found.mutablePointer()
        for (place, index) in indices.enumerated() {
            (out + place * columns).update(from: pointer + index * columns, count: columns)
        }
        return found
    }

    /// Adjacent rows, without a copy.
    public func rows(_ range: Range<Int>) -> BrainFloatMatrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows lie in the matrix")
        var part = self
        part.rows = range.count
        switch memory {
        case .pooled(let storage, let start): part.memory = .pooled(storage, start: start + range.lowerBound * columns)
        case .mapped(let file, let offset): part.memory = .mapped(file, offset: offset + 2 * range.lowerBound * columns)
        }
        return part
    }

    /// Writes the rows of `source` one after the other, from `start` on.
    public mutating func setRows(from start: Int, _ source: BrainFloatMatrix) {
        precondition(source.columns == columns && start >= 0 && start + source.rows <= rows, "the rows fit")
        (mutablePointer() + start * columns).update(from: source.pointer, count: source.count)
    }

    /// A copy with more rows, the new ones zero.
    public func grown(to newRows: Int) -> BrainFloatMatrix {
        precondition(newRows >= rows, "a matrix grows")
        var grown = BrainFloatMatrix(undefinedRows: newRows, columns: columns)
        grown.setRows(from: 0, self)
        (grown.mutablePointer() + count).update(repeating: 0, count: grown.count - count)
        return grown
    }
}

extension Matrix {
    /// The same numbers as 32-bit floats.
    public init(widening brains: BrainFloatMatrix) {
        self.init(undefinedRows: brains.rows, columns: brains.columns)
        let out = mutablePointer()
        Parallel.ranges(count, grain: Parallel.elementGrain) { range in
            lora_bf16_to_f32(brains.pointer + range.lowerBound, out + range.lowerBound, range.count)
        }
    }
}
