/// A conversation as the text a model reads.
public struct RenderedChat: Sendable, Hashable {
    public let text: String
    /// Where the bodies of the template's `{% generation %}` blocks lie in `text`, counted in Unicode scalars, in the order
    /// the blocks ended.
    ///
    /// As in transformers, a block inside a macro, a `set` block or a `filter` block begins where the text outside of it stood.
    public let generationSpans: [Range<Int>]

    public init(text: String, generationSpans: [Range<Int>]) {
        self.text = text
        self.generationSpans = generationSpans
    }

    /// The tokens that carry the assistant's turns: each range holds the indices of the tokens that overlap one span.
    ///
    /// Empty when the template has no `{% generation %}` block, or when no token overlaps one.
    public func generatedTokens(in encoding: Encoding) -> [Range<Int>] {
        generationSpans.compactMap { span in
            let touched = encoding.offsets.indices.filter { encoding.offsets[$0].overlaps(span) }
            guard let first = touched.first, let last = touched.last else { return nil }
            return first..<last + 1
        }
    }
}
