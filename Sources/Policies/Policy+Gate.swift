import Adapters

extension Policy {
    /// Whether a candidate may become a version: every rule that applies must pass, and a missing fact does not pass.
    public func judgeCandidate(_ facts: GateFacts) -> GateVerdict {
        let rules = [
            gate.rows.map(GateRule.rows(atLeast:)), .beatsBase(margin: gate.baseMargin),
            gate.significance.map(GateRule.differsFromBase(level:)),
            .keepsProduction(largestLoss: gate.largestLoss, significance: gate.lossSignificance),
            gate.slices.map(GateRule.keepsSlices), gate.suites.map(GateRule.keepsSuites),
            gate.stopRate.map(GateRule.stops(atLeast:)),
            gate.effect.map(GateRule.hasEffect(atLeast:)), gate.keepsProbes ? .keepsProbes : nil,
            gate.forbidsLeaks ? .forbidsLeaks : nil,
        ]
        let outcomes = rules.compactMap { $0?.outcome(for: facts) }
        let isAdmitted = outcomes.allSatisfy { $0.passed == true }
        return GateVerdict(answer: isAdmitted ? .admitted : .refused, rules: outcomes, policy: stamp)
    }
}
