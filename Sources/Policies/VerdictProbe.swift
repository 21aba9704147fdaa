import Adapters

/// Asks the same policy about neighbouring facts. Each rule is monotone in its input and so is the verdict, in the order no, not enough
/// evidence, yes; the first value that says something else is therefore found by halving.
struct VerdictProbe {
    enum Direction { case down, up }

    let facts: FineTuningFacts
    let policy: Policy
    let now: Timestamp
    let answer: Verdict.Answer

    init(facts: FineTuningFacts, policy: Policy, now: Timestamp) {
        (self.facts, self.policy, self.now) = (facts, policy, now)
        answer = policy.judgeFineTuning(facts, now: now).answer
    }

    private func answer(to facts: FineTuningFacts) -> Verdict.Answer { policy.judgeFineTuning(facts, now: now).answer }

    /// The nearest value below or above the present one with another answer.
    func nearest(_ input: Sensitivity.Input, _ direction: Direction) -> Sensitivity.Change? {
        guard let scale = InputScale(input, of: facts), let present = scale.present else { return nil }
        let step: Int?
        switch direction {
        case .down:
            let top = Int(present.rounded(.up)) - 1
            step =
                top < scale.range.lowerBound
                ? nil : last(in: scale.range.lowerBound...top) { answer(to: scale.facts($0)) != answer }
        case .up:
            let bottom = Int(present.rounded(.down)) + 1
            step =
                bottom > scale.range.upperBound
                ? nil : first(in: bottom...scale.range.upperBound) { answer(to: scale.facts($0)) != answer }
        }
        return step.map { change(scale, to: $0, direction, answer(to: scale.facts($0))) }
    }

    /// The smallest sets of inputs that, each set to where its own rule passes, give yes together.
    func waysToYes() -> [[Sensitivity.Change]] {
        let steps = Sensitivity.Input.allCases.compactMap { input in passing(input) }
        for size in 1...3 {
            let ways = subsets(of: steps, size).filter { answer(to: applied($0)) == .yes }
            guard ways.isEmpty else { return ways.map { way in way.map { change($0.scale, to: $0.step, .up, .yes) } } }
        }
        return []
    }

    private typealias Step = (scale: InputScale, step: Int)

    /// Where the rule of an input begins to pass; nil where it passes now, or nowhere.
    private func passing(_ input: Sensitivity.Input) -> Step? {
        guard let scale = InputScale(input, of: facts) else { return nil }
        func passes(_ facts: FineTuningFacts) -> Bool {
            policy.judgeFineTuning(facts, now: now).rules.first { $0.rule == input.rule }?.passed == true
        }
        guard !passes(facts) else { return nil }
        let bottom = scale.present.map { Int($0.rounded(.down)) + 1 } ?? scale.range.lowerBound
        guard bottom <= scale.range.upperBound else { return nil }
        return first(in: bottom...scale.range.upperBound) { passes(scale.facts($0)) }.map { (scale, $0) }
    }

    /// Rate and rows of one measurement are never changed together: either alone decides that rule.
    private func subsets(of steps: [Step], _ size: Int) -> [[Step]] {
        let all = (0..<(1 << steps.count)).filter { $0.nonzeroBitCount == size }.map { mask in
            steps.indices.filter { mask & (1 << $0) != 0 }.map { steps[$0] }
        }
        return all.filter { Set($0.map(\.scale.input.rule)).count == size }
    }

    private func applied(_ way: [Step]) -> FineTuningFacts {
        way.reduce(facts) { facts, step in step.scale.setting(facts, to: step.step) }
    }

    private func change(
        _ scale: InputScale, to step: Int, _ direction: Direction, _ answer: Verdict.Answer
    ) -> Sensitivity.Change {
        let (relation, value, number) = scale.boundary(at: step, direction, horizon: policy.fineTuning.horizon)
        let by = scale.number.map { number - $0 }
        let relative = scale.number.flatMap { $0 == 0 ? nil : (number - $0) / $0 }
        return Sensitivity.Change(
            input: scale.input, relation: relation, to: value, by: by.map { scale.input == .baseError ? 100 * $0 : $0 },
            relative: relative, answer: answer)
    }
}

/// The first value of a range for which a condition that never turns false again is true.
private func first(in range: ClosedRange<Int>, where holds: (Int) -> Bool) -> Int? {
    guard holds(range.upperBound) else { return nil }
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
        let middle = low + (high - low) / 2
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
}

/// The last value of a range for which a condition that was true before it is true.
private func last(in range: ClosedRange<Int>, where holds: (Int) -> Bool) -> Int? {
    first(in: (-range.upperBound)...(-range.lowerBound)) { holds(-$0) }.map { -$0 }
}
