import CKernels

/// AdamW's two moments of one parameter, and the step that moves the parameter.
///
/// m ← β1 m + (1 − β1) g; v ← β2 v + (1 − β2) g²; p ← p (1 − lr wd) − lr / (1 − β1ᵗ) · m / (√v / √(1 − β2ᵗ) + ε)
public enum AdamWMoments: Sendable, Hashable {
    /// As torch.optim.AdamW.
    case float32(FloatMoments)
    /// As bitsandbytes keeps tensors too small for 8 bits; equal to `float32` but for rounding.
    case scaled32(FloatMoments)
    /// As bitsandbytes' AdamW8bit.
    case eightBit(EightBitMoments)

    /// Zero moments.
    public static func float32(count: Int) -> AdamWMoments { .float32(FloatMoments(count: count)) }

    /// Zero moments in 8 bits, or in 32 bits where fewer than 4096 elements would gain nothing.
    public static func eightBit(count: Int) -> AdamWMoments {
        count < EightBitMoments.leastCount ? .scaled32(FloatMoments(count: count)) : .eightBit(EightBitMoments(count: count))
    }

    /// Elements that a core takes at once, in whole blocks of 256.
    fileprivate static let grain = 1 << 16

    /// The number of elements of the parameter.
    public var count: Int {
        switch self {
        case .float32(let moments), .scaled32(let moments): moments.first.count
        case .eightBit(let moments): moments.codes1.count
        }
    }

    /// Step t = 1, 2, … at a learning rate.
    public mutating func update(
        _ parameter: inout Matrix, gradient: Matrix, step t: Int, rate: Double, settings: AdamWSettings
    ) {
        update(&parameter, gradient: gradient, step: t, rate: rate, settings: settings, path: .current)
    }

    mutating func update(
        _ parameter: inout Matrix, gradient: Matrix, step t: Int, rate: Double, settings: AdamWSettings, path: KernelPath
    ) {
        precondition(parameter.count == count && gradient.count == count, "parameter, gradient and moments differ in size")
        precondition(t >= 1, "steps are counted from 1")
        let constants = settings.constants(step: t, rate: rate)
        let p = parameter.mutablePointer()
        let g = gradient.pointer
        switch self {
        case .float32(var moments):
            self = .float32(FloatMoments(count: 0))  // so that the arrays are not copied
            moments.share { i, m, v, count in
                var constants = constants
                lora_adamw_step32(&constants, p + i, g + i, m, v, count, path.code)
            }
            self = .float32(moments)
        case .scaled32(var moments):
            self = .scaled32(FloatMoments(count: 0))
            let scaled = settings.scaledConstants(step: t, rate: rate)
            moments.share { i, m, v, count in
                var (constants, scaled) = (constants, scaled)
                lora_adamw_step32_scaled(&constants, &scaled, p + i, g + i, m, v, count, path.code)
            }
            self = .scaled32(moments)
        case .eightBit(var moments):
            self = .eightBit(EightBitMoments(count: 0))
            moments.step(constants, p, g, path)
            self = .eightBit(moments)
        }
    }
}

/// Both moments in float32.
public struct FloatMoments: Sendable, Hashable {
    public internal(set) var first: [Float]
    public internal(set) var second: [Float]

    public init(count: Int) { self.init(first: [Float](repeating: 0, count: count), second: [Float](repeating: 0, count: count)) }

    public init(first: [Float], second: [Float]) {
        precondition(first.count == second.count, "moments differ in size")
        self.first = first
        self.second = second
    }
}

extension FloatMoments {
    /// Calls `step` for pieces that cores share: where they begin, both moments, and their length. No element depends on another.
    fileprivate mutating func share(
        _ step: (_ start: Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, _ count: Int) -> Void
    ) {
        first.withUnsafeMutableBufferPointer { first in
            second.withUnsafeMutableBufferPointer { second in
                guard let m = first.baseAddress, let v = second.baseAddress else { return }
                Parallel.ranges(first.count, grain: AdamWMoments.grain) { range in
                    step(range.lowerBound, m + range.lowerBound, v + range.lowerBound, range.count)
                }
            }
        }
    }
}

/// Both moments in 8 bits with one absmax per 256 elements: 2.03 bytes per element.
public struct EightBitMoments: Sendable, Hashable {
    /// Smaller parameters keep their moments in float32.
    public static let leastCount = 4096

    public internal(set) var codes1: [UInt8]
    public internal(set) var codes2: [UInt8]
    public internal(set) var absmax1: [Float]
    public internal(set) var absmax2: [Float]

    public static func blockCount(for count: Int) -> Int { (count + DynamicMap.blockSize - 1) / DynamicMap.blockSize }

    /// Zero moments, which bitsandbytes writes as code 0 with absmax 0.
    public init(count: Int) {
        let codes = [UInt8](repeating: 0, count: count)
        let absmax = [Float](repeating: 0, count: Self.blockCount(for: count))
        self.init(codes1: codes, absmax1: absmax, codes2: codes, absmax2: absmax)
    }

    public init(codes1: [UInt8], absmax1: [Float], codes2: [UInt8], absmax2: [Float]) {
        let blocks = Self.blockCount(for: codes1.count)
        precondition(codes1.count == codes2.count && absmax1.count == blocks && absmax2.count == blocks, "moments differ in size")
        self.codes1 = codes1
        self.codes2 = codes2
        self.absmax1 = absmax1
        self.absmax2 = absmax2
    }

    fileprivate mutating func step(
        _ constants: lora_adamw, _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ path: KernelPath
    ) {
        let (signed, unsigned) = (DynamicMap.signed, DynamicMap.unsigned)
        let count = codes1.count
        codes1.withUnsafeMutableBufferPointer { codes1 in
            codes2.withUnsafeMutableBufferPointer { codes2 in
                absmax1.withUnsafeMutableBufferPointer { absmax1 in
                    absmax2.withUnsafeMutableBufferPointer { absmax2 in
                        signed.lend { map1, slots1 in
                            unsigned.lend { map2, slots2 in
                                Parallel.ranges(count, grain: AdamWMoments.grain) { range in
                                    let (i, block) = (range.lowerBound, range.lowerBound / DynamicMap.blockSize)
                                    var constants = constants
                                    var moments = lora_moments8(
                                        codes1: codes1.baseAddress.map { $0 + i }, codes2: codes2.baseAddress.map { $0 + i },
                                        absmax1: absmax1.baseAddress.map { $0 + block },
                                        absmax2: absmax2.baseAddress.map { $0 + block }, map1: map1, map2: map2,
                                        slots1: slots1, slots2: slots2)
                                    lora_adamw_step8(&constants, p + i, g + i, &moments, range.count, path.code)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

extension DynamicMap {
    /// Lends the table and its slots to a kernel.
    fileprivate func lend(_ body: (_ values: UnsafePointer<Float>?, _ slots: UnsafePointer<UInt8>?) -> Void) {
        values.withUnsafeBufferPointer { values in slots.withUnsafeBufferPointer { body(values.baseAddress, $0.baseAddress) } }
    }
}
