import Faults

extension ConfigurationError: Explained {
    public var explanation: Explanation { Explanation(what, at: "\(file):\(key)", next: next, kind: kind) }

    /// What is not supported was named by mistake; what no such file says is damage.
    private var kind: FaultKind { if case .unsupported = reason { .usage } else { .integrity } }

    private var what: String {
        switch reason {
        case .missing: "The key \"\(key)\" is missing."
        case .wrongKind(let expected): "The value of \"\(key)\" is not \(expected)."
        case .outOfRange(let found, let allowed): "The value \(found) of \"\(key)\" is not \(allowed)."
        case .unsupported(let found, let supported):
            "\"\(key)\" is \(found), which is not supported; supported: \(supported.joined(separator: ", "))."
        case .inconsistent(let text): text
        }
    }

    private var next: String {
        switch reason {
        case .unsupported: "Choose a model or adapter of a supported kind."
        default: "Compare the file with the one on the model's page, or download it again."
        }
    }
}
