import Foundation
import Tensors

extension RotaryConfiguration {
    /// What multiplies cos and sin.
    public var attentionFactor: Double {
        if case .yarn(let yarn) = scaling { yarn.attentionFactor } else { 1 }
    }

    /// Radians per position of each pair of dimensions, `dimensions / 2` of them, for rows of up to `length` tokens.
    public func inverseFrequencies(length: Int) -> [Float] {
        let plain = frequencies(theta: theta)
        switch scaling {
        case .default: return plain.map { Float($0) }
        case .linear(let factor): return plain.map { Float($0 / factor) }
        case .llama3(let factor, let low, let high, let positions):
            return plain.map { Float(Self.llama3($0, factor, low, high, Double(positions))) }
        case .yarn(let yarn): return interpolated(plain, yarn)
        case .dynamic(let factor, let positions):
            let (d, ratio) = (Double(dimensions), Double(max(length, positions)) / Double(positions))
            return frequencies(theta: theta * pow(factor * ratio - (factor - 1), d / (d - 2))).map { Float($0) }
        }
    }

    /// cos and sin for positions 0..<`length`.
    func table(length: Int) -> RotaryTable {
        RotaryTable(
            positions: length, inverseFrequencies: inverseFrequencies(length: length), factor: Float(attentionFactor))
    }

    private func frequencies(theta: Double) -> [Double] {
        (0..<dimensions / 2).map { pow(theta, -2 * Double($0) / Double(dimensions)) }
    }

    /// Long waves are divided by the factor, short ones kept, and those between mixed.
    private static func llama3(_ f: Double, _ factor: Double, _ low: Double, _ high: Double, _ positions: Double) -> Double {
        let wavelength = 2 * Double.pi / f
        if wavelength > positions / low { return f / factor }
        if wavelength < positions / high { return f }
        let smooth = (positions / wavelength - low) / (high - low)
        return (1 - smooth) * f / factor + smooth * f
    }

    /// YaRN: `f' = (f / factor) · ramp + f · (1 − ramp)` over the dimensions between two numbers of rotations.
    private func interpolated(_ plain: [Double], _ yarn: YaRN) -> [Float] {
        func corner(_ rotations: Double) -> Double {
            Double(dimensions) * log(Double(yarn.originalPositions) / (rotations * 2 * Double.pi)) / (2 * log(theta))
        }
        var (low, high) = (corner(yarn.betaFast), corner(yarn.betaSlow))
        if yarn.truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
        low = max(low, 0)
        high = min(high, Double(dimensions - 1))
        if low == high { high += 0.001 }
        return plain.enumerated().map { index, f in
            let ramp = min(max((Double(index) - low) / (high - low), 0), 1)
            return Float(f / yarn.factor * ramp + f * (1 - ramp))
        }
    }
}
