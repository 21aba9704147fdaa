import Tensors

/// `logits = norm(x) · Wᵀ`, and the loss over them. Logits exist for a chunk of rows at a time.
struct OutputHead: Sendable {
    let norm: RMSNorm
    /// [vocabulary, hidden]; the embedding table itself where the two are tied.
    let weight: LinearWeight

    /// Floats of logits held at once (16 MiB).
    private static let chunkSize = 1 << 22

    /// x [tokens, hidden] → logits [tokens, vocabulary]
    func logits(_ x: Matrix) -> Matrix { weight.product(norm.forward(x).y) }

    /// −log p of each row's label.
    func losses(_ x: Matrix, labels: [Int32]) -> [Double] {
        let normed = norm.forward(x).y
        return chunks(of: x.rows).flatMap { rows in
            CrossEntropyKernel.forward(weight.product(normed.rows(rows)), labels: Array(labels[rows]))
        }
    }

    /// −log p of each row's label, and the gradient of `scale · Σ losses` in x.
    func lossesAndGradient(_ x: Matrix, labels: [Int32], scale: Float) -> (losses: [Double], dx: Matrix) {
        let (normed, saved) = norm.forward(x)
        var dNormed = Matrix(rows: x.rows, columns: x.columns)
        var losses: [Double] = []
        for rows in chunks(of: x.rows) {
            var logits = weight.product(normed.rows(rows))
            losses += CrossEntropyKernel.backward(&logits, labels: Array(labels[rows]), scale: scale)
            dNormed.setRows(from: rows.lowerBound, weight.gradientProduct(logits))
        }
        return (losses, norm.backward(dNormed, saved: saved))
    }

    private func chunks(of rows: Int) -> [Range<Int>] {
        let step = max(16, Self.chunkSize / weight.outputs)
        return stride(from: 0, to: rows, by: step).map { $0..<min(rows, $0 + step) }
    }
}
