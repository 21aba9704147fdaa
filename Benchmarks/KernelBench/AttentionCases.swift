import CKernels

/// Causal attention of one row of 512 tokens, 9 query heads on 3 key heads of 64.
extension KernelCase {
    static var attentionCases: [KernelCase] {
        // two products over half of the square on the way up, five on the way back
        let product = 2 * Double(tokens * tokens) / 2 * Double(headSize * queryHeads)
        return [
            KernelCase("attention_forward", .operations(2 * product)) { path in
                let memory = Memory<Float>(elements: { Buffer(noise: $0) }, scratch: lora_attention_scratch(headSize))
                return { forward(path, memory) }
            },
            KernelCase("attention_backward", .operations(5 * product)) { path in
                let memory = Memory<Float>(elements: { Buffer(noise: $0) }, scratch: lora_attention_scratch(headSize))
                forward(path, memory)
                return { backward(path, memory) }
            },
            KernelCase("brain_attention_forward", .operations(2 * product)) { path in
                let memory = Memory<UInt16>(elements: { Buffer(noise: $0) }, scratch: brainScratch)
                return { forward(path, memory) }
            },
            KernelCase("brain_attention_backward", .operations(5 * product)) { path in
                let memory = Memory<UInt16>(elements: { Buffer(noise: $0) }, scratch: brainScratch)
                forward(path, memory)
                return { backward(path, memory) }
            },
        ]
    }

    private static let tokens = 512
    private static let headSize = 64
    private static let queryHeads = 9
    private static let keyHeads = 3

    private static var shape: lora_attention {
        lora_attention(head_size: headSize, query_heads: queryHeads, key_heads: keyHeads, window: 0, scale: 0.125)
    }

    private static var span: lora_attention_span {
        lora_attention_span(query_start: 0, query_count: tokens, key_start: 0, key_count: tokens)
    }

    private static var brainScratch: Int {
        var shape = shape
        return lora_brain_attention_scratch(&shape, tokens) / 4
    }

    /// What attention reads and writes, and the gradients of it.
    private struct Memory<Element: BitwiseCopyable> {
        let queries, keys, values, out, dOut, dQueries, dKeys, dValues: Buffer<Element>
        let logSums: Buffer<Float>
        let scratch: Buffer<Float>

        init(elements: (Int) -> Buffer<Element>, scratch: Int) {
            let (wide, narrow) = (tokens * headSize * queryHeads, tokens * headSize * keyHeads)
            (queries, out, dOut, dQueries) = (elements(wide), elements(wide), elements(wide), elements(wide))
            (keys, values, dKeys, dValues) = (elements(narrow), elements(narrow), elements(narrow), elements(narrow))
            logSums = Buffer(zeros: tokens * queryHeads)
            self.scratch = Buffer(zeros: scratch)
        }
    }

    private static func forward(_ path: lora_kernel_path, _ m: Memory<Float>) {
        var (shape, span) = (shape, span)
        for head in 0..<queryHeads {
            for first in stride(from: 0, to: tokens, by: Int(LORA_ATTENTION_TILE)) {
                lora_attention_forward(
                    path, &shape, &span, head, first, m.queries.base, m.keys.base, m.values.base, m.out.base, m.logSums.base,
                    m.scratch.base)
            }
        }
    }

    private static func backward(_ path: lora_kernel_path, _ m: Memory<Float>) {
        var (shape, span) = (shape, span)
        for head in 0..<keyHeads {
            lora_attention_backward(
                path, &shape, &span, head, m.queries.base, m.keys.base, m.values.base, m.out.base, m.logSums.base,
                m.dOut.base, m.dQueries.base, m.dKeys.base, m.dValues.base, m.scratch.base)
        }
    }

    private static func forward(_ path: lora_kernel_path, _ m: Memory<UInt16>) {
        var (shape, span) = (shape, span)
        for head in 0..<queryHeads {
            lora_brain_attention_forward(
                path, &shape, &span, head, m.queries.base, m.keys.base, m.values.base, m.out.base, m.logSums.base,
                m.scratch.base)
        }
    }

    private static func backward(_ path: lora_kernel_path, _ m: Memory<UInt16>) {
        var (shape, span) = (shape, span)
        for head in 0..<keyHeads {
            lora_brain_attention_backward(
                path, &shape, &span, head, m.queries.base, m.keys.base, m.values.base, m.out.base, m.logSums.base,
                m.dOut.base, m.dQueries.base, m.dKeys.base, m.dValues.base, m.scratch.base)
        }
    }
}
