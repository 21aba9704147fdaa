import Tensors

/// dL/dA and dL/dB of every pair of an adapter, summed over the micro-batches of a step.
public struct LoRAGradients: Sendable, Hashable {
    public struct Pair: Sendable, Hashable {
        public var a: Matrix
        public var b: Matrix
    }

    public internal(set) var pairs: [Pair]

    /// Zeros in the shape of `adapter`.
    public init(for adapter: LoRAAdapter) {
        pairs = adapter.pairs.map {
            Pair(a: Matrix(rows: $0.a.rows, columns: $0.a.columns), b: Matrix(rows: $0.b.rows, columns: $0.b.columns))
        }
    }

    public mutating func reset() {
        for index in pairs.indices {
            pairs[index].a.fill(0)
            pairs[index].b.fill(0)
        }
    }

    /// The Euclidean norm over all parameters, in double precision.
    public var norm: Double { pairs.reduce(0) { $0 + $1.a.squaredNorm + $1.b.squaredNorm }.squareRoot() }

    /// Multiplies every gradient, for example to clip their norm.
    public mutating func scale(by factor: Float) {
        for index in pairs.indices {
            pairs[index].a.scale(by: factor)
            pairs[index].b.scale(by: factor)
        }
    }
}
