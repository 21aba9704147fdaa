import Foundation
import Synchronization

/// Does two things at once that need nothing of each other.
///
/// The first stays on this thread, and may itself use all processors: Dispatch gives one to what is nested in `concurrentPerform`.
///
/// - Throws: the failure of the first, else of the second.
public func together<First, Second: Sendable>(
    _ first: () throws -> First, and second: @escaping @Sendable () throws -> Second
) throws -> (First, Second) {
    let outcome = Outcome<Second>()
    let group = DispatchGroup()
    DispatchQueue.global(qos: .userInitiated).async(group: group) {
        let result = Result { try second() }
        outcome.value.withLock { $0 = result }
    }
    let one = Result { try first() }
    group.wait()
    guard let other = outcome.value.withLock({ $0 }) else { preconditionFailure("both have been done") }
    return (try one.get(), try other.get())
}

/// Where one thread leaves for another what it has done.
private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Result<Value, any Error>?>(nil)
}
