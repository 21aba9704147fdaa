/// What a safetensors header says of one tensor.
public struct TensorEntry: Sendable, Hashable {
    public let name: String
    public let dtype: TensorDType
    /// Row-major; empty for a scalar.
    public let shape: [Int]
    /// Bytes relative to the start of the data area.
    public let byteRange: Range<Int>

    /// Elements; cannot overflow, because the reader has compared the bytes with the file.
    public var elementCount: Int { shape.reduce(1, *) }

    public init(name: String, dtype: TensorDType, shape: [Int], byteRange: Range<Int>) {
        self.name = name
        self.dtype = dtype
        self.shape = shape
        self.byteRange = byteRange
    }
}
