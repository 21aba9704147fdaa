import CKernels

/// One of the two 256-value tables of bitsandbytes' 8-bit block-wise quantization, with the lookup that picks codes.
///
/// A value is stored as the code whose table entry is near x / absmax; entries crowd around zero over seven decades.
public struct DynamicMap: Sendable {
    /// Ascending.
    public let values: [Float]
    /// The code for each of 65,536 slots over [−1, 1].
    let slots: [UInt8]

    /// For values of either sign: Adam's first moment, absmax of double quantization.
    public static let signed = DynamicMap(isSigned: true)
    /// For values that are never negative: Adam's second moment.
    public static let unsigned = DynamicMap(isSigned: false)

    private init(isSigned: Bool) {
        values = Self.table(isSigned: isSigned)
        slots = [UInt8](unsafeUninitializedCapacity: Int(LORA_SLOT_COUNT)) { [values] slots, count in
            lora_blockwise_slots(values, slots.baseAddress)
            count = slots.count
        }
    }

    /// Elements per absmax where double quantization and Adam's moments use it.
    static let blockSize = 256

    /// Seven decades of linearly spaced means, plus 0 and 1. The table is defined by what torch computes in float32, fused products included.
    private static func table(isSigned: Bool) -> [Float] {
        var values: [Float] = [0, 1]
        for decade in 0..<7 {
            let intervals = 1 << (isSigned ? decade : decade + 1)
            let bounds = linearSpace(intervals: intervals)
            let unit = powersOfTen[decade]
            for (low, high) in zip(bounds, bounds.dropFirst()) {
                let value = unit * ((low + high) / 2)
                values.append(value)
                if isSigned { values.append(-value) }
            }
        }
        return values.sorted()
    }

    private static let powersOfTen: [Float] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]

    /// 0.1 to 1 in equal steps, each half computed from its own end.
    private static func linearSpace(intervals: Int) -> [Float] {
        let step = (Float(1) - Float(0.1)) / Float(intervals)
        return (0...intervals).map { index in
            index < (intervals + 1) / 2
                ? Float(0.1).addingProduct(step, Float(index)) : Float(1).addingProduct(-step, Float(intervals - index))
        }
    }

    /// Codes of `values` and the absmax of each block of 256; a block of zeros has absmax 0 and codes 0.
    public func quantize(_ numbers: [Float]) -> (codes: [UInt8], absmax: [Float]) {
        let block = Self.blockSize
        var absmax: [Float] = []
        let codes = [UInt8](unsafeUninitializedCapacity: numbers.count) { codes, count in
            numbers.withUnsafeBufferPointer { numbers in
                for start in stride(from: 0, to: numbers.count, by: block) {
                    let length = min(block, numbers.count - start)
                    absmax.append(
                        lora_blockwise_quantize(numbers.baseAddress! + start, length, slots, codes.baseAddress! + start))
                }
            }
            count = numbers.count
        }
        return (codes, absmax)
    }
}
