import CKernels
import Foundation
import Testing

@testable import Tensors

/// Tiled attention against the textbook's, which forms every score, in double precision.
struct AttentionKernelTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let headSize, queryHeads, keyHeads: Int
        var window: Int?
        /// Rows of the batch: queries and the keys before them.
        let rows: [(queries: Int, earlier: Int)]
        var testDescription: String { "\(rows) × \(queryHeads):\(keyHeads) × \(headSize), window \(window ?? 0)" }

        var kernel: AttentionKernel {
            AttentionKernel(
                headSize: headSize, queryHeads: queryHeads, keyHeads: keyHeads, window: window,
                scale: 1 / Float(headSize).squareRoot())
        }

        var spans: [AttentionSpan] {
            var (query, key) = (0, 0)
            return rows.map { row in
                defer { (query, key) = (query + row.queries, key + row.queries + row.earlier) }
                return AttentionSpan(
                    queries: query..<query + row.queries, keys: key..<key + row.queries + row.earlier)
            }
        }
    }

    /// One tile, several tiles, rows that do not see each other, windows smaller and larger than a tile, a cache.
    static let cases = [
        Case(headSize: 8, queryHeads: 2, keyHeads: 1, rows: [(1, 0), (5, 0)]),
        Case(headSize: 20, queryHeads: 4, keyHeads: 2, rows: [(64, 0), (3, 0)]),
        Case(headSize: 33, queryHeads: 3, keyHeads: 3, rows: [(150, 0)]),
        Case(headSize: 16, queryHeads: 2, keyHeads: 1, window: 7, rows: [(90, 0), (20, 0)]),
        Case(headSize: 16, queryHeads: 2, keyHeads: 2, window: 100, rows: [(200, 0)]),
        Case(headSize: 12, queryHeads: 2, keyHeads: 1, rows: [(1, 130), (4, 70)]),
        Case(headSize: 12, queryHeads: 2, keyHeads: 1, window: 5, rows: [(3, 130)]),
    ]

    private struct Inputs {
        let queries, keys, values: Matrix
    }

    private func inputs(_ item: Case) -> Inputs {
        var noise = Noise(UInt64(item.headSize))
        let queries = item.rows.reduce(0) { $0 + $1.queries }
        let keys = item.rows.reduce(0) { $0 + $1.queries + $1.earlier }
        return Inputs(
            queries: noise.matrix(queries, item.queryHeads * item.headSize, scale: 3),
            keys: noise.matrix(keys, item.keyHeads * item.headSize), values: noise.matrix(keys, item.keyHeads * item.headSize))
    }

    private func textbook(_ item: Case, _ x: Inputs) -> [Double] {
        let (queries, keys, values) = (x.queries.values, x.keys.values, x.values.values)
        var out = [Double](repeating: 0, count: queries.count)
        let (d, group) = (item.headSize, item.queryHeads / item.keyHeads)
        for span in item.spans {
            for (i, query) in span.queries.enumerated() {
                let position = span.keys.count - span.queries.count + i
                let first = max(0, position - (item.window ?? Int.max - 1) + 1)
                for head in 0..<item.queryHeads {
                    let place = query * x.queries.columns + head * d
                    func keyPlace(_ j: Int) -> Int { (span.keys.lowerBound + j) * x.keys.columns + head / group * d }
                    var scores: [Double] = []
                    for j in first...position {
                        var score = 0.0
                        for c in 0..<d { score += Double(queries[place + c]) * Double(keys[keyPlace(j) + c]) }
                        scores.append(score * Double(item.kernel.scale))
                    }
                    let largest = scores.max()!
                    let sum = scores.reduce(0) { $0 + exp($1 - largest) }
                    for (j, score) in zip(first...position, scores) {
                        let weight = exp(score - largest) / sum
                        for c in 0..<d { out[place + c] += weight * Double(values[keyPlace(j) + c]) }
                    }
                }
            }
        }
        return out
    }

    @Test(arguments: cases)
    func `forward agrees with the textbook`(_ item: Case) {
        let x = inputs(item)
        let out = item.kernel.forward(queries: x.queries, keys: x.keys, values: x.values, spans: item.spans).out
        // averages of numbers up to 1: rounding of exponentials and of up to 200 terms
        #expect(largestDifference(out, textbook(item, x)) < 3e-6)
    }

    @Test(arguments: cases)
    func `every path agrees with the textbook`(_ item: Case) {
        let x = inputs(item)
        let expected = textbook(item, x)
        for path in KernelPath.available { #expect(largestDifference(forward(item, x, path), expected) < 3e-6, "\(path)") }
    }

    private func forward(_ item: Case, _ x: Inputs, _ path: KernelPath) -> Matrix {
        var out = Matrix(rows: x.queries.rows, columns: x.queries.columns)
        var sums = Matrix(rows: x.queries.rows, columns: item.queryHeads)
        var scratch = Matrix(rows: 1, columns: lora_attention_scratch(item.headSize))
        var shape = lora_attention(
            head_size: item.headSize, query_heads: item.queryHeads, key_heads: item.keyHeads, window: item.window ?? 0,
            scale: item.kernel.scale)
        for span in item.spans {
            var code = span.code
            for head in 0..<item.queryHeads {
                for first in stride(from: 0, to: span.queries.count, by: LORA_ATTENTION_TILE) {
                    lora_attention_forward(
                        path.code, &shape, &code, head, first, x.queries.pointer, x.keys.pointer, x.values.pointer,
                        out.mutablePointer(), sums.mutablePointer(), scratch.mutablePointer())
                }
            }
        }
        return out
    }

    @Test(arguments: cases)
    func `backward agrees with differences`(_ item: Case) {
        let (x, kernel, spans) = (inputs(item), item.kernel, item.spans)
        var noise = Noise(99)
        let dOut = noise.matrix(x.queries.rows, x.queries.columns)
        let (out, logSums) = kernel.forward(queries: x.queries, keys: x.keys, values: x.values, spans: spans)
        let d = kernel.backward(
            dOut, queries: x.queries, keys: x.keys, values: x.values, out: out, logSums: logSums, spans: spans)
        func value(_ q: Matrix, _ k: Matrix, _ v: Matrix) -> Double {
            weighted(kernel.forward(queries: q, keys: k, values: v, spans: spans).out, by: dOut)
        }
        // a few dozen elements spread over each matrix; differences of 32-bit sums are good to about 1e-3
        for index in stride(from: 0, to: x.queries.count, by: max(1, x.queries.count / 37)) {
            let expected = slope(x.queries, at: index) { value($0, x.keys, x.values) }
            #expect(abs(Double(d.queries.values[index]) - expected) < 3e-3, "query \(index)")
        }
        for index in stride(from: 0, to: x.keys.count, by: max(1, x.keys.count / 37)) {
            let byKey = slope(x.keys, at: index) { value(x.queries, $0, x.values) }
            let byValue = slope(x.values, at: index) { value(x.queries, x.keys, $0) }
            #expect(abs(Double(d.keys.values[index]) - byKey) < 3e-3, "key \(index)")
            #expect(abs(Double(d.values.values[index]) - byValue) < 3e-3, "value \(index)")
        }
    }

    @Test func `a score that is not a number is not hidden`() {
        let item = Self.cases[0]
        let x = inputs(item)
        var queries = x.queries
        queries[3, 0] = .nan
        let out = item.kernel.forward(queries: queries, keys: x.keys, values: x.values, spans: item.spans).out
        #expect(out[3, 0].isNaN && !out[2, 0].isNaN)
    }
}
