/// Looks each option up in what was typed, then in what was declared, and holds it against what the option takes.
struct PlanValues {
    let typed: TrainingOptions
    let declared: TrainingOptions

    subscript<Value>(option: KeyPath<TrainingOptions, Value?>) -> Value? {
        typed[keyPath: option] ?? declared[keyPath: option]
    }

    func integer(
        _ option: TrainingOption, _ path: KeyPath<TrainingOptions, Int?>, _ fallback: Int, _ range: ClosedRange<Int>
    ) throws(PlanError) -> Int {
        try require(path, option) { range.contains($0) }
        return self[path] ?? fallback
    }

    func number(
        _ option: TrainingOption, _ path: KeyPath<TrainingOptions, Double?>, _ fallback: Double,
        above: Double = -.infinity, from: Double = -.infinity, through: Double = .infinity, below: Double = .infinity
    ) throws(PlanError) -> Double {
        try require(path, option) { $0.isFinite && $0 > above && $0 >= from && $0 <= through && $0 < below }
        return self[path] ?? fallback
    }

    func require<Value>(
        _ path: KeyPath<TrainingOptions, Value?>, _ option: TrainingOption, _ isAllowed: (Value) -> Bool
    ) throws(PlanError) {
        guard let value = self[path], !isAllowed(value) else { return }
        throw .notAllowed(option, value: "\(value)")
    }

    /// Refuses what describes an adapter where none is trained.
    func requireAdapter(in method: TrainingMethod) throws(PlanError) {
        guard !method.trainsAdapter else { return }
        let given: [(TrainingOption, Bool)] = [
            (.rank, self[\.rank] != nil), (.alpha, self[\.alpha] != nil), (.dropout, self[\.dropout] != nil),
            (.bias, self[\.bias] != nil), (.targetModules, self[\.targetModules] != nil),
            (.usesRSLoRA, self[\.usesRSLoRA] != nil),
        ]
        if let (option, _) = given.first(where: \.1) { throw .needsAdapter(option, method) }
    }

    /// In the order of the block, each once.
    func modules() throws(PlanError) -> [TargetModule] {
        guard let wanted = self[\.targetModules] else { return TargetModule.allCases }
        guard !wanted.isEmpty else { throw .notAllowed(.targetModules, value: "") }
        return TargetModule.allCases.filter(wanted.contains)
    }

    func warmup(otherwise fallback: Double) throws(PlanError) -> Double {
        try require(\.warmup, .warmup) { $0 >= 0 && $0 <= 10_000_000 && ($0 < 1 || $0 == $0.rounded()) }
        return self[\.warmup] ?? fallback
    }

    func evalSteps(otherwise fallback: Double) throws(PlanError) -> Double {
        try require(\.evalSteps, .evalSteps) { $0 > 0 && $0 <= 10_000_000 && ($0 < 1 || $0 == $0.rounded()) }
        return self[\.evalSteps] ?? fallback
    }

    /// What was typed stands before what was declared, whichever of the two options it was.
    func length(otherwise steps: Int) throws(PlanError) -> TrainingLength {
        try require(\.maxSteps, .maxSteps) { (1...10_000_000).contains($0) }
        try require(\.epochs, .epochs) { $0 > 0 && $0 <= 10_000 }
        for options in [typed, declared] {
            if let steps = options.maxSteps { return .steps(steps) }
            if let epochs = options.epochs { return .epochs(epochs) }
        }
        return .steps(steps)
    }

    /// What the base was not made for is refused where somebody asked for it.
    func maxLength(otherwise fallback: Int, positions: Int?) throws(PlanError) -> Int {
        let length = try integer(.maxLength, \.maxLength, min(fallback, positions ?? fallback), 2...1_048_576)
        if let positions, length > positions { throw .beyondPositions(length, positions: positions) }
        return length
    }

    /// A budget decides itself what is computed again, so nobody can forbid that; a typed budget stands before a declared word.
    func memoryBudget() throws(PlanError) -> Int? {
        guard let budget = self[\.memoryBudget] else { return nil }
        let forbids = typed.memoryBudget == nil ? self[\.gradientCheckpointing] : typed.gradientCheckpointing
        if forbids == false {
            throw .contradiction(.memoryBudget, value: "\(ByteCount(budget))", .gradientCheckpointing, otherValue: "false")
        }
        guard budget > 0 else { throw .notAllowed(.memoryBudget, value: "\(budget)") }
        return budget
    }

    func day(otherwise fallback: String) throws(PlanError) -> CalendarDay {
        let text = self[\.chatDate] ?? fallback
        guard let day = CalendarDay(text) else { throw .notAllowed(.chatDate, value: text) }
        return day
    }

    /// Refuses settings that the schedule would not look at.
    func requireReach(of scheduler: SchedulerName) throws(PlanError) {
        if let minimum = self[\.minimumLearningRate], minimum > 0, scheduler != .cosineWithMinimum {
            throw .contradiction(
                .scheduler, value: scheduler.rawValue, .minimumLearningRate, otherValue: "\(minimum)")
        }
        if let warmup = self[\.warmup], warmup > 0, scheduler == .constant {
            throw .contradiction(.scheduler, value: scheduler.rawValue, .warmup, otherValue: "\(warmup)")
        }
        if let cycles = self[\.cycles], cycles > 1, scheduler != .cosineWithRestarts {
            throw .contradiction(.scheduler, value: scheduler.rawValue, .cycles, otherValue: "\(cycles)")
        }
    }
}
