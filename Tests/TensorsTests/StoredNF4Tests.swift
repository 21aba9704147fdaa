import Foundation
import TestSupport
import Testing

@testable import Tensors

/// A quantized matrix that went through a file is the same, bit for bit.
@Suite struct StoredNF4Tests {
    private func noise(_ rows: Int, _ columns: Int) -> Matrix {
        var noise = Noise(5)
        return noise.matrix(rows, columns)
    }

    private func stored(_ matrix: NF4Matrix, in folder: TemporaryFolder) throws -> NF4Matrix {
        let parts = NF4Matrix.storedParts(of: "w", rows: matrix.rows, columns: matrix.columns)
        var bytes = matrix.storedBytes()[...]
        try SafetensorsWriter.write(parts, to: folder.url.appending(path: "q.safetensors"), keepsOrder: true) { _ in
            bytes.removeFirst()
        }
        return try NF4Matrix(
            reading: "w", from: ModelTensors(folder: folder.url, file: "q.safetensors"), rows: matrix.rows,
            columns: matrix.columns)
    }

    @Test(arguments: [(64, 64), (3, 100), (7, 33), (192, 128), (1, 1)])
    func aMatrixComesBackFromItsFile(rows: Int, columns: Int) throws {
        let matrix = try NF4Matrix(quantizing: noise(rows, columns))
        let read = try stored(matrix, in: TemporaryFolder())
        #expect(read.packed == matrix.packed && read.scales == matrix.scales && read.table == matrix.table)
        #expect(read.blockSize == matrix.blockSize && read.valueType == matrix.valueType)
        #expect(bits(read.dequantized().values) == bits(matrix.dequantized().values))
    }

    @Test func theMatrixOutlivesFileAndFolder() throws {
        let matrix = try NF4Matrix(quantizing: noise(64, 64))
        var folder: TemporaryFolder? = try TemporaryFolder()
        let read = try stored(matrix, in: #require(folder))
        folder = nil
        #expect(bits(read.dequantized().values) == bits(matrix.dequantized().values))
    }
}
