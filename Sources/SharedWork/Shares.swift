import Foundation
import Synchronization

/// What `body` makes of each share of a range of numbers, on all processors, in order.
///
/// - Parameter size: of each share but the last.
/// - Throws: the failure of the first share that fails.
public func inShares<Value: Sendable, Failure: Error>(
    of size: Int, _ range: Range<Int>, _ body: @Sendable (Range<Int>) throws(Failure) -> Value
) throws(Failure) -> [Value] {
    let count = (range.count + size - 1) / size
    let outcomes = Mutex([Int: Result<Value, Failure>]())
    DispatchQueue.concurrentPerform(iterations: count) { index in
        let start = range.lowerBound + index * size
        let outcome = Result { () throws(Failure) in try body(start..<min(range.upperBound, start + size)) }
        outcomes.withLock { $0[index] = outcome }
    }
    var values: [Value] = []
    for index in 0..<count {
        guard let outcome = outcomes.withLock({ $0[index] }) else { preconditionFailure("every share has been done") }
        values.append(try outcome.get())
    }
    return values
}

/// Turns many elements into others on all processors, in shares, and keeps their order.
///
/// - Throws: the failure of the first share that fails.
public func inShares<Element: Sendable, Value: Sendable, Failure: Error>(
    of size: Int, _ elements: [Element], _ body: @Sendable (ArraySlice<Element>) throws(Failure) -> [Value]
) throws(Failure) -> [Value] {
    let shares = try inShares(of: size, elements.indices) { (share) throws(Failure) in try body(elements[share]) }
    var values: [Value] = []
    values.reserveCapacity(shares.reduce(0) { $0 + $1.count })
    for share in shares { values += share }
    return values
}

/// What `body` makes of as many shares as there are processors, none much smaller than 256 numbers.
public func inShares<Value: Sendable>(_ range: Range<Int>, _ body: @Sendable (Range<Int>) -> Value) -> [Value] {
    let shares = max(1, min(ProcessInfo.processInfo.activeProcessorCount, range.count / 256))
    return inShares(of: max(1, (range.count + shares - 1) / shares), range, body)
}

/// One value for each number, in order.
public func inSharesOfEach<Value: Sendable>(_ range: Range<Int>, _ body: @Sendable (Int) -> Value) -> [Value] {
    inShares(range) { share in share.map(body) }.flatMap(\.self)
}
