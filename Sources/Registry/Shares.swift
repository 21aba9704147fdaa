import Foundation
import Synchronization

/// Turns many elements into others on all processors, in shares, and keeps their order.
///
/// - Throws: the failure of the first share that fails.
public func inShares<Element: Sendable, Value: Sendable, Failure: Error>(
    of size: Int, _ elements: [Element], _ body: @Sendable (ArraySlice<Element>) throws(Failure) -> [Value]
) throws(Failure) -> [Value] {
    let count = (elements.count + size - 1) / size
    let outcomes = Mutex([Int: Result<[Value], Failure>]())
    DispatchQueue.concurrentPerform(iterations: count) { index in
        let share = elements[index * size..<min(elements.count, (index + 1) * size)]
        let outcome = Result { () throws(Failure) in try body(share) }
        outcomes.withLock { $0[index] = outcome }
    }
    var values: [Value] = []
    for index in 0..<count {
        guard let outcome = outcomes.withLock({ $0[index] }) else { preconditionFailure("every share has been turned") }
        values += try outcome.get()
    }
    return values
}
