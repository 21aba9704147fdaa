import Faults

/// Somebody stopped a check before its moment had come.
struct StoppedWaiting: Explained, Hashable {
    var explanation: Explanation {
        Explanation("Stopped before the check began.", next: "Run it without --jitter to check at once.", kind: .interrupted)
    }
}
