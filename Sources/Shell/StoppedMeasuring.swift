import Faults

/// Ctrl-C while rows were being measured: nothing was recorded.
struct StoppedMeasuring: Explained {
    var explanation: Explanation {
        Explanation("Stopped; nothing was recorded.", next: "Run the command again to measure.", kind: .interrupted)
    }
}
