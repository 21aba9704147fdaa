import Faults

/// Why a model behind a server cannot be measured.
public enum EndpointError: Error, Hashable {
    /// Another process puts the same rows to the same model.
    case busy(String)
    /// It takes none of the questions; what it says of the last.
    case refusesAll(server: String, message: String)
}

extension EndpointError: Explained {
    public var explanation: Explanation {
        switch self {
        case .busy(let path):
            Explanation(
                "Another process is putting these rows to this model.", at: path,
                next: "Wait for it, then run the command again.",
                kind: .busy)
        case .refusesAll(let server, let message):
            Explanation("\(server) takes none of the rows: \(message).", next: "Check --model and what the model can be asked.")
        }
    }
}
