import Tensors

extension LoRAPair {
    /// `⟨Δ, Δ'⟩ = Σ Δᵢⱼ Δ'ᵢⱼ` of `Δ = scale · B · A`, [outputs, inputs], without forming either: with `Δ' = scale' · B' · A'` it is
    /// `scale · scale' · Σ (Bᵀ·B')ₖₗ (A·A'ᵀ)ₖₗ`, a sum over the ranks.
    public static func inner(_ first: LoRAPair, _ second: LoRAPair) -> Double {
        precondition(
            first.a.columns == second.a.columns && first.b.rows == second.b.rows, "both pairs correct linears of one shape")
        let (a, otherA) = (first.a.values, second.a.values)
        let (b, otherB) = (first.b.columns(), second.b.columns())
        var sum = 0.0
        for k in 0..<first.rank {
            for l in 0..<second.rank {
                let inputs = first.a.columns
                let right = dot(a[k * inputs..<(k + 1) * inputs], otherA[l * inputs..<(l + 1) * inputs])
                sum += right * dot(b[k][...], otherB[l][...])
            }
        }
        return Double(first.scale) * Double(second.scale) * sum
    }

    private static func dot(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>) -> Double {
        var sum = 0.0
        for (x, y) in zip(x, y) { sum += Double(x) * Double(y) }
        return sum
    }
}

extension Matrix {
    fileprivate func columns() -> [[Float]] {
        let values = values
        return (0..<columns).map { column in stride(from: column, to: values.count, by: columns).map { values[$0] } }
    }
}

/// How far the correction of one linear moved between two adapters, by Frobenius norms of `Δ = scale · B · A`.
public struct CorrectionChange: Sendable, Hashable {
    public let module: String
    /// `‖Δ‖` in the first and in the second; 0 where the linear is not adapted.
    public let before: Double
    public let after: Double
    /// `‖Δ₂ − Δ₁‖`.
    public let moved: Double
}

extension LoRAAdapter {
    /// Of every linear that either adapts, in model order; nil when they adapt linears of different shapes.
    public func changes(to other: LoRAAdapter) -> [CorrectionChange]? {
        let (own, others) = (pairsByPath, other.pairsByPath)
        var changes: [CorrectionChange] = []
        for path in pairs.map(\.module.path) + other.pairs.map(\.module.path).filter({ own[$0] == nil }) {
            let (first, second) = (own[path], others[path])
            if let first, let second, first.module != second.module { return nil }
            let before = first.map { LoRAPair.inner($0, $0) } ?? 0
            let after = second.map { LoRAPair.inner($0, $0) } ?? 0
            let shared = if let first, let second { LoRAPair.inner(first, second) } else { 0.0 }
            changes.append(
                CorrectionChange(
                    module: path, before: before.squareRoot(), after: after.squareRoot(),
                    moved: max(0, before + after - 2 * shared).squareRoot()))
        }
        return changes
    }

    private var pairsByPath: [String: LoRAPair] {
        Dictionary(pairs.map { ($0.module.path, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
