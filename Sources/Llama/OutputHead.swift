import Tensors

/// `logits = norm(x) · Wᵀ`, and the loss over them. Logits exist for a chunk of rows at a time.
struct OutputHead: Sendable {
    let norm: RMSNorm
    /// The tensor of W.
    let name: String
    /// [vocabulary, hidden]; the embedding table itself where the two are tied.
    let weight: LinearWeight
    let arithmetic: Arithmetic

    /// Floats of logits held at once (64 MiB): enough rows that packing W for each chunk costs little beside the product.
    static let chunkSize = 1 << 24
    /// Rows of W that carry gradients back at once, so that their panels stay in the cache.
    private static let strip = 2048

    /// x [tokens, hidden] → logits [tokens, vocabulary]
    func logits(_ x: Matrix) -> Matrix { logits(normed: norm.normed(x, arithmetic)) }

    private func logits(normed: Activations) -> Matrix {
        Product.floats(Product.Sum(Product.Term(LeftOperand(normed), .transposedWeight(weight))))
    }

    /// −log p of each row's label, and the gradient of `scale · Σ losses` in x; those of W and of the norm are added to `gradients`
    /// where the model itself is trained. Logits of `logitRows` rows exist at once.
    func lossesAndGradient(
        _ x: Matrix, labels: [Int32], scale: Float, logitRows: Int, _ gradients: inout LoRAGradients
    ) -> (losses: [Double], dx: Matrix) {
        let (normed, saved) = norm.forward(x, arithmetic)
        var dNormed = Matrix(rows: x.rows, columns: x.columns)
        var losses: [Double] = []
        for rows in chunks(of: x.rows, logitRows) {
            let normed = normed.rows(rows)
            let (part, dLogits) = CrossEntropyKernel.gradient(
                of: logits(normed: normed), labels: Array(labels[rows]), scale: scale, arithmetic)
            losses += part
            dNormed.setRows(from: rows.lowerBound, inputGradient(dLogits))
            gradients.add(to: name) { $0.add(transposed: dLogits, times: normed) }
        }
        norm.accumulate(dNormed, saved: saved, into: &gradients)
        var dx = Matrix(rows: x.rows, columns: x.columns)
        norm.backward(dNormed, saved: saved, addingTo: &dx)
        return (losses, dx)
    }

    /// `dLogits · W`, summed over strips of the vocabulary.
    private func inputGradient(_ dLogits: Activations) -> Matrix {
        var dx = Matrix(rows: dLogits.rows, columns: weight.inputs)
        for start in stride(from: 0, to: weight.outputs, by: Self.strip) {
            let strip = start..<min(weight.outputs, start + Self.strip)
            let term = Product.Term(LeftOperand(dLogits, columns: strip), .weight(weight.rows(strip)))
            Product.add(Product.Sum(term), to: &dx)
        }
        return dx
    }

    /// Rows of logits that exist at once: whole panels of a product.
    static func chunkRows(vocabulary: Int) -> Int { max(14, (chunkSize / vocabulary + 13) / 14 * 14) }

    /// Chunks of equal size, as few as possible: each decodes W anew.
    private func chunks(of rows: Int, _ most: Int) -> [Range<Int>] {
        let count = (rows + most - 1) / most
        let step = count == 0 ? most : min(most, ((rows + count - 1) / count + 13) / 14 * 14)
        return stride(from: 0, to: rows, by: step).map { $0..<min(rows, $0 + step) }
    }
}
