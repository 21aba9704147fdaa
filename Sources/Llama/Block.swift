import Tensors

/// `m = x + attention(norm₁(x))`, `y = m + feedForward(norm₂(m))`. The residual stream x, m, y is in 32 bits in any arithmetic.
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
        var stream = x
        let (attentionNorm, attention) = attend(&stream, pass)
        let (normed, feedForwardNorm) = feedForwardNorm.forward(stream, pass.arithmetic)
        let feedForward = feedForward.forward(normed, addingTo: &stream, pass)
        return (
            stream,
            Saved(
                attentionNorm: attentionNorm, attention: attention, feedForwardNorm: feedForwardNorm, feedForward: feedForward)
        )
    }

    /// What `forward` saved, made again from x, bit for bit.
    func recomputed(_ x: Matrix, _ pass: ForwardPass) -> Saved {
        var stream = x
        let (attentionNorm, attention) = attend(&stream, pass)
        let (normed, feedForwardNorm) = feedForwardNorm.forward(stream, pass.arithmetic)
        return Saved(
            attentionNorm: attentionNorm, attention: attention, feedForwardNorm: feedForwardNorm,
            feedForward: feedForward.recomputed(normed, pass))
    }

    /// `x ← x + attention(norm₁(x))`
    private func attend(_ stream: inout Matrix, _ pass: ForwardPass) -> (norm: RMSNorm.Saved, attention: SelfAttention.Saved) {
        let (normed, norm) = attentionNorm.forward(stream, pass.arithmetic)
        return (norm, attention.forward(normed, addingTo: &stream, pass))
    }

    /// x becomes y; nothing is kept for a way back.
    func advance(_ x: inout Matrix, _ pass: ForwardPass) {
        _ = attention.forward(attentionNorm.normed(x, pass.arithmetic), addingTo: &x, pass)
        _ = feedForward.forward(feedForwardNorm.normed(x, pass.arithmetic), addingTo: &x, pass)
    }

    /// The same for the next tokens of some rows.
    func advance(_ x: inout Matrix, _ pass: ForwardPass, cache: inout LayerCache) {
        attention.forward(attentionNorm.normed(x, pass.arithmetic), addingTo: &x, pass, cache: &cache)
        _ = feedForward.forward(feedForwardNorm.normed(x, pass.arithmetic), addingTo: &x, pass)
    }

    /// Adds the gradients of what this block trains and returns the gradient of x, nil unless needed.
    func backward(
        _ dy: Matrix, saved: Saved, _ pass: ForwardPass, _ gradients: inout LoRAGradients, needsInput: Bool
    ) -> Matrix? {
        var dx = dy
        let dNormed = feedForward.backward(dy, saved: saved.feedForward, pass, &gradients)
        feedForwardNorm.accumulate(dNormed, saved: saved.feedForwardNorm, into: &gradients)
        feedForwardNorm.backward(dNormed, saved: saved.feedForwardNorm, addingTo: &dx)
        let d = attention.backward(dx, saved: saved.attention, pass, &gradients, needsInput: needsInput)
        guard needsInput, let d else { return nil }
        attentionNorm.accumulate(d, saved: saved.attentionNorm, into: &gradients)
        attentionNorm.backward(d, saved: saved.attentionNorm, addingTo: &dx)
        return dx
    }
}
