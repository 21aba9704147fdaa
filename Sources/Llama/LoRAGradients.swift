import Tensors

/// The gradients of all that a step trains, summed over its micro-batches: dL/dA and dL/dB of every pair of an adapter, or dL/dW of
/// every weight of the model.
public struct LoRAGradients: Sendable, Hashable {
    public struct Pair: Sendable, Hashable {
        public var a: Matrix
        public var b: Matrix
    }

    /// Empty when the model itself is trained.
    public internal(set) var pairs: [Pair]
    /// Nil while the base is frozen.
    public private(set) var model: ModelWeights?

    /// Zeros for every weight of a model.
    public init(for model: ModelConfiguration) {
        pairs = []
        self.model = ModelWeights(zerosFor: model)
    }

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
        model?.reset()
    }

    /// The Euclidean norm over all parameters, in double precision.
    public var norm: Double {
        pairs.reduce(model?.squaredNorm ?? 0) { $0 + $1.a.squaredNorm + $1.b.squaredNorm }.squareRoot()
    }

    /// Multiplies every gradient, for example to clip their norm.
    public mutating func scale(by factor: Float) {
        for index in pairs.indices {
            pairs[index].a.scale(by: factor)
            pairs[index].b.scale(by: factor)
        }
        model?.scale(by: factor)
    }

    /// Lets `body` add to the gradient of one of the model's weights, unless the base is frozen.
    mutating func add(to name: String, _ body: (inout Matrix) -> Void) { model?.change(name, body) }
}
