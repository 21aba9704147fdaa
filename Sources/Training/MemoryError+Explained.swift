import Faults

extension MemoryError: Explained {
    public var explanation: Explanation {
        switch self {
        case .budgetTooSmall(let budget, let smallest):
            Explanation(
                "A memory budget of \(ByteCount(budget)) is too small: at the least, this training takes \(smallest.memory.sum).",
                next: "Give --memory-budget \(ByteCount(smallest.memory.total).roundedUp), shorter rows with --max-length, "
                    + "or a lower rank.",
                kind: .usage)
        }
    }
}
