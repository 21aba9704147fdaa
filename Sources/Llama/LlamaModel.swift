import Foundation
import Synchronization
import Tensors

/// A Llama-family model: frozen weights, and the wiring of embeddings, blocks and head.
public final class LlamaModel: Sendable {
    public let configuration: ModelConfiguration
    public let precision: BasePrecision
    public let arithmetic: Arithmetic
    /// Where the weights were read from.
    public let folder: URL
    /// Keeps no more than two blocks' weights in memory at a time, the rest in the mapped files.
    public let streams: Bool
    /// Every end token of generation_config.json and config.json: generation stops at any of them.
    public let stopTokens: Set<Int32>

    /// [vocabulary, hidden]
    let embedding: LinearWeight
    let blocks: [Block]
    let head: OutputHead
    private let table = Mutex<RotaryTable?>(nil)

    /// Opens a Hugging Face model folder, keeps its linears as `precision` says and computes as `arithmetic` says.
    ///
    /// - Parameters:
    ///   - cache: where quantized linears are kept; nil quantizes them in memory.
    ///   - streams: for a base larger than the memory it may take; its linears have to be in a file in the form they are kept in.
    /// - Throws: `ConfigurationError` for config.json; `ModelFolderError` and `SafetensorsError` for the weights;
    ///   `ModelError.cannotStream`.
    public convenience init(
        folder: URL, precision: BasePrecision, arithmetic: Arithmetic = .fp32, cache: WeightCache? = nil,
        streams: Bool = false
    ) throws {
        let form = try ModelForm(folder: folder, arithmetic: arithmetic)
        let tensors = try ModelTensors(folder: folder)
        let quantized = precision == .nf4 ? try cache?.tensors(of: form.configuration, in: tensors) : nil
        let reader = WeightReader(tensors: tensors, quantized: quantized, precision: precision, arithmetic: arithmetic)
        if streams, try !form.configuration.linearModules.allSatisfy(reader.isMapped) {
            throw ModelError.cannotStream(folder: folder.path)
        }
        try self.init(form, reader, precision, streams: streams)
        if streams { releaseWeights() }
    }

    /// A model of that form with the weights of `source`.
    init(_ form: ModelForm, _ source: some WeightSource, _ precision: BasePrecision, streams: Bool = false) throws {
        let configuration = form.configuration
        let (vocabulary, hidden, ties) =
            (configuration.vocabularySize, configuration.hiddenSize, configuration.tiesWordEmbeddings)
        self.configuration = configuration
        self.precision = precision
        self.streams = streams
        arithmetic = form.arithmetic
        folder = form.folder
        stopTokens = form.stopTokens
        embedding = try source.table(TensorName.embedding, rows: vocabulary, columns: hidden)
        blocks = try (0..<configuration.layerCount).map { try Block(source, configuration, layer: $0) }
        head = OutputHead(
            norm: try source.norm(TensorName.finalNorm, count: hidden, epsilon: configuration.normEpsilon),
            name: ties ? TensorName.embedding : TensorName.head,
            weight: ties ? embedding : try source.table(TensorName.head, rows: vocabulary, columns: hidden),
            arithmetic: form.arithmetic)
    }

    /// The tensors that are never quantized.
    static func tableNames(_ configuration: ModelConfiguration) -> [String] {
        configuration.tiesWordEmbeddings ? [TensorName.embedding] : [TensorName.embedding, TensorName.head]
    }

    /// Rows of logits [rows, vocabulary] that training and scoring hold at once.
    public static func logitRows(vocabulary: Int) -> Int { OutputHead.chunkRows(vocabulary: vocabulary) }

    /// A cache for as many rows, with room for so many tokens of each.
    func newCache(room: [Int]) -> KeyValueCache { KeyValueCache(for: configuration, arithmetic, room: room) }

    /// The pass of a whole batch.
    func pass(_ rows: PackedRows, _ adapter: LoRAAdapter?, dropout: DropoutPosition? = nil) -> ForwardPass {
        ForwardPass(
            positions: rows.positions, spans: rows.spans, keyPlaces: rows.keyPlaces, table: rotaryTable(length: rows.longest),
            adapter: adapter,
            arithmetic: arithmetic, dropout: dropout)
    }

    /// cos and sin for at least `length` positions, kept for the next pass.
    func rotaryTable(length: Int) -> RotaryTable {
        if hasFrequenciesOfItsOwn(length: length) { return configuration.rotary.table(length: length) }
        return table.withLock { kept in
            if let kept, kept.positions >= length { return kept }
            let made = configuration.rotary.table(length: max(length, 2 * (kept?.positions ?? 0)))
            kept = made
            return made
        }
    }

    /// Throws unless every token and label is in the vocabulary and the adapter fits.
    func check(_ batch: TokenBatch, _ adapter: LoRAAdapter?) throws(ModelError) {
        let size = configuration.vocabularySize
        for (index, row) in batch.rows.enumerated() {
            for (position, (token, label)) in zip(row.tokens, row.labels).enumerated() {
                let label = label == TokenBatch.ignored ? 0 : label
                for token in [token, label] where token < 0 || token >= size {
                    throw .outsideVocabulary(token: token, row: index, position: position, vocabularySize: size)
                }
            }
        }
        for pair in adapter?.pairs ?? [] {
            guard
                pair.module.layer < configuration.layerCount,
                pair.module == configuration.linearModule(pair.module.slot, layer: pair.module.layer)
            else { throw .foreignAdapter(module: pair.module.path) }
        }
    }
}
