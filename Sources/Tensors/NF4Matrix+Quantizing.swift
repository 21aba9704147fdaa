import CKernels
import Foundation

extension NF4Matrix {
    /// Quantizes a matrix.
    ///
    /// - Parameter valueType: What decoded values are rounded to; bitsandbytes rounds to the type the weights had when they were quantized.
    /// - Throws: `NonFiniteValue` when an element is NaN or infinite.
    public init(
        quantizing matrix: Matrix, blockSize: Int = standardBlockSize, doubleQuantization: Bool = true,
        valueType: FloatType = .f32
    ) throws(NonFiniteValue) {
        var quantizer = NF4Quantizer(count: matrix.count, blockSize: blockSize)
        try quantizer.append(UnsafeBufferPointer(start: matrix.pointer, count: matrix.count))
        self = quantizer.matrix(matrix.rows, matrix.columns, doubleQuantization, valueType)
    }

    /// Quantizes the tensor [rows, columns] of a model folder piece by piece, so that it never stands in memory as float32.
    ///
    /// - Throws: `ModelFolderError` when the tensor is missing, has another shape or is not finite; `SafetensorsError` for other dtypes.
    public init(
        quantizing name: String, of tensors: ModelTensors, rows: Int, columns: Int, blockSize: Int = standardBlockSize,
        doubleQuantization: Bool = true, valueType: FloatType = .f32
    ) throws {
        let (file, entry) = try tensors.required(name, shape: [rows, columns])
        var quantizer = NF4Quantizer(count: rows * columns, blockSize: blockSize)
        while quantizer.filled < rows * columns {
            let end = min(quantizer.filled + NF4Quantizer.piece, rows * columns)
            let floats = try file.float32(of: entry, elements: quantizer.filled..<end)
            do throws(NonFiniteValue) {
                try floats.withUnsafeBufferPointer { floats throws(NonFiniteValue) in try quantizer.append(floats) }
            } catch {
                throw tensors.failure(.notFinite(index: error.index), name)
            }
        }
        file.release(entry)
        self = quantizer.matrix(rows, columns, doubleQuantization, valueType)
    }

    /// The decision points: halfway between neighbouring table values.
    static let midpoints = zip(standardTable, standardTable.dropFirst()).map { ($0 + $1) / 2 }
}

/// A number that cannot be quantized, by its row-major index.
public struct NonFiniteValue: Error, Hashable {
    public let index: Int
}

/// Collects codes and scales as the elements arrive.
private struct NF4Quantizer {
    /// Elements per piece: a whole number of blocks of any size.
    static let piece = 1 << 20

    let blockSize: Int
    private(set) var filled = 0
    private var packed: Data
    private var absmax: [Float]

    init(count: Int, blockSize: Int) {
        precondition(blockSize >= 32 && blockSize <= 4096 && blockSize & (blockSize - 1) == 0, "no block size of NF4")
        self.blockSize = blockSize
        packed = Data(count: (count + 1) / 2)
        absmax = [Float](repeating: 0, count: (count + blockSize - 1) / blockSize)
    }

    /// All pieces but the last are whole blocks.
    mutating func append(_ floats: UnsafeBufferPointer<Float>) throws(NonFiniteValue) {
        precondition(filled % blockSize == 0, "only the last piece may end inside a block")
        guard let first = floats.baseAddress else { return }
        let bad = lora_first_non_finite(first, floats.count)
        guard bad == floats.count else { throw NonFiniteValue(index: filled + bad) }
        packed.withUnsafeMutableBytes { packed in
            absmax.withUnsafeMutableBufferPointer { absmax in
                lora_nf4_quantize(
                    first, floats.count, blockSize, NF4Matrix.midpoints,
                    packed.bindMemory(to: UInt8.self).baseAddress! + filled / 2, absmax.baseAddress! + filled / blockSize)
            }
        }
        filled += floats.count
    }

    func matrix(_ rows: Int, _ columns: Int, _ doubleQuantization: Bool, _ valueType: FloatType) -> NF4Matrix {
        NF4Matrix(
            rows: rows, columns: columns, blockSize: blockSize, valueType: valueType, packed: packed,
            table: NF4Matrix.standardTable,
            scales: doubleQuantization ? .nested(NestedScales(quantizing: absmax)) : .plain(absmax))
    }
}
