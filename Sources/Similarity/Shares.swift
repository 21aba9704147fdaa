import Foundation
import Synchronization

/// Work on a range of numbers, shared among the processors.
public enum Shares {
    /// What `body` makes of each share, in order: as many shares as processors, none smaller than 256.
    public static func map<Value: Sendable>(_ count: Int, _ body: @Sendable (Range<Int>) -> Value) -> [Value] {
        let shares = max(1, min(ProcessInfo.processInfo.activeProcessorCount, count / 256))
        guard shares > 1 else { return count == 0 ? [] : [body(0..<count)] }
        let values = Mutex([Value?](repeating: nil, count: shares))
        DispatchQueue.concurrentPerform(iterations: shares) { share in
            let value = body(count * share / shares..<count * (share + 1) / shares)
            values.withLock { $0[share] = value }
        }
        return values.withLock { $0.compactMap(\.self) }
    }

    /// One value for each number, in order.
    public static func each<Value: Sendable>(of range: Range<Int>, _ body: @Sendable (Int) -> Value) -> [Value] {
        map(range.count) { share in share.map { body(range.lowerBound + $0) } }.flatMap(\.self)
    }
}
