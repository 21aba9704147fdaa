import CCeilings
import CKernels
import COpenBLAS
import Foundation
import Synchronization
import Tensors

/// What this machine gives at most.
enum Ceilings {
    /// Multiply-adds on registers alone.
    static func products(_ path: KernelPath, cores: Int) -> Rate {
        var sums = [Float](repeating: 1, count: 16)
        let operations = ceiling_products(path.code, rounds, &sums)
        let code = path.code
        let seconds = Stopwatch.seconds(cores: cores) {
            let sums = Buffer<Float>(noise: 16)
            return { _ = ceiling_products(code, rounds, sums.base) }
        }
        return Rate(.operations(operations), seconds: seconds) * cores
    }

    static func sgemm(cores: Int) -> Rate {
        let n = 1024
        openblas_set_num_threads(1)
        let seconds = Stopwatch.seconds(cores: cores) {
            let a = Buffer<Float>(noise: n * n), b = Buffer<Float>(noise: n * n), c = Buffer<Float>(zeros: n * n)
            return {
                let size = blasint(n)
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, a.base, size, b.base, size, 0, c.base, size)
            }
        }
        return Rate(.operations(2 * pow(Double(n), 3)), seconds: seconds) * cores
    }

    /// Copies in a core's own cache, and through memory.
    static let copies = [("copy of 256 KiB", 1 << 18), ("copy of 256 MiB", 1 << 28)]

    /// Bytes read and written.
    static func copy(_ bytes: Int, cores: Int) -> Rate {
        let seconds = Stopwatch.seconds(cores: cores) {
            let from = Buffer<Float>(zeros: bytes / 4), to = Buffer<Float>(zeros: bytes / 4)
            return { memcpy(to.base, from.base, bytes) }
        }
        return Rate(.bytes(2 * bytes), seconds: seconds) * cores
    }

    /// The ceiling that a kernel is held against on one core: multiply-adds of its path, or a copy through memory.
    static func limit(of rate: Rate, _ path: KernelPath) -> Rate {
        guard rate.unit == "GFLOP/s" else { return copyThroughMemory }
        return measured.withLock { known in
            if let found = known[path] { return found }
            let found = products(path, cores: 1)
            known[path] = found
            return found
        }
    }

    private static let copyThroughMemory = copy(1 << 28, cores: 1)
    private static let measured = Mutex<[KernelPath: Rate]>([:])
    private static let rounds = 1 << 16
}
