import Llama
import StrictJSON

/// What a foreign adapter_config.json says.
struct ForeignConfiguration {
    /// How the pairs are found and scaled. Of mlx-lm's, the targets follow from the tensors.
    var configuration: LoRAConfiguration
    let base: String?
    let revision: String?
    let settings: JSONObject
    let foreign: [ForeignPart]
    /// mlx-lm alone: what multiplies every product.
    let scale: Double?
    /// mlx-lm alone: the linears that it gives pairs, by their paths within a block; nil for all.
    let keys: Set<String>?
    /// mlx-lm alone: the lowest block that it gives pairs.
    let firstLayer: Int
    /// Where it stands, for errors.
    let file: String
}

extension ForeignConfiguration {
    init(_ layout: AdapterLayout, _ said: ForeignObject, for model: ModelConfiguration) throws {
        switch layout {
        case .peft: try self.init(peft: said, for: model)
        case .mlx: try self.init(mlx: said, for: model)
        }
    }
}

// PEFT.
extension ForeignConfiguration {
    init(peft said: ForeignObject, for model: ModelConfiguration) throws {
        if case .bool(true)? = said.value("use_dora") {
            throw ForeignAdapterError.otherKind(file: said.file, key: "use_dora", kind: "DoRA, with a magnitude for each output")
        }
        var plain = said.object
        var foreign: [ForeignPart] = []
        for (key, value) in said.object.members {
            guard let what = Self.foreign(key, value) else { continue }
            plain[key] = nil
            // of those with tensors of their own, the tensors say whether something is lost
            foreign.append(ForeignPart(.setting, key, what, isLoss: !Self.settingsOfTensors.contains(key)))
        }
        let configuration = try LoRAConfiguration(peft: plain, file: said.file, for: model)
        self.init(
            configuration: configuration, base: try said.text("base_model_name_or_path"), revision: try said.text("revision"),
            settings: Self.settings(ofPEFT: configuration, said), foreign: foreign, scale: nil, keys: nil, firstLayer: 0,
            file: said.file)
    }

    private static let settingsOfTensors: Set<String> = ["modules_to_save", "bias", "lora_bias", "trainable_token_indices"]

    /// What a setting means that the registry's adapters do not have; nil for those that they follow, or that say nothing.
    private static func foreign(_ key: String, _ value: JSONValue) -> String? {
        switch (key, value) {
        case ("modules_to_save", .array(let names)) where !names.isEmpty:
            "modules trained whole: \(names.compactMap(\.stringValue).joined(separator: ", "))"
        case ("bias", .string(let text)) where ["all", "lora_only"].contains(text):
            "biases of the base were trained too (\(text))"
        case ("lora_bias", .bool(true)): "B has biases"
        case ("trainable_token_indices", _) where !value.saysNothing: "single tokens of the embedding were trained"
        case _ where !LoRAConfiguration.peftKeys.contains(key) && !value.saysNothing:
            "a setting that is not known: \(value.text().prefix(80))"
        default: nil
        }
    }

    private static func settings(ofPEFT configuration: LoRAConfiguration, _ said: ForeignObject) -> JSONObject {
        var settings = JSONObject([
            ("method", "lora"), ("r", .integer(configuration.rank)), ("lora_alpha", .number(configuration.alpha)),
            ("lora_dropout", .number(configuration.dropout)), ("use_rslora", .bool(configuration.usesRSLoRA)),
        ])
        for key in ["target_modules", "rank_pattern", "alpha_pattern", "layers_to_transform", "peft_version"] {
            if let value = said.value(key), !value.saysNothing { settings[key] = value }
        }
        return settings
    }
}

// mlx-lm.
extension ForeignConfiguration {
    init(mlx said: ForeignObject, for model: ModelConfiguration) throws {
        let type = try said.text("fine_tune_type") ?? "lora"
        guard type == "lora" else {
            throw ForeignAdapterError.otherKind(
                file: said.file, key: "fine_tune_type", kind: type == "dora" ? "DoRA, with a magnitude for each output" : type)
        }
        guard let parameters = try said.section("lora_parameters") else { throw said.failure(.missing, "lora_parameters") }
        guard let rank = try parameters.whole("rank") else { throw parameters.failure(.missing, "rank") }
        let scale = try Self.scale(parameters, rank: rank)
        let dropout = try parameters.number("dropout") ?? 0
        let configuration = LoRAConfiguration(rank: rank, alpha: Self.alpha(scale, rank: rank), dropout: dropout)
        if let bad = configuration.badNumber {
            throw parameters.failure(.outOfRange(found: bad.found, allowed: bad.allowed), bad.key)
        }
        let layers = try said.whole("num_layers") ?? said.whole("lora_layers") ?? -1
        self.init(
            configuration: configuration, base: try said.text("model"), revision: nil,
            settings: Self.settings(ofMLX: configuration, said),
            foreign: parameters.object.members.filter { !Self.parameterKeys.contains($0.0) && !$0.1.saysNothing }.map {
                ForeignPart(.setting, "lora_parameters.\($0.0)", "a setting that is not known", isLoss: true)
            },
            scale: scale, keys: try parameters.texts("keys").map(Set.init),
            firstLayer: layers > 0 ? max(0, model.layerCount - layers) : 0,
            file: said.file)
    }

    private static let parameterKeys: Set<String> = ["rank", "scale", "alpha", "dropout", "keys"]

    private static func scale(_ parameters: ForeignObject, rank: Int) throws -> Double {
        let (scale, alpha) = (try parameters.number("scale"), try parameters.number("alpha"))
        switch (scale, alpha) {
        case (let scale?, nil): return scale
        case (let scale?, let alpha?):
            guard alpha == Double(rank) else {
                throw ForeignAdapterError.ambiguousScale(file: parameters.file, scale: scale, alpha: alpha, rank: rank)
            }
            return scale
        case (nil, let alpha?): return alpha / Double(max(1, rank))
        case (nil, nil): throw parameters.failure(.missing, "scale")
        }
    }

    /// The α for which `α / rank` is the scale; the product may miss it by a unit in the last place, which a neighbour mends.
    private static func alpha(_ scale: Double, rank: Int) -> Double {
        let product = scale * Double(rank)
        return [product, product.nextUp, product.nextDown].first { $0 / Double(rank) == scale } ?? product
    }

    /// mlx-lm's names and the trainer's.
    private static let names = [
        ("learning_rate", "learning_rate"), ("batch_size", "batch_size"), ("iters", "max_steps"),
        ("max_seq_length", "max_length"),
        ("seed", "seed"), ("optimizer", "optim"), ("grad_checkpoint", "gradient_checkpointing"),
        ("grad_accumulation_steps", "gradient_accumulation_steps"), ("mask_prompt", "completion_only_loss"),
    ]

    private static func settings(ofMLX configuration: LoRAConfiguration, _ said: ForeignObject) -> JSONObject {
        let known: [(String, JSONValue)] = names.compactMap { name, ours in
            guard let value = said.value(name), value.arrayValue == nil, value.objectValue == nil else { return nil }
            return (ours, value)
        }
        return JSONObject(
            [
                ("method", "lora"), ("r", .integer(configuration.rank)), ("lora_alpha", .number(configuration.alpha)),
                ("lora_dropout", .number(configuration.dropout)),
            ] + known)
    }
}

extension JSONValue {
    /// Null, false, or empty.
    var saysNothing: Bool {
        switch self {
        case .null, .bool(false): true
        case .array(let elements): elements.isEmpty
        case .object(let object): object.isEmpty
        default: false
        }
    }
}
