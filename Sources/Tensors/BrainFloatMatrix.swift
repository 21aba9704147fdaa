import CKernels

/// A matrix of 16-bit brain floats, row-major: the upper halves of 32-bit floats.
public struct BrainFloatMatrix: Sendable, Hashable {
    public let rows: Int
    public let columns: Int
    private let bits: [UInt16]

    /// Rounds to nearest, ties to even.
    public init(rounding floats: [Float], rows: Int, columns: Int) {
        precondition(floats.count == rows * columns, "\(floats.count) values do not fill \(rows) × \(columns)")
        self.rows = rows
        self.columns = columns
        bits = [UInt16](unsafeUninitializedCapacity: floats.count) { buffer, count in
            if let base = buffer.baseAddress { lora_f32_to_bf16(floats, base, floats.count) }
            count = floats.count
        }
    }

    func decode(_ range: Range<Int>, into floats: UnsafeMutablePointer<Float>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows lie in the matrix")
        bits.withUnsafeBufferPointer { bits in
            guard let base = bits.baseAddress else { return }
            lora_bf16_to_f32(base + range.lowerBound * columns, floats, range.count * columns)
        }
    }
}
