/// What is known when one asks whether to fine-tune; whatever was not measured is nil.
public struct FineTuningFacts: Sendable, Hashable {
    /// The share of held-out rows that the base answers wrongly, under the task's own metric.
    public var baseError: MeasuredRate?
    /// Training rows left after duplicates, empty, over-long, unlabelled and leaked rows are removed.
    public var effectiveExamples: Int?
    /// How long the adapter will be needed.
    public var horizon: CalendarSpan?
    public var signals: SignalFacts

    public init(
        baseError: MeasuredRate? = nil, effectiveExamples: Int? = nil, horizon: CalendarSpan? = nil,
        signals: SignalFacts = SignalFacts()
    ) {
        self.baseError = baseError
        self.effectiveExamples = effectiveExamples
        self.horizon = horizon
        self.signals = signals
    }
}

/// Circumstances that speak for or against fine-tuning without deciding it.
public struct SignalFacts: Sendable, Hashable {
    /// The best accuracy that prompting alone has reached, in 0...1.
    public var promptingAccuracy: Double?
    /// The length of the prompt that the task needs without an adapter, in tokens of the base.
    public var promptTokens: Int?
    /// Tokens per word on the task's data divided by tokens per word on general text; above 1, the data is unfamiliar.
    public var domainVocabularyRatio: Double?

    public init(promptingAccuracy: Double? = nil, promptTokens: Int? = nil, domainVocabularyRatio: Double? = nil) {
        self.promptingAccuracy = promptingAccuracy
        self.promptTokens = promptTokens
        self.domainVocabularyRatio = domainVocabularyRatio
    }
}
