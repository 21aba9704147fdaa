import Faults

/// Why a model behind a server cannot be measured.
public enum EndpointError: Error, Hashable {
    /// Another process puts the same rows to the same model.
    case busy(String)
    /// It has no such interface.
    case lacksForm(Endpoint.Form, server: String, message: String?)
    /// It takes none of the questions; what it says of the last.
    case refusesAll(server: String, message: String)
    /// What answers there does not speak as OpenAI's servers do.
    case incompatible(server: String)
    /// It replies as they do, but without an answer.
    case noAnswer(server: String)
    /// It says so, and lists none.
    case modelNotFound(String, server: String, message: String)
    case unknownModel(String, server: String, known: [String], nearest: String?)
}

extension EndpointError: Explained {
    public var explanation: Explanation {
        switch self {
        case .busy(let path):
            Explanation(
                "Another process is putting these rows to this model.", at: path,
                next: "Wait for it, then run the command again.",
                kind: .busy)
        case .lacksForm(let form, let server, let message):
            Explanation(
                "\(server) offers no /\(form.path)\(message.map { ": \($0)" } ?? "").",
                next: "Check the address, which ends with /v1 as a rule, and that the server speaks as OpenAI's does.")
        case .incompatible(let server):
            Explanation(
                "\(server) is no OpenAI-compatible server at this address: its reply is no answer of a model.",
                next: "Check --url (or --endpoint), which usually ends with /v1.", kind: .usage)
        case .noAnswer(let server):
            Explanation(
                "\(server) replied, each time without an answer of the model.",
                next: "See what its own log says, then run the command again.")
        case .modelNotFound(let model, let server, let message):
            Explanation(
                "\(server) serves no model '\(model)': \(message).",
                next: "Check --model: it is the name under which the server knows the adapter.", kind: .usage)
        case .unknownModel(let model, let server, let known, let nearest):
            Explanation(
                "\(server) serves no model '\(model)'; it has \(known.prefix(5).joined(separator: ", "))"
                    + "\(known.count > 5 ? " and \(known.count - 5) more" : "").",
                next: nearest.map { "Did you mean '\($0)'?" }
                    ?? "Name one of them by --model, or load the adapter there first.", kind: .usage)
        case .refusesAll(let server, let message):
            Explanation("\(server) takes none of the rows: \(message).", next: "Check --model and what the model can be asked.")
        }
    }
}
