import StrictJSON

/// A verdict as it was given, kept to be scored later against what happened.
public struct Decision: Sendable, Hashable {
    public enum Question: String, Sendable, Hashable, CaseIterable {
        case shouldFinetune = "should_finetune"
        case admit
        case promote
        case retrain
        case retire
        case migrate
    }

    public let adapter: AdapterName
    public let question: Question
    /// The verdict's word, such as `yes` or `not_enough_evidence`.
    public let answer: String
    /// The whole verdict: facts, rules, inputs, thresholds, policy, and the program that gave it.
    public let verdict: JSONValue
    public let at: Timestamp

    /// A verdict that is given now: its record names the program that gives it.
    public init(adapter: AdapterName, question: Question, answer: String, verdict: JSONValue, at: Timestamp) {
        var signed = verdict
        if var object = verdict.objectValue, object[Self.signature] == nil {
            object[Self.signature] = .string(ProgramVersion.signature)
            signed = .object(object)
        }
        self.init(recorded: signed, of: adapter, question: question, answer: answer, at: at)
    }

    /// A verdict as it stands in a record. Those from before programs signed theirs stay as they are.
    public init(recorded verdict: JSONValue, of adapter: AdapterName, question: Question, answer: String, at: Timestamp) {
        self.adapter = adapter
        self.question = question
        self.answer = answer
        self.verdict = verdict
        self.at = at
    }

    private static let signature = "made_by"

    /// The program that gave it, with its release; nil where it was not recorded.
    public var madeBy: String? { verdict[Self.signature]?.stringValue }
}
