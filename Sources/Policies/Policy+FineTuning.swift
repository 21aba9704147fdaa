import Adapters

extension Policy {
    /// Whether fine-tuning is worth it.
    ///
    /// One failed rule makes it "no", whatever else is unknown; otherwise one rule that could not decide makes it "not enough
    /// evidence"; otherwise "yes". The clock matters only where the policy limits the age of evidence.
    public func judgeFineTuning(_ facts: FineTuningFacts, now: Timestamp) -> Verdict {
        let rules: [FineTuningRule] = [
            .baseError(fineTuning.baseError), .examples(atLeast: fineTuning.examples), .horizon(atLeast: fineTuning.horizon),
        ]
        let judged = rules.map { (rule: $0, outcome: $0.outcome(for: facts, now: now)) }
        let failed = judged.filter { $0.outcome.passed == false }
        let undecided = judged.filter { $0.outcome.passed == nil }
        return Verdict(
            answer: !failed.isEmpty ? .no : undecided.isEmpty ? .yes : .notEnoughEvidence, rules: judged.map(\.outcome),
            reasons: judged.map(\.outcome.reason), alternatives: failed.map { $0.rule.alternative(for: facts) },
            needs: undecided.map { $0.rule.need(after: $0.outcome, on: facts) },
            signals: fineTuning.signals.read(facts.signals),
            baseErrorInterval: facts.baseError.flatMap(fineTuning.baseError.measuredInterval), policy: stamp)
    }
}

extension SignalThresholds {
    /// The signals whose facts are known.
    func read(_ facts: SignalFacts) -> [Signal] {
        [
            facts.promptingAccuracy.map(accuracyPlateau), facts.promptTokens.map(promptLength),
            facts.domainVocabularyRatio.map(domainVocabulary),
        ].compactMap(\.self)
    }

    private func accuracyPlateau(_ accuracy: Double) -> Signal {
        let (input, threshold) = (RuleValue.rate(accuracy), RuleValue.rate(promptingAccuracyBelow))
        let isBelow = accuracy < promptingAccuracyBelow
        return Signal(
            name: "accuracy_plateau", input: input, threshold: threshold, favours: isBelow,
            words: "Prompting reaches \(input.words) accuracy, \(isBelow ? "below" : "not below") \(threshold.words).")
    }

    private func promptLength(_ tokens: Int) -> Signal {
        let (input, threshold) = (RuleValue.count(tokens), RuleValue.count(promptTokensAbove))
        let isAbove = tokens > promptTokensAbove
        return Signal(
            name: "prompt_length", input: input, threshold: threshold, favours: isAbove,
            words: "The prompt takes \(input.words) tokens, \(isAbove ? "more" : "not more") than \(threshold.words).")
    }

    private func domainVocabulary(_ ratio: Double) -> Signal {
        let (input, threshold) = (RuleValue.ratio(ratio), RuleValue.ratio(domainVocabularyRatioAbove))
        let isAbove = ratio > domainVocabularyRatioAbove
        return Signal(
            name: "domain_vocabulary", input: input, threshold: threshold, favours: isAbove,
            words: "The data takes \(input.words) times the tokens per word of general text, "
                + "\(isAbove ? "more" : "not more") than \(threshold.words).")
    }
}
