import CKernels
import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Expected values come from bitsandbytes 0.50.2 on a CPU; every comparison is bit for bit.
@Suite struct NF4MatrixTests {
    static let cases = [
        "normal_64x64", "weight_like_192x128", "heavy_tail_96x64", "tail_block_3x100", "zeros_tiny_outlier_8x64",
        "decision_points_2x64", "bf16_input_64x128", "f16_input_32x64",
    ]

    private func golden() throws -> SafetensorsFile { try SafetensorsFile(opening: Fixture.golden("nf4/nf4.safetensors")) }

    private func input(_ name: String, _ golden: SafetensorsFile) throws -> Matrix {
        let shape = try #require(golden.entry(named: "\(name)/x")).shape
        return Matrix(rows: shape[0], columns: shape[1], values: try golden.float32(named: "\(name)/x"))
    }

    @Test func tableAndMidpointsAreThoseOfBitsAndBytes() throws {
        let golden = try golden()
        #expect(try bits(NF4Matrix.standardTable) == bits(golden.float32(named: "nf4_code")))
        #expect(try bits(NF4Matrix.midpoints) == bits(golden.float32(named: "decision_points")))
    }

    @Test(arguments: cases) func codesAndScalesAreThoseOfBitsAndBytes(name: String) throws {
        let golden = try golden()
        let matrix = try NF4Matrix(quantizing: input(name, golden), doubleQuantization: false)
        #expect(try matrix.packed == golden.bytes(named: "\(name)/packed"))
        #expect(try matrix.scales == .plain(golden.float32(named: "\(name)/absmax")))
    }

    /// The golden holds values decoded to the type of the input.
    @Test(arguments: cases) func plainScalesDecodeAsInBitsAndBytes(name: String) throws {
        let golden = try golden()
        let type = try #require(golden.entry(named: "\(name)/dequant").flatMap { FloatType($0.dtype) })
        let matrix = try NF4Matrix(quantizing: input(name, golden), doubleQuantization: false, valueType: type)
        #expect(try bits(matrix.dequantized().values) == bits(golden.float32(named: "\(name)/dequant")))
    }

    @Test(arguments: cases) func doubleQuantizationIsThatOfBitsAndBytes(name: String) throws {
        let golden = try golden()
        let matrix = try NF4Matrix(quantizing: input(name, golden))
        guard case .nested(let nested) = matrix.scales else {
            Issue.record("the scales are not nested")
            return
        }
        #expect(try nested.codes == golden.bytes(named: "\(name)/dq.absmax_u8"))
        #expect(try bits(nested.absmax) == bits(golden.float32(named: "\(name)/dq.nested_absmax")))
        #expect(try bits([nested.offset]) == bits(golden.float32(named: "\(name)/dq.offset")))
        #expect(try bits(matrix.dequantized().values) == bits(golden.float32(named: "\(name)/dq.dequant_f32")))
        let rounded = try NF4Matrix(quantizing: input(name, golden), valueType: .bf16)
        #expect(try bits(rounded.dequantized().values) == bits(golden.float32(named: "\(name)/dq.dequant_bf16")))
    }

    // MARK: Laws

    /// The naive twin: one element at a time, by the definition.
    private func naive(_ matrix: NF4Matrix, rows: Range<Int>) -> [Float] {
        (rows.lowerBound * matrix.columns..<rows.upperBound * matrix.columns).map { index in
            let pair = matrix.packed[matrix.packed.startIndex + index / 2]
            let code = Int(index % 2 == 0 ? pair >> 4 : pair & 15)
            let (row, column) = (index / matrix.columns, index % matrix.columns)
            // Where bitsandbytes' CPU code lets the scales restart with each row although the blocks run on.
            let isRagged = matrix.columns % 16 == 0 && matrix.columns % matrix.blockSize != 0
            let block =
                isRagged ? row * (matrix.columns / matrix.blockSize) + column / matrix.blockSize : index / matrix.blockSize
            let value: Float
            switch matrix.scales {
            case .plain(let absmax): value = matrix.table[code] * absmax[block]
            case .nested(let nested):
                let scale = nested.map[Int(nested.codes[block])] * nested.absmax[block / nested.blockSize] + nested.offset
                value = matrix.table[code] * scale
            }
            return matrix.valueType == .f32 ? value : matrix.valueType.widen(matrix.valueType.narrow([value]))[0]
        }
    }

    /// Columns that do not divide into blocks make rows begin inside blocks and inside bytes.
    @Test(arguments: [(5, 64), (7, 100), (33, 45), (3, 1), (1, 31), (130, 96)], FloatType.allCases)
    func everyPathAndEveryRowRangeDecodesTheSameBits(shape: (rows: Int, columns: Int), type: FloatType) throws {
        let values = seededFloats(shape.rows * shape.columns)
        let source = Matrix(rows: shape.rows, columns: shape.columns, values: values)
        for (block, isDouble) in [(32, true), (64, false), (64, true), (1024, true)] {
            let matrix = try NF4Matrix(quantizing: source, blockSize: block, doubleQuantization: isDouble, valueType: type)
            for rows in [0..<shape.rows, 0..<0, shape.rows / 2..<shape.rows, shape.rows / 3..<(shape.rows + 1) / 2] {
                let expected = bits(naive(matrix, rows: rows))
                for path in KernelPath.available {
                    var floats = [Float](repeating: .nan, count: rows.count * shape.columns)
                    matrix.dequantize(rows: rows, to: &floats, path: path)
                    #expect(bits(floats) == expected, "\(path) \(block) \(rows)")
                }
                #expect(bits(matrix.dequantized(rows: rows).values) == expected)
            }
        }
    }

    @Test func doubleQuantizationTakesLessThanAnEighthOfABitPerWeightMore() throws {
        let matrix = try NF4Matrix(quantizing: Matrix(rows: 256, columns: 256, values: seededFloats(65536)))
        // 4 bits + 8/64 + 32/(64 · 256) per weight.
        #expect(matrix.byteCount == 65536 / 2 + 65536 / 64 + 65536 / 64 / 256 * 4)
    }

    @Test func numbersThatAreNotFiniteAreRefused() throws {
        var values = seededFloats(4096)
        values[1500] = .nan
        #expect(throws: NonFiniteValue(index: 1500)) {
            try NF4Matrix(quantizing: Matrix(rows: 64, columns: 64, values: values))
        }
        values[1500] = -.infinity
        #expect(throws: NonFiniteValue(index: 1500)) {
            try NF4Matrix(quantizing: Matrix(rows: 64, columns: 64, values: values))
        }
    }

    @Test func quantizingFromAFileEqualsQuantizingInMemory() throws {
        let folder = try TemporaryFolder()
        // More than one piece of 2^20 elements, and a short last block.
        let (rows, columns) = (1100, 1001)
        let values = seededFloats(rows * columns)
        try SafetensorsWriter.write(
            [NamedTensor("w", shape: [rows, columns], floats: values)], to: folder.url.appending(path: "model.safetensors"))
        let streamed = try NF4Matrix(quantizing: "w", of: try ModelTensors(folder: folder.url), rows: rows, columns: columns)
        let whole = try NF4Matrix(quantizing: Matrix(rows: rows, columns: columns, values: values))
        #expect(streamed.packed == whole.packed && streamed.scales == whole.scales)
    }
}
