/// How the frozen linears of a base model are kept in memory. What is computed with is `Arithmetic`'s business.
public enum BasePrecision: String, Sendable, CaseIterable {
    /// 4-bit NormalFloat with double quantization, as bitsandbytes makes it.
    case nf4
    /// 16-bit brain floats, rounded to nearest even.
    case bf16
    case fp32
}
