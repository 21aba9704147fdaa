import Foundation
import StrictJSON
import Tensors

extension ModelConfiguration {
    public static let fileName = "config.json"

    /// Reads `config.json` of a model folder, in the spellings of transformers 4 and 5.
    ///
    /// It is the first that is read of a folder, so whatever else would be read must be a file of the folder too.
    ///
    /// - Throws: `ConfigurationError`, `JSONError` when the file is not JSON, `ModelFolderError` when it, or another file that models
    ///   have, is missing, no regular file, or a link that leads out.
    public init(folder: URL) throws {
        let model = ModelFolder(folder)
        let file = try model.file(named: Self.fileName)
        try model.requireOwnFiles(endingIn: [".json", ".jinja", ".safetensors"])
        try self.init(ConfigurationReader(contentsOf: file))
    }

    init(_ reader: ConfigurationReader) throws {
        let architecture = try Architecture(reader)
        try Self.refuseWhatIsNotFollowed(reader)
        let heads = try reader.requiredInt("num_attention_heads", in: 1...65536)
        let hidden = try reader.requiredInt("hidden_size", in: 1...1_048_576)
        let layerCount = try reader.requiredInt("num_hidden_layers", in: 1...4096)
        let positions = try reader.int("max_position_embeddings", in: 1...Int(Int32.max)) ?? 2048
        self.architecture = architecture
        vocabularySize = try reader.requiredInt("vocab_size", in: 1...Int(Int32.max))
        hiddenSize = hidden
        intermediateSize = try reader.requiredInt("intermediate_size", in: 1...16_777_216)
        headCount = heads
        keyValueHeadCount = try Self.keyValueHeads(reader, heads: heads)
        headSize = try Self.headSize(reader, hidden: hidden, heads: heads)
        maximumPositions = positions
        normEpsilon = Float(try reader.double("rms_norm_eps", above: 0) ?? 1e-6)
        tiesWordEmbeddings = try reader.bool("tie_word_embeddings") ?? (architecture == .smollm3)
        biases = try Biases(reader, architecture)
        normalizesHeads = architecture == .qwen3
        rotary = try RotaryConfiguration(
            reader, headSize: headSize, maximumPositions: positions, defaultTheta: architecture == .smollm3 ? 2e6 : 1e4)
        layers = try Self.layers(reader, architecture, count: layerCount)
        beginToken = try reader.tokens("bos_token_id").first
        endTokens = try reader.tokens("eos_token_id")
        padToken = try reader.tokens("pad_token_id").first
        source = reader.object
    }

    private static func keyValueHeads(_ reader: ConfigurationReader, heads: Int) throws -> Int {
        let count = try reader.int("num_key_value_heads", in: 1...65536) ?? heads
        guard heads.isMultiple(of: count) else {
            let text = "\(heads) attention heads cannot share \(count) key-value heads equally."
            throw reader.failure(.inconsistent(text), "num_key_value_heads")
        }
        return count
    }

    private static func headSize(_ reader: ConfigurationReader, hidden: Int, heads: Int) throws -> Int {
        if let size = try reader.int("head_dim", in: 1...4096) { return size }
        guard hidden >= heads else {
            let text = "hidden_size \(hidden) leaves nothing for each of \(heads) heads, and head_dim is not given."
            throw reader.failure(.inconsistent(text), "hidden_size")
        }
        return hidden / heads
    }

    /// Keys whose values would change the result in ways that are not implemented.
    private static func refuseWhatIsNotFollowed(_ reader: ConfigurationReader) throws {
        if let activation = try reader.string("hidden_act"), activation != "silu", activation != "swish" {
            throw reader.failure(.unsupported(found: activation, supported: ["silu"]), "hidden_act")
        }
        if let quantization = try reader.nested("quantization_config") {
            let method = try quantization.string("quant_method") ?? "bitsandbytes"
            guard method == "bitsandbytes", try quantization.bool("load_in_8bit") != true else {
                throw quantization.failure(.unsupported(found: method, supported: ["bitsandbytes NF4"]), "quant_method")
            }
        }
    }

    private static func layers(_ reader: ConfigurationReader, _ architecture: Architecture, count: Int) throws -> [Layer] {
        let window = try slidingWindow(reader, architecture)
        let rotates = try rotatingLayers(reader, architecture, count: count)
        let slides = try slidingLayers(reader, architecture, window: window, rotates: rotates)
        return try zip(slides, rotates).map { slides, rotates in
            guard slides, window == nil else { return Layer(window: slides ? window : nil, rotates: rotates) }
            let text = "layer_types asks for sliding attention, but sliding_window is not in use."
            throw reader.failure(.inconsistent(text), "layer_types")
        }
    }

    /// The window of sliding layers; nil when the family or its switches do without.
    private static func slidingWindow(_ reader: ConfigurationReader, _ architecture: Architecture) throws -> Int? {
        switch architecture {
        case .llama: return nil
        case .mistral: return try reader.int("sliding_window", in: 1...Int(Int32.max))
        case .qwen2, .qwen3, .smollm3:
            guard try reader.bool("use_sliding_window") == true else { return nil }
            let fallback = architecture == .smollm3 ? nil : 4096
            return try reader.int("sliding_window", in: 1...Int(Int32.max))
                ?? (reader.object["sliding_window"] == nil ? fallback : nil)
        }
    }

    private static func rotatingLayers(
        _ reader: ConfigurationReader, _ architecture: Architecture, count: Int
    ) throws -> [Bool] {
        guard architecture == .smollm3 else { return Array(repeating: true, count: count) }
        if let flags = try reader.list("no_rope_layers", "0 and 1", \.intValue) {
            guard flags.count >= count else {
                let text = "no_rope_layers has \(flags.count) entries for \(count) layers."
                throw reader.failure(.inconsistent(text), "no_rope_layers")
            }
            return flags.prefix(count).map { $0 != 0 }
        }
        let interval = try reader.int("no_rope_layer_interval", in: 1...4096) ?? 4
        return (1...count).map { !$0.isMultiple(of: interval) }
    }

    private static func slidingLayers(
        _ reader: ConfigurationReader, _ architecture: Architecture, window: Int?, rotates: [Bool]
    ) throws -> [Bool] {
        let count = rotates.count
        if architecture == .llama { return Array(repeating: false, count: count) }
        if let types = try reader.list("layer_types", "texts", \.stringValue) {
            guard types.count == count else {
                let text = "layer_types has \(types.count) entries for \(count) layers."
                throw reader.failure(.inconsistent(text), "layer_types")
            }
            return try types.map { type in
                guard type == "full_attention" || type == "sliding_attention" else {
                    let supported = ["full_attention", "sliding_attention"]
                    throw reader.failure(.unsupported(found: type, supported: supported), "layer_types")
                }
                return type == "sliding_attention"
            }
        }
        guard window != nil else { return Array(repeating: false, count: count) }
        switch architecture {
        case .smollm3: return rotates.map { !$0 }
        case .qwen2, .qwen3:
            let first = try reader.int("max_window_layers") ?? 28
            return (0..<count).map { $0 >= first }
        case .llama, .mistral: return Array(repeating: true, count: count)
        }
    }
}

extension Architecture {
    /// From `architectures`, or from `model_type` where that list is absent.
    init(_ reader: ConfigurationReader) throws {
        let supported = Self.allCases.map(\.rawValue)
        if let name = try reader.list("architectures", "texts", \.stringValue)?.first {
            guard let architecture = Self(rawValue: name) else {
                throw reader.failure(.unsupported(found: name, supported: supported), "architectures")
            }
            self = architecture
            return
        }
        guard let type = try reader.string("model_type") else { throw reader.failure(.missing, "architectures") }
        guard let architecture = Self.allCases.first(where: { $0.modelType == type }) else {
            throw reader.failure(.unsupported(found: type, supported: Self.allCases.map(\.modelType)), "model_type")
        }
        self = architecture
    }
}

extension ModelConfiguration.Biases {
    init(_ reader: ConfigurationReader, _ architecture: Architecture) throws {
        switch architecture {
        case .qwen2: self.init(queryKeyValue: true, attentionOutput: false, feedForward: false)
        case .mistral: self.init(queryKeyValue: false, attentionOutput: false, feedForward: false)
        case .llama, .qwen3, .smollm3:
            let attention = try reader.bool("attention_bias") ?? false
            let feedForward = architecture == .qwen3 ? false : try reader.bool("mlp_bias") ?? false
            self.init(queryKeyValue: attention, attentionOutput: attention, feedForward: feedForward)
        }
    }
}
