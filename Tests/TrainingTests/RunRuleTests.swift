import Randomness
import StrictJSON
import Testing

@testable import Training

@Suite struct RunRuleTests {
    static let limits = RunLimits(
        gain: 0.01, window: 3, extensionFactor: 2, patience: 2, highTrainingLoss: 2, highHeldOutLoss: 2, escalationRank: 32)

    /// A rule over ten planned steps that saw these held-out losses at steps 1, 2, ….
    private func rule(_ losses: [Double], training: Double = 0.5, limits: RunLimits = Self.limits, planned: Int = 10) -> RunRule {
        RunRule(
            limits, plannedSteps: planned,
            evaluations: losses.enumerated().map {
                RunEvaluation(step: $0.offset + 1, heldOutLoss: $0.element, trainingLoss: training)
            })
    }

    private let falling = (1...10).map { 2 - 0.1 * Double($0) }
    private let flat = [1.9, 1.6, 1.3, 1.2, 1.1, 1.0, 1.0, 1.0, 0.999, 0.998]

    @Test func nothingIsDecidedBeforeThePlannedSteps() {
        let rule = rule(Array(falling.prefix(9)))
        #expect(rule.state == .planned && rule.lastStep == 10)
        #expect(rule.decisions.map(\.action) == Array(repeating: .goOn, count: 9))
    }

    @Test func aLossThatStillFallsExtendsTheRunToTwiceItsSteps() {
        let rule = rule(falling)
        #expect(rule.state == .extended && rule.lastStep == 20)
        #expect(rule.decisions.last?.action == .extend(to: 20))
    }

    @Test func aPlateauAtThePlannedStepsStops() {
        let rule = rule(flat)
        #expect(rule.state == .stopped(.plateau) && rule.lastStep == 10)
        #expect(rule.best?.step == 10, "the lowest is kept even where it is no progress")
    }

    /// 0.99 is what the lowest of the earlier evaluations, 1, allows; only below it is falling.
    @Test(arguments: [(0.99, false), (0.9899, true)])
    func theThresholdItselfIsNoFall(last: Double, extends: Bool) {
        let rule = rule([2, 1, 1, 1, 1, 1, 1, 1, 1, last])
        #expect((rule.state == .extended) == extends)
    }

    @Test func anExtensionEndsAfterItsStepsOrOnAPlateau() {
        let whole = rule(falling + (11...20).map { 2 - 0.05 * Double($0) - 0.6 })
        #expect(whole.state == .stopped(.extendedSteps) && whole.best?.step == 20)
        let stalled = rule(falling + [1.1, 0.99, 0.995, 0.991])
        #expect(stalled.state == .stopped(.plateau) && stalled.lastStep == 14 && stalled.best?.step == 12)
        // The planned steps count for nothing in the extension's patience.
        let worse = rule(falling + [1.2, 1.1])
        #expect(worse.state == .stopped(.plateau) && worse.lastStep == 12 && worse.best?.step == 10)
    }

    @Test func bothLossesHighIsUnderfittingAndProposesTheRank() {
        let high = flat.map { $0 + 2 }
        let rule = rule(high, training: 2.5)
        #expect(rule.state == .stopped(.underfitting))
        #expect(rule.proposedRank(over: 16) == 32)
        #expect(rule.proposedRank(over: 32) == nil && rule.proposedRank(over: 64) == nil)
        #expect(self.rule(high, training: 2).state == .stopped(.plateau), "the training loss is not above its limit")
        #expect(self.rule(flat, training: 2.5).state == .stopped(.plateau), "the held-out loss is low")
        #expect(self.rule(flat, training: 2.5).proposedRank(over: 16) == nil)
    }

    @Test func aLossThatFallsIsExtendedHoweverHigh() {
        #expect(rule(falling.map { 3 * $0 + 3 }, training: 9).state == .extended)
    }

    @Test func oneEvaluationShowsNoTrend() {
        let rule = rule([1], planned: 1)
        #expect(rule.state == .stopped(.plannedSteps) && rule.decisions.last?.basis == .nothingToCompare)
    }

    @Test func fewerEvaluationsThanTheWindowCompareWithTheFirst() {
        #expect(rule([2, 1], planned: 2).state == .extended)
        #expect(rule([1, 1], planned: 2).state == .stopped(.plateau))
    }

    @Test func aFactorOfOneNeverExtends() {
        let limits = RunLimits(
            gain: 0.01, window: 3, extensionFactor: 1, patience: 2, highTrainingLoss: 2, highHeldOutLoss: 2, escalationRank: 32)
        let rule = rule(falling, limits: limits)
        #expect(rule.state == .stopped(.plannedSteps) && rule.lastStep == 10)
    }

    @Test func theEarliestOfEqualLossesIsBest() { #expect(rule([1, 0.5, 0.5]).best?.step == 2) }

    /// Cut at any place and folded again, seeded random courses lead to the same state, decisions and best.
    @Test func replayingAnyPrefixComesToTheSameState() {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<200 {
            var whole = RunRule(Self.limits, plannedSteps: 10)
            while true {
                if case .stopped = whole.state { break }
                let loss = 0.5 + Double(generator.next(below: 4_000)) / 1_000
                whole.note(
                    RunEvaluation(
                        step: (whole.evaluations.last?.step ?? 0) + 1, heldOutLoss: loss,
                        trainingLoss: Double(generator.next(below: 4))))
                #expect(RunRule(Self.limits, plannedSteps: 10, evaluations: whole.evaluations) == whole)
            }
            #expect((10...20).contains(whole.lastStep))
            #expect(whole.best?.heldOutLoss == whole.evaluations.map(\.heldOutLoss).min())
            #expect(whole.decisions.count == whole.evaluations.count)
        }
    }

    @Test func everyDecisionNamesWhatItRestsOn() {
        #expect(
            rule(falling).decisions.last?.words
                == "The held-out loss still falls: 1.0000 is below 1.2870; it goes on to step 20.")
        #expect(
            rule(flat).decisions.last?.words
                == "The held-out loss is on a plateau: 0.9980 is not below 0.9900, where it would count as falling.")
        #expect(
            rule(flat.map { $0 + 2 }, training: 2.5).decisions.last?.words
                == "The run underfits: the training loss of 2.5000 is above 2.0000, and the held-out loss of 2.9980 above 2.0000."
        )
    }

    @Test func aConclusionIsReadBackAsItWasWritten() throws {
        let rule = rule(flat.map { $0 + 2 }, training: 2.5)
        let conclusion = try #require(RunConclusion(rule, rank: 16, precursor: "run-1"))
        #expect(RunConclusion(conclusion.json) == conclusion)
        #expect(conclusion.proposedRank == 32 && conclusion.precursor == "run-1")
        #expect(RunConclusion(self.rule(falling), rank: 16, precursor: nil) == nil, "it goes on")
    }
}

@Suite struct LossWatchdogTests {
    private let limits = LossWatchdog.Limits(factor: 3, margin: 2, steps: 3)

    private func barks(at losses: [Double]) -> Int? {
        var dog = LossWatchdog()
        return losses.firstIndex { dog.barks(at: $0, limits) }
    }

    @Test func aLossFarAboveTheLowestForLongEnoughBarks() {
        #expect(barks(at: [4, 1, 3.1, 3.1, 3.1]) == 4)
        #expect(barks(at: [4, 1, 3.1, 3.1, 1, 3.1, 3.1]) == nil, "one sound step begins the count anew")
        #expect(barks(at: [4, 1, 3, 3, 3, 3]) == nil, "three times the lowest is not above it")
    }

    @Test func aLowLossMayTripleOnHardRows() { #expect(barks(at: [0.1, 0.5, 0.5, 0.5, 2, 2, 2]) == nil) }

    @Test func whatItSawIsReadBack() throws {
        var dog = LossWatchdog()
        #expect(LossWatchdog(dog.json) == dog)
        for loss in [1.25, 9, 9] { _ = dog.barks(at: loss, limits) }
        #expect(LossWatchdog(dog.json) == dog && dog.streak == 2 && dog.lowest == 1.25)
    }
}
