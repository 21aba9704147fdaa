import CKernels
import Foundation

/// The instruction set that kernels run on. Formats (NF4, 8-bit states) come out the same on every path, bit for bit; the kernels of
/// a layer add in another order and agree to rounding.
public enum KernelPath: String, Sendable, Hashable, CaseIterable {
    case portable
    /// 64-bit ARM: the portable code in the vectors that every such processor has.
    case neon
    case avx2, avx512, avx512bf16

    /// The environment variable that forces a path.
    public static let variable = "LORA_KERNELS"

    /// The path kernels take in this process, chosen once; the portable one while `LORA_KERNELS` asks for the impossible.
    public static let current: KernelPath =
        switch choice {
        case .success(let path): path
        case .failure: .portable
        }

    /// The best path this processor can run.
    public static let supported = KernelPath(lora_supported_kernel_path())

    /// Paths this processor can run, slowest first.
    public static var available: [KernelPath] { supported.included }

    /// The paths that run wherever this one does, slowest first, itself last.
    private var included: [KernelPath] {
        switch self {
        case .portable: [.portable]
        case .neon: [.portable, .neon]
        case .avx2: [.portable, .avx2]
        case .avx512: [.portable, .avx2, .avx512]
        case .avx512bf16: [.portable, .avx2, .avx512, .avx512bf16]
        }
    }

    private static let choice = Result { () throws(KernelPathError) in
        try chosen(by: ProcessInfo.processInfo.environment[variable], supported: supported)
    }

    /// Throws when `LORA_KERNELS` names a path that does not exist or that this processor cannot run.
    public static func check() throws(KernelPathError) { _ = try choice.get() }

    /// The supported path, unless the user wants a lesser one.
    static func chosen(by wish: String?, supported: KernelPath) throws(KernelPathError) -> KernelPath {
        guard let wish, !wish.isEmpty else { return supported }
        guard let path = KernelPath(rawValue: wish) else { throw .unknown(wish) }
        guard supported.included.contains(path) else { throw .unsupported(path, best: supported) }
        return path
    }

    /// Whether products of brain floats are instructions of the processor here.
    public var multipliesBrainFloats: Bool { self == .avx512bf16 }

    /// What kernels take as their `path` argument.
    package var code: lora_kernel_path {
        switch self {
        case .portable: LORA_PATH_PORTABLE
        case .neon: LORA_PATH_NEON
        case .avx2: LORA_PATH_AVX2
        case .avx512: LORA_PATH_AVX512
        case .avx512bf16: LORA_PATH_AVX512_BF16
        }
    }

    private init(_ code: lora_kernel_path) {
        self =
            switch code {
            case LORA_PATH_AVX512_BF16: .avx512bf16
            case LORA_PATH_AVX512: .avx512
            case LORA_PATH_AVX2: .avx2
            case LORA_PATH_NEON: .neon
            default: .portable
            }
    }
}

/// A value of `LORA_KERNELS` that cannot be followed.
public enum KernelPathError: Error, Hashable {
    case unknown(String)
    case unsupported(KernelPath, best: KernelPath)
}
