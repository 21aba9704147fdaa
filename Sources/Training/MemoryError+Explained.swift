import Faults

extension MemoryFit {
    /// What would make the sum smaller.
    fileprivate var saving: String {
        guard plan.method.trainsAdapter else { return "train an adapter: --method lora or --method qlora" }
        if plan.storage != .nf4 { return "keep the base in 4 bits with --method qlora" }
        return "a smaller base, shorter rows with --max-length, or a lower rank"
    }
}

extension MemoryError: Explained {
    public var explanation: Explanation {
        switch self {
        case .budgetTooSmall(let budget, let smallest):
            Explanation(
                "A memory budget of \(ByteCount(budget)) is too small: at the least, this training takes \(smallest.memory.sum).",
                next: "Give --memory-budget \(ByteCount(smallest.memory.total).roundedUp), or \(smallest.saving).", kind: .usage)
        }
    }
}
