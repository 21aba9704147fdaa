import Adapters
import Faults
import Foundation

/// The clock of the machine, or the one moment that `LORA_NOW` names: recorded dialogues and repeated experiments then read the
/// same time whenever they run.
struct Clock: Sendable {
    private let fixed: String?

    init(environment: [String: String]) { fixed = environment["LORA_NOW"].flatMap { $0.isEmpty ? nil : $0 } }

    var now: Timestamp { fixed.flatMap { Timestamp($0) } ?? Timestamp(Date()) }

    /// - Throws: `ClockError` when `LORA_NOW` names no moment.
    func check() throws(ClockError) {
        if let fixed, Timestamp(fixed) == nil { throw ClockError.unreadable(fixed) }
    }
}

/// Why there is no time to go by.
enum ClockError: Error, Hashable, Explained {
    case unreadable(String)

    var explanation: Explanation {
        switch self {
        case .unreadable(let text):
            Explanation(
                "LORA_NOW is '\(text)', which is no moment.", next: "Unset it, or give \(Timestamp.form).", kind: .usage)
        }
    }
}
