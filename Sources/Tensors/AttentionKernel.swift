import CKernels

/// Rows that see each other: the queries are the last positions of the keys.
public struct AttentionSpan: Sendable, Hashable {
    public let queries: Range<Int>
    public let keys: Range<Int>

    public init(queries: Range<Int>, keys: Range<Int>) {
        precondition(queries.count <= keys.count, "every query has its own key")
        self.queries = queries
        self.keys = keys
    }

    var code: lora_attention_span {
        lora_attention_span(
            query_start: queries.lowerBound, query_count: queries.count, key_start: keys.lowerBound, key_count: keys.count)
    }
}

/// Causal attention, `softmax(scale · Q·Kᵀ) · V` per head, each key head serving queryHeads/keyHeads query heads.
///
/// Q, out [tokens, queryHeads · headSize] · K, V [tokens, keyHeads · headSize]. Scores live in tiles of 64 × 64 only.
public struct AttentionKernel: Sendable, Hashable {
    public let headSize: Int
    public let queryHeads: Int
    public let keyHeads: Int
    /// Keys a query sees, itself counted; nil sees every earlier one.
    public let window: Int?
    public let scale: Float

    public init(headSize: Int, queryHeads: Int, keyHeads: Int, window: Int?, scale: Float) {
        precondition(headSize > 0 && keyHeads > 0 && queryHeads.isMultiple(of: keyHeads), "key heads serve equal groups")
        precondition(window.map { $0 > 0 } ?? true, "a window holds at least the token itself")
        self.headSize = headSize
        self.queryHeads = queryHeads
        self.keyHeads = keyHeads
        self.window = window
        self.scale = scale
    }

    /// Returns the mixed values and log Σ e^score [tokens, queryHeads], which backward needs.
    public func forward(
        queries: Activations, keys: Activations, values: Activations, spans: [AttentionSpan]
    ) -> (out: Activations, logSums: Matrix) {
        switch (queries, keys, values) {
        case (.floats(let queries), .floats(let keys), .floats(let values)):
            let (out, logSums) = forward(queries: queries, keys: keys, values: values, spans: spans)
            return (.floats(out), logSums)
        case (.brains(let queries), .brains(let keys), .brains(let values)):
            let (out, logSums) = forward(queries: queries, keys: keys, values: values, spans: spans)
            return (.brains(out), logSums)
        default: preconditionFailure("queries, keys and values are of one kind")
        }
    }

    /// dQ, dK and dV from dOut.
    public func backward(
        _ dOut: Activations, queries: Activations, keys: Activations, values: Activations, out: Activations, logSums: Matrix,
        spans: [AttentionSpan]
    ) -> (queries: Activations, keys: Activations, values: Activations) {
        switch (dOut, queries, keys, values, out) {
        case (.floats(let dOut), .floats(let q), .floats(let k), .floats(let v), .floats(let out)):
            let d = backward(dOut, queries: q, keys: k, values: v, out: out, logSums: logSums, spans: spans)
            return (.floats(d.queries), .floats(d.keys), .floats(d.values))
        case (.brains(let dOut), .brains(let q), .brains(let k), .brains(let v), .brains(let out)):
            let d = backward(dOut, queries: q, keys: k, values: v, out: out, logSums: logSums, spans: spans)
            return (.brains(d.queries), .brains(d.keys), .brains(d.values))
        default: preconditionFailure("all activations are of one kind")
        }
    }

    /// Returns the mixed values and log Σ e^score [tokens, queryHeads], which backward needs.
    public func forward(
        queries: Matrix, keys: Matrix, values: Matrix, spans: [AttentionSpan]
    ) -> (out: Matrix, logSums: Matrix) {
        check((queries.rows, queries.columns), (keys.rows, keys.columns), (values.rows, values.columns), spans)
        var out = Matrix(undefinedRows: queries.rows, columns: queries.columns)
        var logSums = Matrix(undefinedRows: queries.rows, columns: queryHeads)
        let (o, l) = (out.mutablePointer(), logSums.mutablePointer())
        let tile = LORA_ATTENTION_TILE
        let blocks = spans.flatMap { span in stride(from: 0, to: span.queries.count, by: tile).map { (span.code, $0) } }
        var shape = code
        withUnsafePointer(to: &shape) { shape in
            Parallel.each(blocks.count * queryHeads, isSmall: work(spans) < Self.smallWork) { index in
                var (span, first) = blocks[index / queryHeads]
                var scratch = scratch
                lora_attention_forward(
                    KernelPath.current.code, shape, &span, index % queryHeads, first, queries.pointer, keys.pointer,
                    values.pointer, o, l, scratch.mutablePointer())
            }
        }
        return (out, logSums)
    }

    /// dQ, dK and dV from dOut.
    public func backward(
        _ dOut: Matrix, queries: Matrix, keys: Matrix, values: Matrix, out: Matrix, logSums: Matrix, spans: [AttentionSpan]
    ) -> (queries: Matrix, keys: Matrix, values: Matrix) {
        check((queries.rows, queries.columns), (keys.rows, keys.columns), (values.rows, values.columns), spans)
        precondition(dOut.count == queries.count && out.count == queries.count, "a gradient for every output")
        precondition(logSums.rows == queries.rows && logSums.columns == queryHeads, "a log-sum for every head of every query")
        var dQueries = Matrix(undefinedRows: queries.rows, columns: queries.columns)
        var dKeys = Matrix(undefinedRows: keys.rows, columns: keys.columns)
        var dValues = Matrix(undefinedRows: keys.rows, columns: keys.columns)
        let (dq, dk, dv) = (dQueries.mutablePointer(), dKeys.mutablePointer(), dValues.mutablePointer())
        var shape = code
        withUnsafePointer(to: &shape) { shape in
            Parallel.each(spans.count * keyHeads, isSmall: work(spans) < Self.smallWork) { index in
                var span = spans[index / keyHeads].code
                var scratch = scratch
                lora_attention_backward(
                    KernelPath.current.code, shape, &span, index % keyHeads, queries.pointer, keys.pointer, values.pointer,
                    out.pointer, logSums.pointer, dOut.pointer, dq, dk, dv, scratch.mutablePointer())
            }
        }
        return (dQueries, dKeys, dValues)
    }
}

extension AttentionKernel {
    /// Multiplications below which one core is faster than two.
    private static let smallWork = 1 << 18

    private func work(_ spans: [AttentionSpan]) -> Int {
        spans.reduce(0) { $0 + $1.queries.count * $1.keys.count * headSize * queryHeads }
    }

    private var scratch: Matrix { Matrix(undefinedRows: 1, columns: lora_attention_scratch(headSize)) }

    private var code: lora_attention {
        lora_attention(
            head_size: headSize, query_heads: queryHeads, key_heads: keyHeads, window: window ?? 0, scale: scale)
    }

    private typealias Size = (rows: Int, columns: Int)

    private func check(_ queries: Size, _ keys: Size, _ values: Size, _ spans: [AttentionSpan]) {
        precondition(queries.columns == queryHeads * headSize && keys.columns == keyHeads * headSize, "heads fill the rows")
        precondition(values.columns == keys.columns && values.rows >= keys.rows, "a value for every key")
        precondition(
            spans.allSatisfy { $0.queries.upperBound <= queries.rows && $0.keys.upperBound <= keys.rows },
            "spans lie in the rows")
    }
}

/// The same on brain floats, in tiles that run on the processor's own products.
extension AttentionKernel {
    public func forward(
        queries: BrainFloatMatrix, keys: BrainFloatMatrix, values: BrainFloatMatrix, spans: [AttentionSpan]
    ) -> (out: BrainFloatMatrix, logSums: Matrix) {
        check((queries.rows, queries.columns), (keys.rows, keys.columns), (values.rows, values.columns), spans)
        var out = BrainFloatMatrix(undefinedRows: queries.rows, columns: queries.columns)
        var logSums = Matrix(undefinedRows: queries.rows, columns: queryHeads)
        let (o, l) = (out.mutablePointer(), logSums.mutablePointer())
        each(spans, heads: queryHeads) { shape, span, head, scratch in
            lora_brain_attention_forward(
                KernelPath.current.code, shape, span, head, queries.pointer, keys.pointer, values.pointer, o, l, scratch)
        }
        return (out, logSums)
    }

    public func backward(
        _ dOut: BrainFloatMatrix, queries: BrainFloatMatrix, keys: BrainFloatMatrix, values: BrainFloatMatrix,
        out: BrainFloatMatrix, logSums: Matrix, spans: [AttentionSpan]
    ) -> (queries: BrainFloatMatrix, keys: BrainFloatMatrix, values: BrainFloatMatrix) {
        check((queries.rows, queries.columns), (keys.rows, keys.columns), (values.rows, values.columns), spans)
        precondition(dOut.count == queries.count && out.count == queries.count, "a gradient for every output")
        precondition(logSums.rows == queries.rows && logSums.columns == queryHeads, "a log-sum for every head of every query")
        var dQueries = BrainFloatMatrix(undefinedRows: queries.rows, columns: queries.columns)
        var dKeys = BrainFloatMatrix(undefinedRows: keys.rows, columns: keys.columns)
        var dValues = BrainFloatMatrix(undefinedRows: keys.rows, columns: keys.columns)
        let (dq, dk, dv) = (dQueries.mutablePointer(), dKeys.mutablePointer(), dValues.mutablePointer())
        each(spans, heads: keyHeads) { shape, span, head, scratch in
            lora_brain_attention_backward(
                KernelPath.current.code, shape, span, head, queries.pointer, keys.pointer, values.pointer, out.pointer,
                logSums.pointer, dOut.pointer, dq, dk, dv, scratch)
        }
        return (dQueries, dKeys, dValues)
    }

    /// Calls `kernel` for every span and head, with memory of its own.
    private func each(
        _ spans: [AttentionSpan], heads: Int,
        _ kernel: (
            UnsafePointer<lora_attention>, UnsafePointer<lora_attention_span>, _ head: Int, _ scratch: UnsafeMutableRawPointer
        ) -> Void
    ) {
        var shape = code
        withUnsafePointer(to: &shape) { shape in
            Parallel.each(spans.count * heads, isSmall: work(spans) < Self.smallWork) { index in
                var span = spans[index / heads].code
                let bytes = lora_brain_attention_scratch(shape, span.key_count)
                let scratch = MatrixStorage(count: (bytes + 3) / 4)
                withExtendedLifetime(scratch) { kernel(shape, &span, index % heads, scratch.base) }
            }
        }
    }
}
