import Faults

/// The one table of exit statuses, the same for every verb.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    case passed = 0
    case runtimeError = 1
    case usage = 2
    case actionDue = 10
    case adviceIsNo = 11
    case notEnoughEvidence = 12
    case verificationFailed = 13
    case integrityFailure = 14
    case busy = 75
    case interrupted = 130

    public init(_ kind: FaultKind) {
        self =
            switch kind {
            case .runtime: .runtimeError
            case .usage: .usage
            case .verification: .verificationFailed
            case .integrity: .integrityFailure
            case .busy: .busy
            case .interrupted: .interrupted
            }
    }

    var meaning: String {
        switch self {
        case .passed: "passed, or nothing due"
        case .runtimeError: "runtime error"
        case .usage: "usage"
        case .actionDue: "action due"
        case .adviceIsNo: "advice is no"
        case .notEnoughEvidence: "not enough evidence"
        case .verificationFailed: "gate or verification failed"
        case .integrityFailure: "integrity failure"
        case .busy: "busy, try later"
        case .interrupted: "interrupted (state saved)"
        }
    }

    /// The table as `--help` prints it.
    static var table: String {
        "EXIT STATUS\n" + allCases.map { "  \($0.rawValue)\t\($0.meaning)" }.joined(separator: "\n")
    }
}
