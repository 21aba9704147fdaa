import Foundation

/// What the last verb of a shell said and how it ended, for `explain last`.
final class LastCommand: @unchecked Sendable {
    struct Outcome: Sendable {
        let words: [String]
        let status: ExitStatus
        /// What it printed, complaints too, a line each; of a long output the end.
        let lines: [String]
    }

    private let lock = NSLock()
    private var outcome: Outcome?

    /// Nil before the first verb.
    var latest: Outcome? { lock.withLock { outcome } }

    func note(_ outcome: Outcome) { lock.withLock { self.outcome = outcome } }
}
