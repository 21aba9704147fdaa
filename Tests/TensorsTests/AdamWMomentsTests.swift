import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Tensors

/// Five steps of bitsandbytes 0.50.2's AdamW8bit on a CPU.
@Suite struct AdamWMomentsTests {
    private static let rates = [0.002, 0.01, 0.008, 0.004, 0.001]

    private func golden() throws -> SafetensorsFile {
        try SafetensorsFile(opening: Fixture.golden("adamw8bit/adamw8bit.safetensors"))
    }

    /// Moments agree bit for bit. Torch takes square roots with a vector library of which 20 % are an ulp off; ours are correctly rounded.
    /// So each step's move, at most 0.02 here, may differ by its 1.2e-7th part, and its sum with p by an ulp of p.
    @Test(arguments: ["p4096", "p4900", "p1024", "p4096_bf16", "p4096_sparse"]) func stepsAreThoseOfBitsAndBytes(name: String)
        throws
    {
        let golden = try golden()
        let shape = try #require(golden.entry(named: "\(name)/p.0")).shape
        var p = Matrix(rows: shape[0], columns: shape[1], values: try golden.float32(named: "\(name)/p.0"))
        var moments = AdamWMoments.eightBit(count: p.count)
        for (index, rate) in Self.rates.enumerated() {
            let step = index + 1
            let gradient = Matrix(rows: shape[0], columns: shape[1], values: try golden.float32(named: "\(name)/grad.\(step)"))
            moments.update(&p, gradient: gradient, step: step, rate: rate, settings: AdamWSettings())
            if name.hasSuffix("bf16") {
                p = Matrix(rows: shape[0], columns: shape[1], values: FloatType.bf16.widen(FloatType.bf16.narrow(p.values)))
            }
            for (mine, theirs) in zip(p.values, try golden.float32(named: "\(name)/p.\(step)")) {
                #expect(abs(mine - theirs) <= Float(step) * max(theirs.ulp, 2.4e-9))
            }
            try expect(moments, equal: golden, name, step)
        }
    }

    private func expect(_ moments: AdamWMoments, equal golden: SafetensorsFile, _ name: String, _ step: Int) throws {
        switch moments {
        case .eightBit(let moments):
            #expect(try moments.codes1 == Array(golden.bytes(named: "\(name)/state1.\(step)")))
            #expect(try moments.codes2 == Array(golden.bytes(named: "\(name)/state2.\(step)")))
            #expect(try bits(moments.absmax1) == bits(golden.float32(named: "\(name)/absmax1.\(step)")))
            #expect(try bits(moments.absmax2) == bits(golden.float32(named: "\(name)/absmax2.\(step)")))
        case .scaled32(let moments), .float32(let moments):
            #expect(try bits(moments.first) == bits(golden.float32(named: "\(name)/state1.\(step)")))
            #expect(try bits(moments.second) == bits(golden.float32(named: "\(name)/state2.\(step)")))
        }
    }

    // MARK: Laws

    /// Cores take pieces of a large parameter, of which none depends on another.
    @Test(arguments: ["float32", "scaled32", "8 bits"]) func sharingAmongCoresChangesNoBit(kind: String) {
        func zero(_ count: Int) -> AdamWMoments {
            switch kind {
            case "float32": .float32(count: count)
            case "scaled32": .scaled32(FloatMoments(count: count))
            default: .eightBit(count: count)
            }
        }
        let (piece, pieces) = (51_200, 4)
        let (start, gradient) = (seededFloats(piece * pieces), seededFloats(piece * pieces).map { $0 / 7 })
        func stepped(_ range: Range<Int>) -> [Float] {
            var p = Matrix(rows: 1, columns: range.count, values: Array(start[range]))
            let g = Matrix(rows: 1, columns: range.count, values: Array(gradient[range]))
            var moments = zero(range.count)
            for step in 1...2 { moments.update(&p, gradient: g, step: step, rate: 0.01, settings: AdamWSettings()) }
            return p.values
        }
        let apart = (0..<pieces).flatMap { stepped($0 * piece..<($0 + 1) * piece) }
        #expect(stepped(0..<piece * pieces) == apart)
    }

    private static let kinds: [AdamWMoments] = [
        .float32(count: 700), .scaled32(FloatMoments(count: 700)), .eightBit(EightBitMoments(count: 700)),
    ]

    @Test(arguments: kinds) func everyPathGivesTheSameBits(start: AdamWMoments) {
        func run(_ path: KernelPath) -> (Matrix, AdamWMoments) {
            var (p, moments) = (Matrix(rows: 7, columns: 100, values: seededFloats(700)), start)
            for step in 1...6 {
                let gradient = Matrix(rows: 7, columns: 100, values: seededFloats(700, seed: UInt64(step)))
                moments.update(&p, gradient: gradient, step: step, rate: 0.01, settings: AdamWSettings(), path: path)
            }
            return (p, moments)
        }
        let portable = run(.portable)
        for path in KernelPath.available {
            let other = run(path)
            #expect(other.0 == portable.0 && other.1 == portable.1, "\(path)")
        }
    }

    /// The naive twin, in double precision; eight float32 operations and moments of 24 bits leave a relative error near 1e-6.
    @Test func aStepIsTheFormula() {
        let settings = AdamWSettings(beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1)
        let (count, rate) = (40, 0.05)
        var p = Matrix(rows: 1, columns: count, values: seededFloats(count))
        var (m, v) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
        var q = p.values.map(Double.init)
        var moments = AdamWMoments.float32(count: count)
        for t in 1...5 {
            let g = seededFloats(count, seed: UInt64(t + 10))
            moments.update(&p, gradient: Matrix(rows: 1, columns: count, values: g), step: t, rate: rate, settings: settings)
            for i in 0..<count {
                m[i] = 0.8 * m[i] + 0.2 * Double(g[i])
                v[i] = 0.95 * v[i] + 0.05 * Double(g[i]) * Double(g[i])
                let (mean, variance) = (m[i] / (1 - pow(0.8, Double(t))), v[i] / (1 - pow(0.95, Double(t))))
                q[i] = q[i] * (1 - rate * 0.1) - rate * mean / (variance.squareRoot() + 1e-6)
            }
        }
        for (mine, exact) in zip(p.values, q) { #expect(abs(Double(mine) - exact) < 2e-6) }
    }

    @Test func aRateOfZeroMovesOnlyTheMoments() {
        for start in Self.kinds {
            var (p, moments) = (Matrix(rows: 7, columns: 100, values: seededFloats(700)), start)
            let before = p
            moments.update(&p, gradient: before, step: 1, rate: 0, settings: AdamWSettings())
            #expect(p == before && moments != start)
        }
    }

    @Test func smallParametersKeepTheirMomentsIn32Bits() {
        guard case .scaled32 = AdamWMoments.eightBit(count: 4095), case .eightBit = AdamWMoments.eightBit(count: 4096) else {
            Issue.record("the border is 4096 elements")
            return
        }
    }
}
