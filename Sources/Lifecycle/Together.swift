import Foundation
import Synchronization

/// Does two things at once that need nothing of each other.
///
/// - Throws: the failure of the first, else of the second.
func together<First: Sendable, Second: Sendable>(
    _ first: @Sendable () throws -> First, and second: @Sendable () throws -> Second
) throws -> (First, Second) {
    let outcomes = Mutex<(Result<First, any Error>?, Result<Second, any Error>?)>((nil, nil))
    DispatchQueue.concurrentPerform(iterations: 2) { index in
        if index == 0 {
            let outcome = Result { try first() }
            outcomes.withLock { $0.0 = outcome }
        } else {
            let outcome = Result { try second() }
            outcomes.withLock { $0.1 = outcome }
        }
    }
    guard case (let one?, let other?) = outcomes.withLock({ $0 }) else { preconditionFailure("both have been done") }
    return (try one.get(), try other.get())
}
