import Tensors

/// The linears of a group and their pairs: `Y = X · Wᵀ + P · (scale · B)ᵀ + b`, `P = X̃ · Aᵀ`, X̃ the input after dropout.
///
/// The low-rank term is one more term of the same product, summed before anything is rounded.
struct AdaptedLinears {
    private let linears: [FrozenLinear]
    private let pass: ForwardPass
    private let input: LeftOperand
    let saved: [LoRAPair.Saved?]

    init(_ linears: [FrozenLinear], _ x: Activations, _ pass: ForwardPass) {
        self.linears = linears
        self.pass = pass
        input = LeftOperand(x)
        saved = Self.project(x, input, linears, pass)
    }

    func outputs() -> [Activations] { Product.activations(linears.indices.map(sum)) }

    /// `residual += Y` of the only linear.
    func add(to residual: inout Matrix) { Product.add(sum(0), to: &residual) }

    private func sum(_ index: Int) -> Product.Sum {
        var terms = [Product.Term(input, .transposedWeight(linears[index].weight))]
        if let saved = saved[index], let (_, pair) = pass.pair(for: linears[index].module) {
            terms.append(
                Product.Term(
                    LeftOperand(saved.projected, columns: saved.columns), .transposed(pair.scaledB(pass.arithmetic))))
        }
        return Product.Sum(terms, bias: linears[index].bias)
    }

    /// P of every linear that has a pair; one product for all of them while nothing is dropped.
    private static func project(
        _ x: Activations, _ input: LeftOperand, _ linears: [FrozenLinear], _ pass: ForwardPass
    ) -> [LoRAPair.Saved?] {
        let pairs = linears.map { pass.pair(for: $0.module)?.pair }
        if linears.contains(where: { pass.mask(for: $0.module) != nil }) {
            return zip(linears, pairs).map { linear, pair in
                guard let pair else { return nil }
                let dropped = pass.mask(for: linear.module).map { LeftOperand($0.apply(x)) } ?? input
                let term = Product.Term(dropped, .transposed(pair.a(pass.arithmetic)))
                return LoRAPair.Saved(projected: Product.activations(Product.Sum(term)), columns: 0..<pair.rank)
            }
        }
        let stack = pairs.compactMap { $0?.a(pass.arithmetic) }
        guard !stack.isEmpty else { return pairs.map { _ in nil } }
        let all = Product.activations(Product.Sum(Product.Term(input, .transposed(Activations(stacking: stack)))))
        var start = 0
        return pairs.map { pair in
            guard let pair else { return nil }
            defer { start += pair.rank }
            return LoRAPair.Saved(projected: all, columns: start..<start + pair.rank)
        }
    }
}
