import Faults

/// Ctrl-C while rows were looked at.
struct StoppedChecking: Explained, Hashable {
    var explanation: Explanation {
        Explanation(
            "Stopped before all rows were looked at; nothing was written.", next: "Run the command again.", kind: .interrupted)
    }
}

extension Session {
    /// - Throws: `StoppedChecking` once Ctrl-C was pressed.
    func checkOn() throws {
        if isInterrupted { throw StoppedChecking() }
    }
}
