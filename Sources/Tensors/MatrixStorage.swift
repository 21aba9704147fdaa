import Foundation
import Synchronization

/// The memory behind a matrix: 64-byte aligned floats that go back to a pool when the last owner lets go.
///
/// A training step makes the same few hundred matrices over and over; taking them from the pool keeps the step free of
/// page faults. Contents are undefined until written.
final class MatrixStorage: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    /// Floats that fit, a size class of `MatrixPool`.
    let capacity: Int

    init(count: Int) {
        capacity = MatrixPool.sizeClass(holding: count)
        base = MatrixPool.take(capacity)
    }

    deinit { MatrixPool.give(back: base, capacity: capacity) }
}

/// Freed matrix memory kept for the next matrix of the same size class.
enum MatrixPool {
    fileprivate struct Shelf { var buffers: [UnsafeMutableRawPointer] = [] }
    fileprivate struct State: @unchecked Sendable {
        var shelves: [Int: Shelf] = [:]
        var keptFloats = 0
        var lentFloats = 0
        /// Floats lent and kept together above which nothing is kept.
        var bound = Int.max
    }

    /// Beyond this (1 GiB) freed memory returns to the system.
    private static let keepLimit = isExact ? 0 : 1 << 28
    private static let state = Mutex(State())

    /// In a build for the address sanitizer every matrix has memory of its own size, freed at once, so that a kernel that leaves it is
    /// caught: `Scripts/sanitize.sh`.
    private static let isExact: Bool = {
        #if EXACT_MEMORY
            true
        #else
            false
        #endif
    }()

    /// The smallest size class that holds `count` floats: 1, 5/4, 6/4 or 7/4 times a power of two, at least 64.
    static func sizeClass(holding count: Int) -> Int {
        guard !isExact else { return count }
        guard count > 64 else { return 64 }
        let power = 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
        let quarter = power / 4
        return power + (count - power + quarter - 1) / quarter * quarter
    }

    static func take(_ capacity: Int) -> UnsafeMutablePointer<Float> {
        let (kept, surplus) = state.withLock { state -> (UnsafeMutableRawPointer?, [UnsafeMutableRawPointer]) in
            state.lentFloats += capacity
            guard let buffer = state.shelves[capacity]?.buffers.popLast() else { return (nil, state.surplus()) }
            state.keptFloats -= capacity
            return (buffer, [])
        }
        for buffer in surplus { buffer.deallocate() }
        let memory = kept ?? UnsafeMutableRawPointer.allocate(byteCount: capacity * 4, alignment: 64)
        return memory.bindMemory(to: Float.self, capacity: capacity)
    }

    static func give(back buffer: UnsafeMutablePointer<Float>, capacity: Int) {
        let raw = UnsafeMutableRawPointer(buffer)
        let isKept = state.withLock { state in
            state.lentFloats -= capacity
            guard state.keptFloats + capacity <= keepLimit else { return false }
            state.shelves[capacity, default: Shelf()].buffers.append(raw)
            state.keptFloats += capacity
            return true
        }
        if !isKept { raw.deallocate() }
    }

    /// Bounds what is lent and kept together: what is lent has to fit, what is kept makes room for it.
    static func bound(floats: Int) { state.withLock { $0.bound = floats } }
}

extension MatrixPool.State {
    /// All that is kept, when it and what is lent pass the bound; it is then no longer kept.
    fileprivate mutating func surplus() -> [UnsafeMutableRawPointer] {
        guard lentFloats + keptFloats > bound else { return [] }
        defer { (shelves, keptFloats) = ([:], 0) }
        return shelves.values.flatMap(\.buffers)
    }
}

/// What the memory of matrices takes.
public enum PooledMemory {
    /// Bytes that a matrix of so many bytes takes in its size class.
    public static func bytes(_ count: Int) -> Int { 4 * MatrixPool.sizeClass(holding: (count + 3) / 4) }

    /// Keeps freed matrices for later only while all matrices together take no more; Int.max for no bound.
    public static func bound(_ bytes: Int) { MatrixPool.bound(floats: bytes / 4) }
}
