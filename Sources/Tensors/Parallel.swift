import Dispatch

/// Work shared among cores. How it is cut depends on sizes alone, never on the number of cores, so that results do not either.
enum Parallel {
    /// Calls `work` with ranges that together make 0..<count, each about `grain` long.
    static func ranges(_ count: Int, grain: Int, _ work: (Range<Int>) -> Void) {
        let grain = max(1, grain)
        let pieces = (count + grain - 1) / grain
        guard pieces > 1 else { return count > 0 ? work(0..<count) : () }
        each(pieces, isSmall: false) { piece in work(piece * grain..<min(count, (piece + 1) * grain)) }
    }

    /// Calls `work` for each index; one after the other when `isSmall`.
    static func each(_ count: Int, isSmall: Bool, _ work: (Int) -> Void) {
        if isSmall || count < 2 { return (0..<count).forEach(work) }
        withoutActuallyEscaping(work) { work in
            let shared = SharedWork(run: work)
            DispatchQueue.concurrentPerform(iterations: count) { shared.run($0) }
        }
    }

    /// Work whose pieces write disjoint memory: the promise each kernel door makes, which the compiler cannot see.
    private struct SharedWork: @unchecked Sendable { let run: (Int) -> Void }

    /// Elements of an elementwise kernel below which waking another core costs more than it saves.
    static let elementGrain = 1 << 15
}
