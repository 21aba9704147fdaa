import Foundation
import Tensors
import TestSupport
import Testing

@testable import Llama

/// A padded batch of transformers, its padding cut off, and how to find a row's values in a padded golden.
struct GoldenBatch {
    let batch: TokenBatch
    /// Tokens of every padded row.
    let width: Int

    init(_ file: SafetensorsFile) throws {
        let ids = try file.integers("input_ids")
        let labels = try file.integers("labels")
        let mask = try file.integers("attention_mask")
        let shape = try #require(file.entry(named: "input_ids")).shape
        let width = shape[1]
        self.width = width
        batch = TokenBatch(
            (0..<shape[0]).map { row in
                let real = (row * width..<(row + 1) * width).filter { mask[$0] == 1 }
                return TokenBatch.Row(tokens: real.map { Int32(ids[$0]) }, labels: real.map { Int32(labels[$0]) })
            })
    }
}

extension SafetensorsFile {
    /// A tensor of 64-bit integers.
    func integers(_ name: String) throws -> [Int64] {
        let data = try bytes(named: name)
        return data.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 8).map { bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self) }
        }
    }
}

/// A golden model folder with what is expected of it.
struct GoldenModel: CustomTestStringConvertible, Sendable {
    let name: String
    static let all = ["tiny-llama", "tiny-llama3-rope"].map(GoldenModel.init)

    var testDescription: String { name }
    var folder: URL { Fixture.golden(name) }
    func load(_ precision: BasePrecision = .fp32, _ arithmetic: Arithmetic = .fp32) throws -> LlamaModel {
        try LlamaModel(folder: folder, precision: precision, arithmetic: arithmetic)
    }
    func expected() throws -> SafetensorsFile { try SafetensorsFile(opening: folder.appending(path: "expected.safetensors")) }
    func lora(_ file: String) -> URL { Fixture.golden("lora/\(name)/\(file)") }
    func adapter(_ folder: String, for model: LlamaModel) throws -> LoRAAdapter {
        try PEFTFolder(reading: lora(folder), for: model.configuration).adapter
    }
}

/// The largest difference between a matrix and the golden rows it stands for.
func largestDifference(_ matrix: Matrix, _ golden: ArraySlice<Float>) -> Float {
    zip(matrix.values, golden).map { abs($0 - $1) }.max() ?? 0
}

/// ‖x − golden‖ / ‖golden‖
func relativeDifference(_ x: [Float], _ golden: [Float]) -> Double {
    let difference = zip(x, golden).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    return (difference / max(golden.reduce(0) { $0 + Double($1) * Double($1) }, 1e-30)).squareRoot()
}
