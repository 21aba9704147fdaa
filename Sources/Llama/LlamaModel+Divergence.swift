import Tensors

/// What a model's head sees at the supervised places of a batch.
public struct ScoredStates: Sendable {
    /// [places, hidden], behind the norm; nil without places.
    let states: Activations?
}

extension LlamaModel {
    /// What the head sees where a next token is supervised.
    ///
    /// - Throws: `ModelError`.
    public func scoredStates(of batch: TokenBatch, adapter: LoRAAdapter? = nil) throws -> ScoredStates {
        try check(batch, adapter)
        let rows = PackedRows(batch, sharing: true)
        let places = SupervisedPlaces(batch, in: rows)
        guard !places.indices.isEmpty else { return ScoredStates(states: nil) }
        let hidden = blockOutput(rows, pass(rows, adapter))
        return ScoredStates(states: head.norm.normed(hidden.rows(at: places.indices), arithmetic))
    }

    /// How this model's distributions of the next token depart from another's, place by place.
    ///
    /// - Parameters:
    ///   - states: what this model's head sees.
    ///   - reference: the other model, and what its head sees of the same batch.
    public func divergence(
        at states: ScoredStates, from reference: LlamaModel, at others: ScoredStates
    ) -> [TokenDivergence] {
        guard let own = states.states, let other = others.states else { return [] }
        precondition(own.rows == other.rows, "both saw one batch")
        precondition(head.weight.outputs == reference.head.weight.outputs, "both have one vocabulary")
        var sums = DivergenceSums(rows: own.rows)
        let (left, right) = (LeftOperand(other), LeftOperand(own))
        for strip in OutputHead.strips(rows: own.rows, vocabulary: head.weight.outputs) {
            sums.add(
                reference: reference.logits(left, strip: strip), candidate: logits(right, strip: strip))
        }
        return sums.tokens
    }

    private func logits(_ states: LeftOperand, strip: Range<Int>) -> Matrix {
        let weight = head.weight.rows(strip)
        defer { if streams { weight.release() } }
        return Product.floats(Product.Sum(Product.Term(states, .transposedWeight(weight))))
    }
}
