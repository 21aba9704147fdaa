import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Tensors

/// Work shared among threads: every piece once, whoever asks.
struct WorkersTests {
    /// How often each piece was done.
    private final class Tally: Sendable {
        private let counts: Mutex<[Int]>

        init(_ count: Int) { counts = Mutex([Int](repeating: 0, count: count)) }

        func note(_ index: Int) { counts.withLock { $0[index] += 1 } }
        var isOnceEach: Bool { counts.withLock { $0.allSatisfy { $0 == 1 } } }
    }

    @Test(arguments: [0, 1, 2, 3, 1000])
    func `every piece is done once`(_ count: Int) {
        let tally = Tally(count)
        Parallel.each(count, isSmall: false) { tally.note($0) }
        #expect(tally.isOnceEach)
    }

    @Test func `threads that fell asleep are called again`() {
        for _ in 0..<5 {
            Thread.sleep(forTimeInterval: 0.02)
            let tally = Tally(200)
            Parallel.each(200, isSmall: false) { tally.note($0) }
            #expect(tally.isOnceEach)
        }
    }

    @Test func `a piece may share work of its own`() {
        let tally = Tally(64 * 16)
        Parallel.each(64, isSmall: false) { outer in Parallel.each(16, isSmall: false) { tally.note(outer * 16 + $0) } }
        #expect(tally.isOnceEach)
    }

    @Test func `several callers at once get all of their pieces`() {
        let tallies = (0..<4).map { _ in Tally(5000) }
        let threads = tallies.map { tally in
            (thread: Thread { Parallel.each(5000, isSmall: false) { tally.note($0) } }, tally: tally)
        }
        for (thread, _) in threads { thread.start() }
        while !threads.allSatisfy(\.thread.isFinished) { Thread.sleep(forTimeInterval: 0.001) }
        for tally in tallies { #expect(tally.isOnceEach) }
    }

    @Test(arguments: [
        (["cpu.max": "150000 100000\n"], 2), (["cpu.max": "max 100000\n"], 0), (["cpu.max": "100000 100000\n"], 1),
        (["cpu/cpu.cfs_quota_us": "250000\n", "cpu/cpu.cfs_period_us": "100000\n"], 3),
        (["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"], 0), ([:], 0), (["cpu.max": "nonsense"], 0),
    ])
    func `a container's share of the processor is kept to`(files: [String: String], cores: Int) throws {
        let folder = try TemporaryFolder()
        for (path, text) in files {
            let file = folder.url.appending(path: path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        #expect(ProcessorQuota.read(root: folder.url, environment: [:]) == cores)
        for (word, bound) in [("1", 1), ("9", cores == 0 ? 9 : cores), ("0", cores), ("-3", cores), ("two", cores)] {
            #expect(ProcessorQuota.read(root: folder.url, environment: ["OMP_NUM_THREADS": word]) == bound, "\(word)")
        }
    }

    @Test func `what pieces wrote is seen by the caller, many times over`() {
        for round in 0..<2000 {
            var written = [Int](repeating: -1, count: 8)
            written.withUnsafeMutableBufferPointer { buffer in
                let place = Place(base: buffer.baseAddress)
                Parallel.each(8, isSmall: false) { place.base?[$0] = round }
            }
            #expect(written == [Int](repeating: round, count: 8))
        }
    }

    private struct Place: @unchecked Sendable { let base: UnsafeMutablePointer<Int>? }
}
