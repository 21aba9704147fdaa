import CKernels
import Foundation

/// A matrix in 4-bit NormalFloat: 16 table values, one scale per block of consecutive elements.
///
/// Element i (row-major) is table[code i] · scale[i / blockSize], in float32, then rounded once to `valueType`. With double quantization
/// a weight takes 4.127 bits. Quantization agrees with bitsandbytes' CPU code bit for bit; matrices read from a `-bnb-4bit` folder keep
/// the table, block size and rounding of the file (FP4 files differ in the table alone).
///
/// Blocks run on from row to row. Where columns are a multiple of 16 but not of the block size, bitsandbytes 0.50 on CPU decodes element
/// (r, c) with scale r · ⌊columns / blockSize⌋ + ⌊c / blockSize⌋ all the same, and so do we, to give the numbers it gives: training over
/// such a base has to agree with PEFT. No released model has such columns.
public struct NF4Matrix: Sendable {
    public let rows: Int
    public let columns: Int
    /// Elements per scale.
    public let blockSize: Int
    /// What decoded values are rounded to, the type of the weights before quantization.
    public let valueType: FloatType
    /// Two codes a byte, the even element in the high nibble; may be a view into a mapped file.
    let packed: Data
    /// 16 values.
    let table: [Float]
    let scales: BlockScales
    /// Where codes and scales lie in a file; empty where they are in memory.
    let pages: [MappedRange]

    public static let standardBlockSize = 64

    /// The quantiles of NF4, as float32 bit patterns.
    public static let standardTable: [Float] = [
        0xbf80_0000, 0xbf32_39b1, 0xbf06_6b30, 0xbeca_32a0, 0xbe91_a24d, 0xbe3d_353f, 0xbdba_7871, 0x0000_0000,
        0x3da2_faff, 0x3e24_cae3, 0x3e7c_04dd, 0x3ead_033a, 0x3ee1_a4b8, 0x3f10_07ab, 0x3f39_13b3, 0x3f80_0000,
    ].map { Float(bitPattern: $0) }

    init(
        rows: Int, columns: Int, blockSize: Int, valueType: FloatType, packed: Data, table: [Float], scales: BlockScales,
        pages: [MappedRange] = []
    ) {
        precondition(packed.count == (rows * columns + 1) / 2, "codes do not fill the matrix")
        precondition(scales.count == (rows * columns + blockSize - 1) / blockSize, "scales do not fill the matrix")
        precondition(table.count == 16 && blockSize > 0 && blockSize % 32 == 0, "no 4-bit layout")
        self.rows = rows
        self.columns = columns
        self.blockSize = blockSize
        self.valueType = valueType
        self.packed = packed
        self.table = table
        self.scales = scales
        self.pages = pages
    }

    /// Bytes of codes and scales.
    public var byteCount: Int { packed.count + scales.byteCount }

    /// The whole matrix in float32.
    public func dequantized() -> Matrix { dequantized(rows: 0..<rows) }

    /// Some rows in float32.
    public func dequantized(rows range: Range<Int>) -> Matrix {
        var matrix = Matrix(undefinedRows: range.count, columns: columns)
        dequantize(rows: range, into: &matrix)
        return matrix
    }

    /// Overwrites `matrix` [rows in range, columns] with some rows in float32.
    public func dequantize(rows range: Range<Int>, into matrix: inout Matrix) {
        precondition(matrix.rows == range.count && matrix.columns == columns, "the scratch matrix has another shape")
        dequantize(rows: range, to: matrix.mutablePointer())
    }

    /// Writes rows × columns floats; every path writes the same bits.
    func dequantize(rows range: Range<Int>, to floats: UnsafeMutablePointer<Float>, path: KernelPath = .current) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows outside the matrix")
        withTensor { tensor in
            lora_nf4_decode(&tensor, range.lowerBound * columns, range.count * columns, floats, rounding, path.code)
        }
    }

    /// Whether rows are made of whole runs of 32 elements, which panels are decoded by.
    var packsIntoPanels: Bool { columns.isMultiple(of: 32) }

    /// Packs Wᵀ of some rows as right panels: see product.h.
    func pack(transposedRows range: Range<Int>, into panels: UnsafeMutablePointer<UInt32>, path: KernelPath = .current) {
        withTensor { lora_pack_right_nf4(path.code, &$0, rounding, columns, range.lowerBound, range.count, panels) }
    }

    /// Packs some columns of W as right panels.
    func pack(columns range: Range<Int>, into panels: UnsafeMutablePointer<UInt32>, path: KernelPath = .current) {
        withTensor { lora_pack_right_across_nf4(path.code, &$0, rounding, rows, columns, range.lowerBound, range.count, panels) }
    }

    private var rounding: lora_rounding {
        switch valueType {
        case .f32, .f64: LORA_ROUND_NONE
        case .bf16: LORA_ROUND_BF16
        case .f16: LORA_ROUND_F16
        }
    }

    private var scalesRestartWithRows: Bool {
        columns % 16 == 0 && columns % blockSize != 0 && blockSize < 2048
    }

    /// Lends the kernel's view of this matrix.
    private func withTensor(_ body: (inout lora_nf4_tensor) -> Void) {
        packed.withUnsafeBytes { packed in
            table.withUnsafeBufferPointer { table in
                var tensor = lora_nf4_tensor()
                tensor.packed = packed.bindMemory(to: UInt8.self).baseAddress
                tensor.table = table.baseAddress
                tensor.count = rows * columns
                tensor.block = blockSize
                tensor.row = scalesRestartWithRows ? columns : 0
                scales.lend(to: &tensor, body)
            }
        }
    }
}

extension BlockScales {
    fileprivate func lend(to tensor: inout lora_nf4_tensor, _ body: (inout lora_nf4_tensor) -> Void) {
        switch self {
        case .plain(let absmax):
            absmax.withUnsafeBufferPointer {
                tensor.absmax = $0.baseAddress
                body(&tensor)
            }
        case .nested(let nested):
            nested.codes.withUnsafeBytes { codes in
                nested.map.withUnsafeBufferPointer { map in
                    nested.absmax.withUnsafeBufferPointer { absmax in
                        tensor.codes = codes.bindMemory(to: UInt8.self).baseAddress
                        tensor.map = map.baseAddress
                        tensor.nested_absmax = absmax.baseAddress
                        tensor.nested_block = nested.blockSize
                        tensor.offset = nested.offset
                        body(&tensor)
                    }
                }
            }
        }
    }
}
