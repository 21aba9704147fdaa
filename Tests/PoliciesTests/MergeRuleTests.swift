import Policies
import TestSupport
import Testing

@Suite struct MergeRuleTests {
    private let rules = MergeRules(largestDivergence: 0.01, leastAgreement: 0.99, largestLoss: 0.02)

    private func failures(_ facts: MergeFacts) -> [String] { rules.findings(on: facts).filter { !$0.passed }.map(\.rule) }

    @Test func eachRuleRefusesBeyondItsLimit() {
        #expect(failures(MergeFacts(divergence: 0.01, agreement: 0.99, error: 0.12, adapterError: 0.10)).isEmpty)
        #expect(failures(MergeFacts(divergence: 0.0101, agreement: 1)) == ["largest_divergence"])
        #expect(failures(MergeFacts(divergence: 0, agreement: 0.989)) == ["least_agreement"])
        #expect(failures(MergeFacts(divergence: 0, agreement: 1, error: 0.13, adapterError: 0.10)) == ["largest_loss"])
        #expect(failures(MergeFacts(divergence: 0, agreement: 1, error: 0.05, adapterError: 0.10)).isEmpty)
        #expect(failures(MergeFacts(divergence: .nan, agreement: 1)) == ["largest_divergence"])
    }

    @Test func theOneThatDepartsLeastIsTakenAmongThoseThatPass() {
        let near = MergeFacts(divergence: 0.001, agreement: 0.98)
        let fair = MergeFacts(divergence: 0.004, agreement: 0.995)
        let far = MergeFacts(divergence: 0.009, agreement: 1)
        #expect(rules.best(of: [far, near, fair]) == 2)
        #expect(rules.best(of: [near]) == nil && rules.best(of: []) == nil)
        #expect(
            rules.best(of: [MergeFacts(divergence: 0, agreement: 0.99), MergeFacts(divergence: 0, agreement: 1)]) == 1)
    }

    @Test func theDefaultPolicyStatesItsLimits() throws {
        let merge = try ShippedPolicy.default.load().merge
        #expect(merge == MergeRules(largestDivergence: 0.01, leastAgreement: 0.99, largestLoss: 0.01))
    }
}
