import StrictJSON

/// A verdict as it was given, kept to be scored later against what happened.
public struct Decision: Sendable, Hashable {
    public enum Question: String, Sendable, Hashable, CaseIterable {
        case shouldFinetune = "should_finetune"
        case admit
        case promote
        case retrain
        case retire
    }

    public let adapter: AdapterName
    public let question: Question
    /// The verdict's word, such as `yes` or `not_enough_evidence`.
    public let answer: String
    /// The whole verdict: rules, inputs, thresholds.
    public let verdict: JSONValue
    public let at: Timestamp

    public init(adapter: AdapterName, question: Question, answer: String, verdict: JSONValue, at: Timestamp) {
        self.adapter = adapter
        self.question = question
        self.answer = answer
        self.verdict = verdict
        self.at = at
    }
}
