import Faults

extension ChatTemplateError: Explained {
    public var explanation: Explanation {
        Explanation(fault, at: line.map { "chat template, line \($0)" }, next: next)
    }

    /// The message alone; for `raise_exception` exactly what the template said.
    public var message: String {
        switch reason {
        case .syntax(let text), .raised(let text), .undefined(let text), .forbidden(let text), .failed(let text),
            .limit(let text), .conversation(let text):
            text
        }
    }

    private var fault: String {
        switch reason {
        case .syntax: "The chat template cannot be read: \(message)."
        case .raised: "The chat template refuses this conversation: \(message)"
        case .undefined: "The chat template uses a value that is not there: \(message)."
        case .forbidden: "The chat template asks for what templates may not do: \(message)."
        case .failed: "The chat template failed: \(message)."
        case .limit: "The chat template asks for too much: \(message)."
        case .conversation: "This conversation cannot be rendered: \(message)."
        }
    }

    private var next: String {
        switch reason {
        case .syntax, .forbidden, .limit: "Correct the template, or use a base whose template renders."
        case .raised, .undefined, .failed: "Give the conversation the roles and fields that the template expects."
        case .conversation: "Correct the conversation."
        }
    }
}
