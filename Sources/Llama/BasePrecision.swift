import Tensors

/// How the frozen linears of a base model are kept in memory. What is computed with is `Arithmetic`'s business.
public enum BasePrecision: String, Sendable, CaseIterable {
    /// 4-bit NormalFloat with double quantization, as bitsandbytes makes it.
    case nf4
    /// 16-bit brain floats, rounded to nearest even.
    case bf16
    case fp32

    /// What a model kept this way is computed with when nothing else is asked for: brain floats where they are stored and the processor
    /// multiplies them, else 32-bit floats.
    public var arithmetic: Arithmetic { self == .bf16 && KernelPath.current.multipliesBrainFloats ? .bf16 : .fp32 }
}
