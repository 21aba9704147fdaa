import Tensors

/// The linears of a group and their pairs in brain floats: `Y = X · Wᵀ + P · (scale · B)ᵀ + b`, `P = X̃ · Aᵀ`.
///
/// The low-rank term is one more term of the same product, summed before anything is rounded.
struct BrainLinears {
    private let linears: [FrozenLinear]
    private let pass: ForwardPass
    private let input: LeftPanels
    private let projected: [BrainFloatMatrix?]

    init(_ linears: [FrozenLinear], _ x: BrainFloatMatrix, _ pass: ForwardPass) {
        self.linears = linears
        self.pass = pass
        input = LeftPanels(x)
        projected = Self.project(x, input, linears, pass)
    }

    var saved: [LoRAPair.Saved?] { projected.map { $0.map { LoRAPair.Saved(projected: .brains($0)) } } }

    func outputs() -> [BrainFloatMatrix] {
        linears.indices.map { BrainProduct.brains(terms($0), bias: linears[$0].bias) }
    }

    /// `residual += Y` of the only linear.
    func add(to residual: inout Matrix) { BrainProduct.add(terms(0), bias: linears[0].bias, to: &residual) }

    private func terms(_ index: Int) -> [BrainProduct.Term] {
        let frozen = BrainProduct.Term(input, .transposedWeight(linears[index].weight))
        guard let projected = projected[index], let (_, pair) = pass.pair(for: linears[index].module) else { return [frozen] }
        return [frozen, BrainProduct.Term(LeftPanels(projected), .transposed(pair.roundedB))]
    }

    /// P of every linear; one product for all of them while nothing is dropped.
    private static func project(
        _ x: BrainFloatMatrix, _ input: LeftPanels, _ linears: [FrozenLinear], _ pass: ForwardPass
    ) -> [BrainFloatMatrix?] {
        let pairs = linears.map { pass.pair(for: $0.module)?.pair }
        if linears.contains(where: { pass.mask(for: $0.module) != nil }) {
            return zip(linears, pairs).map { linear, pair in
                guard let pair else { return nil }
                let dropped = pass.mask(for: linear.module).map { LeftPanels($0.apply(x)) } ?? input
                return BrainProduct.brains([BrainProduct.Term(dropped, .transposed(pair.roundedA))])
            }
        }
        let stack = pairs.compactMap { $0?.roundedA }
        guard !stack.isEmpty else { return pairs.map { _ in nil } }
        let all = BrainProduct.brains([BrainProduct.Term(input, .transposed(BrainFloatMatrix(stacking: stack)))])
        var start = 0
        return pairs.map { pair in
            guard let pair else { return nil }
            defer { start += pair.rank }
            return pairs.count == 1 ? all : all.columns(start..<start + pair.rank)
        }
    }
}

/// The way back through linears that share an input, in brain floats.
struct BrainLinearsGradient: LinearGroupGradient {
    private let linears: [FrozenLinear]
    private let pass: ForwardPass
    private let dOutputs: [BrainFloatMatrix]
    private let panels: [LeftPanels]
    private let pairs: [Adapted?]

    /// A pair and its part of the gradient.
    private struct Adapted {
        /// Among the adapter's pairs.
        let place: Int
        let pair: LoRAPair
        let projected: BrainFloatMatrix
        /// `dP = dY · (scale · B)` [tokens, rank]
        let dProjected: BrainFloatMatrix
        let mask: DropoutMask?
    }

    init(_ linears: [FrozenLinear], _ dOutputs: [BrainFloatMatrix], _ saved: [LoRAPair.Saved?], _ pass: ForwardPass) {
        let panels = dOutputs.map(LeftPanels.init(_:))
        self.linears = linears
        self.pass = pass
        self.dOutputs = dOutputs
        self.panels = panels
        pairs = linears.indices.map { index in
            guard case .brains(let projected)? = saved[index]?.projected,
                let (place, pair) = pass.pair(for: linears[index].module)
            else { return nil }
            let dProjected = BrainProduct.brains([BrainProduct.Term(panels[index], .matrix(pair.roundedB))])
            return Adapted(
                place: place, pair: pair, projected: projected, dProjected: dProjected,
                mask: pass.mask(for: linears[index].module))
        }
    }

    func input() -> Matrix {
        var dx = BrainProduct.floats(terms)
        addMasked(to: &dx)
        return dx
    }

    func inputActivations() -> Activations {
        guard pairs.contains(where: { $0?.mask != nil }) else { return .brains(BrainProduct.brains(terms)) }
        return Activations(input(), .bf16)
    }

    private var terms: [BrainProduct.Term] {
        let frozen = zip(linears, panels).map { BrainProduct.Term($1, .weight($0.weight)) }
        let lowRank = pairs.compactMap { adapted -> BrainProduct.Term? in
            guard let adapted, adapted.mask == nil else { return nil }
            return BrainProduct.Term(LeftPanels(adapted.dProjected), .matrix(adapted.pair.roundedA))
        }
        return frozen + lowRank
    }

    /// What went through a mask goes back through it.
    private func addMasked(to dx: inout Matrix) {
        for case let adapted? in pairs {
            guard let mask = adapted.mask else { continue }
            let term = BrainProduct.Term(LeftPanels(adapted.dProjected), .matrix(adapted.pair.roundedA))
            dx.add(mask.apply(BrainProduct.floats([term])))
        }
    }

    func accumulate(_ x: Activations, into gradients: inout LoRAGradients) {
        guard case .brains(let x) = x else { preconditionFailure("input and gradients are of one kind") }
        for (index, adapted) in pairs.enumerated() {
            guard let adapted else { continue }
            let dB = BrainProduct.floats([
                BrainProduct.Term(LeftPanels(transposed: adapted.projected), .matrix(dOutputs[index]))
            ])
            gradients.pairs[adapted.place].b.add(transposed: dB, scale: adapted.pair.scale)
        }
        if pairs.contains(where: { $0?.mask != nil }) { return accumulateMasked(x, into: &gradients) }
        let adapted = pairs.compactMap { $0 }
        guard !adapted.isEmpty else { return }
        // one pass over x for all linears that read it
        let dA = BrainProduct.floats([
            BrainProduct.Term(LeftPanels(transposed: BrainFloatMatrix(besides: adapted.map(\.dProjected))), .matrix(x))
        ])
        var start = 0
        for part in adapted {
            gradients.pairs[part.place].a.add(dA, rows: start..<start + part.pair.rank)
            start += part.pair.rank
        }
    }

    private func accumulateMasked(_ x: BrainFloatMatrix, into gradients: inout LoRAGradients) {
        for case let adapted? in pairs {
            let seen = adapted.mask?.apply(x) ?? x
            let dA = BrainProduct.floats([BrainProduct.Term(LeftPanels(transposed: adapted.dProjected), .matrix(seen))])
            gradients.pairs[adapted.place].a.add(dA)
        }
    }
}
