import Foundation
import StrictJSON

extension LoRAConfiguration {
    /// The keys that PEFT 0.21 writes, whether they are followed or refused.
    public static let peftKeys = Set(mustBeFalse + mustBeEmpty + followed + withoutEffect)

    /// The same from an object that was read already.
    ///
    /// - Parameter file: where it was read from, for errors.
    /// - Throws: `ConfigurationError` or `AdapterError`.
    public init(peft object: JSONObject, file: String, for model: ModelConfiguration) throws {
        try self.init(ConfigurationReader(object: object, file: file), for: model)
    }

    /// Reads adapter_config.json as PEFT writes it; whatever would change the result in a way that is not implemented is refused.
    init(_ reader: ConfigurationReader, for model: ModelConfiguration) throws {
        try Self.refuseOtherKinds(reader)
        try Self.refuseUnknownKeys(reader)
        self.init(
            rank: try reader.int("r", in: 1...65536) ?? 8, alpha: try reader.double("lora_alpha") ?? 8,
            dropout: try reader.double("lora_dropout") ?? 0, usesRSLoRA: try reader.bool("use_rslora") ?? false,
            targetModules: try Self.selection(reader, "target_modules") ?? .names(["q_proj", "v_proj"]),
            excludedModules: try Self.selection(reader, "exclude_modules"),
            layers: try Self.layers(reader),
            rankPattern: try Self.pattern(reader, "rank_pattern", "a rank", \.intValue),
            alphaPattern: try Self.pattern(reader, "alpha_pattern", "a number", \.doubleValue))
        if let bad = badNumber { throw reader.failure(.outOfRange(found: bad.found, allowed: bad.allowed), bad.key) }
    }

    private static func selection(_ reader: ConfigurationReader, _ key: String) throws -> ModuleSelection? {
        guard let value = reader.value(key) else { return nil }
        guard let text = value.stringValue else {
            return try reader.list(key, "module names", \.stringValue).map(ModuleSelection.names)
        }
        return text.lowercased() == "all-linear" ? .allLinear : .pattern(text)
    }

    private static func layers(_ reader: ConfigurationReader) throws -> [Int]? {
        if let single = reader.value("layers_to_transform")?.intValue { return [single] }
        return try reader.list("layers_to_transform", "layer numbers", \.intValue)
    }

    private static func pattern<Value>(
        _ reader: ConfigurationReader, _ key: String, _ kind: String, _ read: (JSONValue) -> Value?
    ) throws -> [ModulePattern<Value>] {
        guard let patterns = try reader.nested(key) else { return [] }
        return try patterns.object.members.map { name, value in
            guard let number = read(value) else { throw patterns.failure(.wrongKind(expected: kind), name) }
            return ModulePattern(key: name, value: number)
        }
    }

    /// Adapters that are more, or other, than low-rank pairs on linears.
    private static func refuseOtherKinds(_ reader: ConfigurationReader) throws {
        func refuse(_ key: String, _ found: String, _ supported: String) -> ConfigurationError {
            reader.failure(.unsupported(found: found, supported: [supported]), key)
        }
        guard let type = try reader.string("peft_type") else { throw reader.failure(.missing, "peft_type") }
        guard type == "LORA" else { throw refuse("peft_type", type, "LORA") }
        if let bias = try reader.string("bias"), bias != "none" { throw refuse("bias", bias, "none") }
        for key in mustBeFalse where try reader.bool(key) == true { throw refuse(key, "true", "false") }
        for key in mustBeEmpty {
            if let value = reader.value(key), !value.isNeutral { throw refuse(key, value.text(), "null") }
        }
        if let initial = reader.value("init_lora_weights")?.stringValue, !harmlessInitializations.contains(initial) {
            throw refuse("init_lora_weights", initial, "true, false or \(harmlessInitializations.joined(separator: ", "))")
        }
        if let pattern = reader.value("layers_pattern"), !pattern.isNeutral, pattern != "layers", pattern != ["layers"] {
            throw refuse("layers_pattern", pattern.text(), "layers")
        }
        if case .string = reader.value("target_modules"), reader.value("layers_to_transform") != nil {
            throw reader.failure(
                .inconsistent("layers_to_transform goes with a list of target modules only."), "layers_to_transform")
        }
    }

    private static func refuseUnknownKeys(_ reader: ConfigurationReader) throws {
        for (key, value) in reader.object.members where !peftKeys.contains(key) && !value.isNeutral {
            throw reader.failure(.unsupported(found: value.text(), supported: ["the keys of PEFT 0.21"]), key)
        }
    }

    private static let mustBeFalse = ["use_dora", "lora_bias", "fan_in_fan_out", "use_qalora", "use_bdlora"]
    private static let mustBeEmpty = [
        "modules_to_save", "layer_replication", "trainable_token_indices", "target_parameters", "megatron_config",
        "alora_invocation_tokens", "arrow_config", "kasa_config", "monteclora_config", "velora_config",
    ]
    private static let followed = [
        "peft_type", "r", "lora_alpha", "lora_dropout", "target_modules", "exclude_modules", "bias", "use_rslora",
        "rank_pattern", "alpha_pattern", "layers_to_transform", "layers_pattern", "init_lora_weights",
        "base_model_name_or_path", "revision",
    ]
    private static let withoutEffect = [
        "task_type", "inference_mode", "peft_version", "auto_mapping", "corda_config", "ensure_weight_tying", "eva_config",
        "loftq_config", "lora_ga_config", "megatron_core", "qalora_group_size", "runtime_config",
    ]
    /// Initializations that leave the base as it is; the others (PiSSA, OLoRA, LoftQ…) need another base.
    private static let harmlessInitializations = ["gaussian", "eva", "orthogonal"]
}

extension JSONValue {
    /// Null, false, or empty: says nothing.
    fileprivate var isNeutral: Bool {
        switch self {
        case .null, .bool(false): true
        case .array(let elements): elements.isEmpty
        case .object(let object): object.isEmpty
        default: false
        }
    }
}
