import Faults

extension KernelPathError: Explained {
    public var explanation: Explanation { Explanation(what, at: KernelPath.variable, next: next, kind: .usage) }

    private var what: String {
        switch self {
        case .unknown(let text): "'\(text)' is not a kernel path."
        case .unsupported(let path, _): "This processor cannot run the \(path.rawValue) kernels."
        }
    }

    private var next: String {
        switch self {
        case .unknown: "Unset it, or set it to portable, neon, avx2, avx512 or avx512bf16."
        case .unsupported(_, let best): "Unset it, or set it to \(best.rawValue)."
        }
    }
}
