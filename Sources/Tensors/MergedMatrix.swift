import CKernels

/// A weight that is decoded where it is used: W as a file holds it, plus a low-rank correction, rounded once.
///
/// Row i is `round(W[i] + B[i] · A)`, summed in float32; B bears the scale. Nothing of it stands in memory but A and B.
public struct MergedMatrix: Sendable {
    /// A [rank, columns] · B [rows, rank].
    public struct Correction: Sendable {
        let a: Matrix
        let b: Matrix

        public init(a: Matrix, b: Matrix, scale: Float) {
            precondition(a.rows == b.columns, "both halves have one rank")
            self.a = a
            var scaled = b
            scaled.scale(by: scale)
            self.b = scaled
        }
    }

    private enum Source: Sendable {
        case stored(MappedRange, FloatType)
        case fourBits(NF4Matrix)
    }

    public let rows: Int
    public let columns: Int
    private let source: Source
    private let correction: Correction?
    /// Nil leaves sums in float32.
    private let type: FloatType?
    /// The row of the source that is the first here.
    private let first: Int

    /// A tensor of a model folder, in whichever type of floating-point numbers it is stored.
    ///
    /// - Throws: `ModelFolderError` when it is missing, has another shape or is made of something else.
    public init(
        _ name: String, of tensors: ModelTensors, rows: Int, columns: Int, correction: Correction? = nil,
        roundedTo type: FloatType?
    ) throws {
        let (file, entry) = try tensors.required(name, shape: [rows, columns])
        try tensors.checkIsFloating(name)
        self.init(
            .stored(file.pages(of: entry), FloatType(entry.dtype) ?? .f32), rows, columns, correction, type, first: 0)
    }

    public init(_ matrix: NF4Matrix, correction: Correction? = nil, roundedTo type: FloatType?) {
        self.init(.fourBits(matrix), matrix.rows, matrix.columns, correction, type, first: 0)
    }

    private init(
        _ source: Source, _ rows: Int, _ columns: Int, _ correction: Correction?, _ type: FloatType?, first: Int
    ) {
        precondition(
            correction.map { $0.a.columns == columns && first + rows <= $0.b.rows } ?? true, "the correction has W's shape")
        self.source = source
        self.rows = rows
        self.columns = columns
        self.correction = correction
        self.type = type
        self.first = first
    }

    /// Adjacent rows, without a copy.
    func rows(_ range: Range<Int>) -> MergedMatrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows lie in the matrix")
        return MergedMatrix(source, range.count, columns, correction, type, first: first + range.lowerBound)
    }

    /// What its rows are decoded from.
    var pages: [MappedRange] {
        switch source {
        case .stored(let pages, let type):
            let row = columns * type.byteCount
            let start = pages.bytes.lowerBound + first * row
            return [MappedRange(file: pages.file, bytes: start..<start + rows * row)]
        case .fourBits(let matrix): return matrix.pages
        }
    }

    /// Writes some rows; the calling thread does all of it, and every cut gives the same bits.
    func decode(_ range: Range<Int>, into floats: UnsafeMutablePointer<Float>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows lie in the matrix")
        let range = first + range.lowerBound..<first + range.upperBound
        switch source {
        case .stored(let pages, let type):
            let row = columns * type.byteCount
            let start = pages.bytes.lowerBound + range.lowerBound * row
            pages.file.withBytes(start..<start + range.count * row) {
                type.widen($0, into: UnsafeMutableBufferPointer(start: floats, count: range.count * columns))
            }
        case .fourBits(let matrix): matrix.dequantize(rows: range, to: floats)
        }
        if let correction {
            let b = LeftOperand(.floats(correction.b.rows(range)))
            Product.addAlone(Product.Sum(Product.Term(b, .matrix(.floats(correction.a)))), to: floats)
        }
        round(floats, range.count * columns)
    }

    private func round(_ floats: UnsafeMutablePointer<Float>, _ count: Int) {
        guard let type, type.byteCount == 2 else { return }
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { halves in
            guard let halves = halves.baseAddress else { return }
            if type == .bf16 {
                lora_f32_to_bf16(floats, halves, count)
                lora_bf16_to_f32(halves, floats, count)
            } else {
                lora_f32_to_f16(floats, halves, count)
                lora_f16_to_f32(halves, floats, count)
            }
        }
    }
}
