import CKernels

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
        _ = processorQuota
        withoutActuallyEscaping(work) { work in
            var work = work
            withUnsafeMutablePointer(to: &work) { place in
                lora_share_work(count, { $0.unsafelyUnwrapped.load(as: ((Int) -> Void).self)($1) }, place)
            }
        }
    }

    /// The cores' time that a container grants, in whole cores; more threads than that would spend it waiting awake. 0 where nothing
    /// is bounded.
    private static let processorQuota: Int = {
        let quota = ProcessorQuota.read()
        lora_bound_workers(Int32(quota))
        return quota
    }()

    /// Elements of an elementwise kernel below which waking another core costs more than it saves.
    static let elementGrain = 1 << 15
}
