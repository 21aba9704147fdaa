import CKernels
import Dispatch

/// Work done in a second.
struct Rate: Sendable {
    let value: Double
    let unit: String
    var text: String { "\(value < 100 ? String((value * 10).rounded() / 10) : String(Int(value.rounded()))) \(unit)" }

    init(_ work: KernelCase.Work, seconds: Double) {
        switch work {
        case .operations(let count): (value, unit) = (count / seconds / 1e9, "GFLOP/s")
        case .bytes(let count): (value, unit) = (Double(count) / seconds / 1e9, "GB/s")
        }
    }

    static func * (rate: Rate, factor: Int) -> Rate { Rate(value: rate.value * Double(factor), unit: rate.unit) }

    private init(value: Double, unit: String) {
        self.value = value
        self.unit = unit
    }
}

/// Times calls; the best round counts, since others are disturbed.
enum Stopwatch {
    static let rounds = 3
    /// Seconds that a round lasts at least.
    private static let least = 0.04

    /// The rate of a kernel when every core runs it on memory of its own.
    static func rate(_ item: KernelCase, _ path: lora_kernel_path, cores: Int) -> Rate {
        Rate(item.work, seconds: seconds(cores: cores) { item.prepare(path) }) * cores
    }

    /// Seconds of one call while as many cores make the same call; each core prepares its own.
    static func seconds(cores: Int, _ prepare: @Sendable () -> () -> Void) -> Double {
        guard cores > 1 else { return best(of: prepare()) }
        let slots = Buffer<Double>(cores) { _ in 0 }
        let shared = Shared(base: slots.base)
        DispatchQueue.concurrentPerform(iterations: cores) { shared.base[$0] = best(of: prepare()) }
        return (0..<cores).map { slots.base[$0] }.max() ?? 0
    }

    /// Each core writes a place of its own.
    private struct Shared: @unchecked Sendable { let base: UnsafeMutablePointer<Double> }

    private static func best(of call: () -> Void) -> Double {
        call()
        return (0..<rounds).map { _ in round(of: call) }.min() ?? 0
    }

    private static func round(of call: () -> Void) -> Double {
        let start = DispatchTime.now().uptimeNanoseconds
        var (calls, elapsed) = (0, 0.0)
        repeat {
            call()
            calls += 1
            elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        } while elapsed < least
        return elapsed / Double(calls)
    }
}
