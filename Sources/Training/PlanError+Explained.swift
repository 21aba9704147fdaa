import Faults

extension PlanError: Explained {
    public var explanation: Explanation {
        switch self {
        case .unknownOption(let name, let nearest?):
            Explanation("No training option is named '\(name)'.", next: "Did you mean '\(nearest)'?", kind: .usage)
        case .unknownOption(let name, nil):
            Explanation(
                "No training option is named '\(name)'.",
                next: "The options are " + TrainingOption.allCases.map(\.rawValue).joined(separator: ", ") + ".", kind: .usage)
        case .notAllowed(let option, let value):
            Explanation(
                "'\(value)' is no value for \(option.rawValue).", next: "It takes \(option.allowed).", kind: .usage)
        case .needsAdapter(let option, let method):
            Explanation(
                "Method \(method.rawValue) trains every weight and has no adapter, so \(option.rawValue) means nothing there.",
                next: "Leave \(option.rawValue) out, or train an adapter with method lora or qlora.", kind: .usage)
        case .beyondPositions(let length, let positions):
            Explanation(
                "The base was made for rows of \(positions) tokens at most, and max_length is \(length).",
                next: "Give \(positions) or less, or take a base with a longer context.", kind: .usage)
        case .contradiction(.scheduler, let value, .warmup, let steps):
            Explanation(
                "\(TrainingOption.scheduler.rawValue) \(value) and \(TrainingOption.warmup.rawValue) \(steps) cannot both hold.",
                next: "Leave one of them out, or warm up with \(SchedulerName.constantWithWarmup.rawValue).", kind: .usage)
        case .contradiction(let first, let value, let second, let other):
            Explanation(
                "\(first.rawValue) \(value) and \(second.rawValue) \(other) cannot both hold.",
                next: "Leave one of them out.", kind: .usage)
        }
    }
}
