import Foundation

/// How far one next-token distribution departs from another.
public struct TokenDivergence: Sendable, Hashable {
    /// KL(reference ‖ candidate) in nats.
    public let divergence: Double
    /// Whether both find the same token likeliest, the first of equals.
    public let agrees: Bool
}

/// `KL(softmax(l) ‖ softmax(c)) = Σ p (l − c) − log Σ e^l + log Σ e^c` of rows of logits, strip by strip of the vocabulary, so that no
/// whole row need stand in memory.
public struct DivergenceSums: Sendable {
    private var rows: [Row]

    public init(rows count: Int) { rows = [Row](repeating: Row(), count: count) }

    /// Takes the next tokens of the vocabulary; both [rows, tokens of the strip].
    public mutating func add(reference: Matrix, candidate: Matrix) {
        precondition(reference.rows == rows.count && candidate.rows == rows.count, "a row of logits for each")
        precondition(reference.columns == candidate.columns, "both have one vocabulary")
        let width = reference.columns
        let (left, right) = (UncheckedFloats(reference.pointer), UncheckedFloats(candidate.pointer))
        rows.withUnsafeMutableBufferPointer { rows in
            let rows = UncheckedRows(rows.baseAddress)
            Parallel.ranges(reference.rows, grain: max(1, Parallel.elementGrain / 16 / max(1, width))) { range in
                for row in range { rows.base?[row].add(left.base + row * width, right.base + row * width, width) }
            }
        }
    }

    public var tokens: [TokenDivergence] { rows.map(\.token) }

    /// Shared by threads that touch rows of their own.
    private struct UncheckedRows: @unchecked Sendable {
        let base: UnsafeMutablePointer<Row>?
        init(_ base: UnsafeMutablePointer<Row>?) { self.base = base }
    }

    private struct UncheckedFloats: @unchecked Sendable {
        let base: UnsafePointer<Float>
        init(_ base: UnsafePointer<Float>) { self.base = base }
    }
}

extension DivergenceSums {
    private struct Row: Sendable {
        private var reference = Peak()
        private var candidate = Peak()
        /// Σ e^(l − largest l) and Σ e^(l − largest l) · (l − c).
        private var sum = 0.0
        private var weighted = 0.0
        /// Σ e^(c − largest c).
        private var other = 0.0
        private var seen = 0

        mutating func add(_ l: UnsafePointer<Float>, _ c: UnsafePointer<Float>, _ count: Int) {
            let shrink = reference.rise(to: l, count, from: seen)
            (sum, weighted) = (sum * shrink, weighted * shrink)
            other *= candidate.rise(to: c, count, from: seen)
            seen += count
            let (top, otherTop) = (reference.value, candidate.value)
            for token in 0..<count {
                let (own, their) = (Double(l[token]), Double(c[token]))
                let weight = exp(own - top)
                sum += weight
                weighted += weight * (own - their)
                other += exp(their - otherTop)
            }
        }

        var token: TokenDivergence {
            let divergence = weighted / sum - (reference.value + log(sum)) + (candidate.value + log(other))
            return TokenDivergence(divergence: max(0, divergence), agrees: reference.token == candidate.token)
        }
    }

    /// The largest logit so far.
    private struct Peak: Sendable {
        private(set) var value = -Double.infinity
        private(set) var token = 0

        /// - Returns: what sums relative to the old peak are multiplied by.
        mutating func rise(to logits: UnsafePointer<Float>, _ count: Int, from first: Int) -> Double {
            guard count > 0 else { return 1 }
            var best = 0
            for token in 1..<max(1, count) where logits[token] > logits[best] { best = token }
            guard Double(logits[best]) > value else { return 1 }
            defer { (value, token) = (Double(logits[best]), first + best) }
            return exp(value - Double(logits[best]))
        }
    }
}
