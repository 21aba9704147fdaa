import Tensors

/// What all layers of one forward (and its backward) share.
struct ForwardPass: Sendable {
    let positions: [Int32]
    let spans: [AttentionSpan]
    /// Where the keys that spans speak of were computed; nil where they stand in that order already.
    var keyPlaces: [Int]?
    let table: RotaryTable
    let adapter: LoRAAdapter?
    let arithmetic: Arithmetic
    /// Where the masks of this pass come from; nil outside training.
    let dropout: DropoutPosition?

    /// The adapter's pair for a module, with its place among the adapter's pairs.
    func pair(for module: LinearModule) -> (index: Int, pair: LoRAPair)? {
        guard let adapter, let index = adapter.index(of: module.slot, layer: module.layer) else { return nil }
        return (index, adapter.pairs[index])
    }

    /// The mask of a module's LoRA input; nil when nothing is dropped.
    func mask(for module: LinearModule) -> DropoutMask? {
        guard let adapter, let dropout, adapter.configuration.dropout > 0 else { return nil }
        return DropoutMask(probability: Float(adapter.configuration.dropout), at: dropout, module: module.path)
    }
}
