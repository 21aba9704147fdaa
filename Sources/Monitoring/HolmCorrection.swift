/// Keeps the chance of even one false alarm among several tests at the level of one.
///
///     p̃₍ᵢ₎ = max_{j ≤ i} min(1, (m − j + 1) · p₍ⱼ₎)
///
/// Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
public enum HolmCorrection {
    /// Each p-value as it counts among all of them, in their order.
    public static func adjusted(_ pValues: [Double]) -> [Double] {
        var (adjusted, largest) = (pValues, 0.0)
        for (rank, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
            largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
            adjusted[index] = largest
        }
        return adjusted
    }
}
