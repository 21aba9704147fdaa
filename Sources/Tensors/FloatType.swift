import CKernels
import Foundation

/// The element types that hold weights, and their conversion to and from float32.
public enum FloatType: String, Sendable, Hashable, CaseIterable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    case f64 = "F64"

    /// Nil for types that hold no floating-point numbers we read.
    public init?(_ dtype: TensorDType) { self.init(rawValue: dtype.rawValue) }

    public var dtype: TensorDType {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .f64: .f64
        }
    }

    public var byteCount: Int { dtype.bits / 8 }

    /// Numbers as bytes of this type, rounded to the nearest, ties to even; NaN stays NaN and overflow becomes infinite.
    public func narrow(_ floats: [Float]) -> Data {
        var data = Data(count: floats.count * byteCount)
        data.withUnsafeMutableBytes { bytes in
            let target = bytes.baseAddress
            switch self {
            case .f32: floats.withUnsafeBytes { bytes.copyMemory(from: $0) }
            case .f16: lora_f32_to_f16(floats, target, floats.count)
            case .bf16: lora_f32_to_bf16(floats, target, floats.count)
            case .f64: lora_f32_to_f64(floats, target, floats.count)
            }
        }
        return data
    }

    /// Bytes of this type, at any alignment, as numbers.
    public func widen(_ data: Data) -> [Float] {
        precondition(data.count % byteCount == 0, "a part of an element")
        let count = data.count / byteCount
        return [Float](unsafeUninitializedCapacity: count) { floats, filled in
            data.withUnsafeBytes { widen($0, into: UnsafeMutableBufferPointer(rebasing: floats[..<count])) }
            filled = count
        }
    }

    func widen(_ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>) {
        precondition(bytes.count == floats.count * byteCount, "bytes and numbers differ in count")
        guard let source = bytes.baseAddress, let target = floats.baseAddress else { return }
        switch self {
        case .f32: UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: bytes.count)
        case .f16: lora_f16_to_f32(source, target, floats.count)
        case .bf16: lora_bf16_to_f32(source, target, floats.count)
        case .f64: lora_f64_to_f32(source, target, floats.count)
        }
    }
}

/// The index of the first number that is NaN or infinite; nil when all are finite.
public func firstNonFinite(in floats: [Float]) -> Int? {
    let index = lora_first_non_finite(floats, floats.count)
    return index < floats.count ? index : nil
}
