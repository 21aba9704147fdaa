import Tensors

/// A number for every weight of a model, in 32 bits: the masters that a full fine-tune moves, or the gradients that move them.
public struct ModelWeights: Sendable, Hashable {
    /// In model order.
    public let parameters: [ModelParameter]
    private var matrices: [Matrix]
    private let places: [String: Int]

    init(_ parameters: [ModelParameter], _ matrices: [Matrix]) {
        precondition(parameters.count == matrices.count, "a matrix for every weight")
        self.parameters = parameters
        self.matrices = matrices
        places = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($1.name, $0) })
    }

    /// Zeros.
    public init(zerosFor model: ModelConfiguration) {
        let parameters = model.parameters
        self.init(parameters, parameters.map { Matrix(rows: $0.rows, columns: $0.columns) })
    }

    public var count: Int { parameters.reduce(0) { $0 + $1.count } }

    /// - Precondition: the model has a weight of that name.
    public subscript(name: String) -> Matrix { matrices[place(of: name)] }

    /// Changes one weight where it lies.
    public mutating func change(_ name: String, _ body: (inout Matrix) -> Void) { body(&matrices[place(of: name)]) }

    private func place(of name: String) -> Int {
        guard let place = places[name] else { preconditionFailure("the model has no weight named \(name)") }
        return place
    }

    /// Visits each weight with its gradient in model order: what an optimizer's step is made of.
    public mutating func update(
        with gradients: ModelWeights, _ body: (_ parameter: ModelParameter, _ weight: inout Matrix, _ gradient: Matrix) -> Void
    ) {
        precondition(gradients.parameters == parameters, "gradients belong to these weights")
        for index in matrices.indices { body(parameters[index], &matrices[index], gradients.matrices[index]) }
    }
}

/// What sums of gradients are asked for.
extension ModelWeights {
    mutating func reset() {
        for index in matrices.indices { matrices[index].fill(0) }
    }

    var squaredNorm: Double { matrices.reduce(0) { $0 + $1.squaredNorm } }

    mutating func scale(by factor: Float) {
        for index in matrices.indices { matrices[index].scale(by: factor) }
    }
}
