import Tensors

/// `m = x + attention(norm₁(x))`, `y = m + feedForward(norm₂(m))`
struct Block: Sendable {
    let attentionNorm: RMSNorm
    let attention: SelfAttention
    let feedForwardNorm: RMSNorm
    let feedForward: FeedForward

    struct Saved: Sendable {
        let attentionNorm: RMSNorm.Saved
        let attention: SelfAttention.Saved
        let feedForwardNorm: RMSNorm.Saved
        let feedForward: FeedForward.Saved
    }

    /// x [tokens, hidden] → y [tokens, hidden]
    func forward(_ x: Matrix, _ pass: ForwardPass) -> (y: Matrix, saved: Saved) {
        let (normed, normSaved) = attentionNorm.forward(x)
        var (middle, attentionSaved) = attention.forward(normed, pass)
        middle.add(x)
        let (normedMiddle, middleSaved) = feedForwardNorm.forward(middle)
        var (y, feedForwardSaved) = feedForward.forward(normedMiddle, pass)
        y.add(middle)
        let saved = Saved(
            attentionNorm: normSaved, attention: attentionSaved, feedForwardNorm: middleSaved, feedForward: feedForwardSaved)
        return (y, saved)
    }

    /// The same for the next tokens of one row.
    func forward(_ x: Matrix, _ pass: ForwardPass, cache: inout LayerCache) -> Matrix {
        var middle = attention.forward(attentionNorm.forward(x).y, pass, cache: &cache)
        middle.add(x)
        var y = feedForward.forward(feedForwardNorm.forward(middle).y, pass).y
        y.add(middle)
        return y
    }

    /// Adds this block's LoRA gradients and returns the gradient of x, nil unless needed.
    func backward(
        _ dy: Matrix, saved: Saved, _ pass: ForwardPass, _ gradients: inout LoRAGradients, needsInput: Bool
    ) -> Matrix? {
        var dx = dy
        if let d = feedForward.backward(dy, saved: saved.feedForward, pass, &gradients, needsInput: true) {
            feedForwardNorm.backward(d, saved: saved.feedForwardNorm, addingTo: &dx)
        }
        let d = attention.backward(dx, saved: saved.attention, pass, &gradients, needsInput: needsInput)
        guard needsInput, let d else { return nil }
        attentionNorm.backward(d, saved: saved.attentionNorm, addingTo: &dx)
        return dx
    }
}
