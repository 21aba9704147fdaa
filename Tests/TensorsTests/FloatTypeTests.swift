import Foundation
import Testing

@testable import Tensors

@Suite struct FloatTypeTests {
    /// Bit patterns of every exponent with mantissas on, below and above each rounding tie of 16-bit types.
    private static let patterns: [UInt32] = {
        let mantissas: [UInt32] = [
            0, 1, 0xFFF, 0x1000, 0x1001, 0x1FFF, 0x2000, 0x2FFF, 0x3000, 0x3001, 0x7FFF, 0x8000, 0x8001, 0x17FFF, 0x18000,
            0x18001, 0x3FFFFF, 0x400000, 0x7FEFFF, 0x7FF000, 0x7FFFFF,
        ]
        var patterns: [UInt32] = []
        for exponent in UInt32(0)...255 {
            for mantissa in mantissas {
                let pattern: UInt32 = exponent << 23 | mantissa
                patterns += [pattern, pattern | 0x8000_0000]
            }
        }
        return patterns
    }()

    /// Swift's own Float16 is the oracle.
    @Test func everyHalfWidensAsSwiftWidensIt() {
        let halves = (0...UInt16.max).map { $0 }
        let data = halves.withUnsafeBytes { Data($0) }
        let widened = FloatType.f16.widen(data)
        for (half, float) in zip(halves, widened) {
            let expected = Float(Float16(bitPattern: half))
            #expect(float.isNaN ? expected.isNaN : float.bitPattern == expected.bitPattern)
        }
    }

    @Test func floatsNarrowToHalvesAsSwiftNarrowsThem() {
        let floats = Self.patterns.map { Float(bitPattern: $0) } + seededFloats(10000).map { $0 * 70000 }
        let halves = FloatType.f16.narrow(floats).withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
        for (float, half) in zip(floats, halves) {
            let expected = Float16(float)
            #expect(float.isNaN ? Float16(bitPattern: half).isNaN : half == expected.bitPattern, "\(float)")
        }
    }

    /// The oracle is arithmetic: of the two nearest 16-bit patterns the closer one, the even one on a tie.
    @Test func floatsNarrowToBrainFloatsByRoundingToNearestEven() {
        let floats = Self.patterns.map { Float(bitPattern: $0) } + seededFloats(10000)
        let narrowed = FloatType.bf16.narrow(floats).withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
        for (float, pattern) in zip(floats, narrowed) {
            guard !float.isNaN else {
                #expect(pattern & 0x7FC0 == 0x7FC0)
                continue
            }
            let below = UInt16(float.bitPattern >> 16)
            let rest = float.bitPattern & 0xFFFF
            let isUp = rest > 0x8000 || (rest == 0x8000 && below % 2 == 1)
            #expect(pattern == (isUp ? below + 1 : below))
        }
        #expect(bits(FloatType.bf16.widen(FloatType.bf16.narrow([1, -0.5, .infinity]))) == bits([1, -0.5, .infinity]))
    }

    @Test func doublesWidenAndNarrow() {
        let floats: [Float] = [0, -0.0, 1.5, .infinity, Float.leastNonzeroMagnitude]
        #expect(bits(FloatType.f64.widen(FloatType.f64.narrow(floats))) == bits(floats))
    }

    @Test func theFirstBadNumberIsFound() {
        var floats = seededFloats(5000)
        #expect(firstNonFinite(in: floats) == nil && firstNonFinite(in: []) == nil)
        floats[4999] = .nan
        #expect(firstNonFinite(in: floats) == 4999)
        floats[1024] = -.infinity
        #expect(firstNonFinite(in: floats) == 1024)
        floats[3] = .infinity
        #expect(firstNonFinite(in: floats) == 3)
    }
}

@Suite struct KernelPathTests {
    @Test func wishesAreFollowedOrRefused() throws {
        #expect(try KernelPath.chosen(by: nil, supported: .avx512) == .avx512)
        #expect(try KernelPath.chosen(by: "", supported: .portable) == .portable)
        #expect(try KernelPath.chosen(by: "portable", supported: .avx512) == .portable)
        #expect(try KernelPath.chosen(by: "avx2", supported: .avx512) == .avx2)
        #expect(throws: KernelPathError.unknown("sse")) { try KernelPath.chosen(by: "sse", supported: .avx2) }
        let error = try #require(throws: KernelPathError.self) { try KernelPath.chosen(by: "avx512", supported: .avx2) }
        #expect(error.explanation.what == "This processor cannot run the avx512 kernels.")
        #expect(error.explanation.next == "Unset it, or set it to avx2.")
        #expect(error.explanation.kind == .usage)
    }

    @Test func pathsOfAnotherArchitectureAreRefused() throws {
        #expect(try KernelPath.chosen(by: nil, supported: .neon) == .neon)
        #expect(try KernelPath.chosen(by: "portable", supported: .neon) == .portable)
        #expect(throws: KernelPathError.unsupported(.neon, best: .avx512bf16)) {
            try KernelPath.chosen(by: "neon", supported: .avx512bf16)
        }
        #expect(throws: KernelPathError.unsupported(.avx2, best: .neon)) { try KernelPath.chosen(by: "avx2", supported: .neon) }
    }

    /// Under LORA_KERNELS too: the tests would else run another path than they say.
    @Test func thePathAskedForRuns() throws {
        try KernelPath.check()
        #expect(KernelPath.available.contains(.current) && KernelPath.available.last == .supported)
    }

    @Test func thePortablePathIsAlwaysThere() { #expect(KernelPath.available.first == .portable) }
}
