import Faults

/// Ctrl-C while a merge was measured or written.
struct StoppedMerging: Explained {
    var explanation: Explanation {
        Explanation("Stopped; nothing was written.", next: "Run the command again to merge.", kind: .interrupted)
    }
}
