import CKernels

/// One kernel on inputs like those of a 135M base at 1,024 tokens, and what a call of it does.
struct KernelCase: Sendable {
    enum Work: Sendable {
        /// Floating-point operations.
        case operations(Double)
        /// Bytes that have to be read and written.
        case bytes(Int)
    }

    let name: String
    let work: Work
    /// Whether the kernel has a copy for each path.
    let hasPaths: Bool
    /// Makes inputs and outputs of its own, and returns the call.
    let prepare: @Sendable (lora_kernel_path) -> () -> Void

    init(_ name: String, _ work: Work, hasPaths: Bool = true, prepare: @escaping @Sendable (lora_kernel_path) -> () -> Void) {
        self.name = name
        self.work = work
        self.hasPaths = hasPaths
        self.prepare = prepare
    }

    /// Every kernel of CKernels that a step or a checkpoint runs.
    static var all: [KernelCase] { productCases + layerCases + attentionCases + storageCases }
}

/// Memory for a kernel's arguments, 64-byte aligned; given back when the last one who holds it lets go.
final class Buffer<Element: BitwiseCopyable> {
    let base: UnsafeMutablePointer<Element>
    private let memory: UnsafeMutableRawPointer

    init(_ count: Int, _ value: (Int) -> Element) {
        memory = .allocate(byteCount: count * MemoryLayout<Element>.stride, alignment: 64)
        base = memory.bindMemory(to: Element.self, capacity: count)
        for index in 0..<count { base[index] = value(index) }
    }

    deinit { memory.deallocate() }
}

extension Buffer<Float> {
    /// Numbers in ±1 that look random.
    convenience init(noise count: Int) { self.init(count) { Float(($0 &* 2_654_435_761) >> 7 & 0xFFFF) / 32768 - 1 } }
    convenience init(zeros count: Int) { self.init(count) { _ in 0 } }
}

extension Buffer<UInt16> {
    /// The same as brain floats.
    convenience init(noise count: Int) {
        self.init(count) { UInt16((Float(($0 &* 2_654_435_761) >> 7 & 0xFFFF) / 32768 - 1).bitPattern >> 16) }
    }
}
