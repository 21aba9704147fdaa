import Tensors

/// The way back through linears that share an input, and through their pairs; each gradient is made when it is asked for.
struct AdaptedLinearsGradient {
    private let linears: [FrozenLinear]
    private let dOutputs: [Activations]
    /// dY as left operands.
    private let left: [LeftOperand]
    private let adapted: [Adapted]
    /// `dP = dY · (scale · B)` [tokens, Σ ranks], one pair's beside the other's.
    private let dProjected: Activations?

    /// A pair and where its part of the gradient is.
    private struct Adapted {
        /// Among the group's linears.
        let index: Int
        /// Among the adapter's pairs.
        let place: Int
        let pair: LoRAPair
        let saved: LoRAPair.Saved
        /// Of dP.
        let columns: Range<Int>
        let mask: DropoutMask?
    }

    init(_ linears: [FrozenLinear], _ dOutputs: [Activations], _ saved: [LoRAPair.Saved?], _ pass: ForwardPass) {
        let left = dOutputs.map { LeftOperand($0) }
        let adapted = Self.adapted(linears, saved, pass)
        self.linears = linears
        self.dOutputs = dOutputs
        self.left = left
        self.adapted = adapted
        dProjected = Product.beside(
            adapted.map { part in
                Product.Sum(Product.Term(left[part.index], .matrix(part.pair.scaledB(dOutputs[part.index].arithmetic))))
            })
    }

    private static func adapted(_ linears: [FrozenLinear], _ saved: [LoRAPair.Saved?], _ pass: ForwardPass) -> [Adapted] {
        var start = 0
        return linears.indices.compactMap { index in
            guard let saved = saved[index], let (place, pair) = pass.pair(for: linears[index].module) else { return nil }
            defer { start += pair.rank }
            return Adapted(
                index: index, place: place, pair: pair, saved: saved, columns: start..<start + pair.rank,
                mask: pass.mask(for: linears[index].module))
        }
    }

    private var arithmetic: Arithmetic { dOutputs[0].arithmetic }
    private var hasMasks: Bool { adapted.contains { $0.mask != nil } }

    /// The gradient of the shared input in 32 bits, summed over the linears.
    func input() -> Matrix {
        var dx = Product.floats(Product.Sum(terms))
        addMasked(to: &dx)
        return dx
    }

    /// The same in the numbers that activations have.
    func inputActivations() -> Activations {
        hasMasks ? Activations(input(), arithmetic) : Product.activations(Product.Sum(terms))
    }

    private var terms: [Product.Term] {
        let frozen = zip(linears, left).map { Product.Term($1, .weight($0.weight)) }
        return frozen + adapted.filter { $0.mask == nil }.compactMap(lowRankTerm)
    }

    private func lowRankTerm(_ part: Adapted) -> Product.Term? {
        dProjected.map { Product.Term(LeftOperand($0, columns: part.columns), .matrix(part.pair.a(arithmetic))) }
    }

    /// What went through a mask goes back through it.
    private func addMasked(to dx: inout Matrix) {
        for part in adapted {
            guard let mask = part.mask, let term = lowRankTerm(part) else { continue }
            dx.add(mask.apply(Product.floats(Product.Sum(term))))
        }
    }

    /// Adds dA and dB of every pair. x is the input of the forward pass.
    func accumulate(_ x: Activations, into gradients: inout LoRAGradients) {
        let dB = Product.floats(
            adapted.map { part in
                let projected = LeftOperand(transposed: part.saved.projected, columns: part.saved.columns)
                return Product.Sum(Product.Term(projected, .matrix(dOutputs[part.index])))
            })
        for (part, dB) in zip(adapted, dB) { gradients.pairs[part.place].b.add(transposed: dB, scale: part.pair.scale) }
        guard let dProjected else { return }
        if hasMasks { return accumulateMasked(x, dProjected, into: &gradients) }
        // one pass over x for all linears that read it
        let dA = Product.floats(Product.Sum(Product.Term(LeftOperand(transposed: dProjected), .matrix(x))))
        for part in adapted { gradients.pairs[part.place].a.add(dA, rows: part.columns) }
    }

    private func accumulateMasked(_ x: Activations, _ dProjected: Activations, into gradients: inout LoRAGradients) {
        for part in adapted {
            let left = LeftOperand(transposed: dProjected, columns: part.columns)
            let seen = part.mask?.apply(x) ?? x
            gradients.pairs[part.place].a.add(Product.floats(Product.Sum(Product.Term(left, .matrix(seen)))))
        }
    }
}
