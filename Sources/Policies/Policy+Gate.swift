import Adapters

extension Policy {
    /// Whether a candidate may become a version: every rule that applies must pass, and a missing fact does not pass.
    public func judgeCandidate(_ facts: GateFacts) -> GateVerdict {
        let rules = [
            gate.rows.map(GateRule.rows(atLeast:)), .beatsBase(margin: gate.baseMargin),
            gate.significance.map(GateRule.differsFromBase(level:)), .keepsProduction(largestLoss: gate.largestLoss),
        ]
        let outcomes = rules.compactMap { $0?.outcome(for: facts) }
        let isAdmitted = outcomes.allSatisfy { $0.passed == true }
        return GateVerdict(answer: isAdmitted ? .admitted : .refused, rules: outcomes, policy: stamp)
    }
}
