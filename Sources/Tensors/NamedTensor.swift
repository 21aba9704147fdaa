import Foundation

/// A tensor on its way into a file.
public struct NamedTensor: Sendable, Hashable {
    public let name: String
    public let dtype: TensorDType
    public let shape: [Int]
    /// Row-major, little-endian.
    public let bytes: Data

    public init(_ name: String, _ dtype: TensorDType, shape: [Int], bytes: Data) {
        self.name = name
        self.dtype = dtype
        self.shape = shape
        self.bytes = bytes
    }

    /// Numbers stored as `type`.
    public init(_ name: String, shape: [Int], floats: [Float], as type: FloatType = .f32) {
        self.init(name, type.dtype, shape: shape, bytes: type.narrow(floats))
    }

    public var description: TensorDescription { TensorDescription(name, dtype, shape: shape) }
}

/// Name, type and shape of a tensor whose bytes are made later.
public struct TensorDescription: Sendable, Hashable {
    public let name: String
    public let dtype: TensorDType
    public let shape: [Int]

    public init(_ name: String, _ dtype: TensorDType, shape: [Int]) {
        self.name = name
        self.dtype = dtype
        self.shape = shape
    }

    /// Nil when the shape has no size that memory can hold.
    public var byteCount: Int? { dtype.byteCount(of: shape) }
}
