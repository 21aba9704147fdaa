import Foundation
import Synchronization

/// Turns many elements into others on all processors, in shares, and keeps their order.
///
/// - Throws: the failure of the first share that fails.
func inShares<Element: Sendable, Value: Sendable>(
    of size: Int, _ elements: [Element], _ body: @Sendable (ArraySlice<Element>) throws -> [Value]
) throws -> [Value] {
    let count = (elements.count + size - 1) / size
    let outcomes = Mutex([Int: Result<[Value], any Error>]())
    DispatchQueue.concurrentPerform(iterations: count) { index in
        let outcome = Result { try body(elements[index * size..<min(elements.count, (index + 1) * size)]) }
        outcomes.withLock { $0[index] = outcome }
    }
    return try outcomes.withLock { outcomes in try (0..<count).compactMap { try outcomes[$0]?.get() } }.flatMap(\.self)
}
