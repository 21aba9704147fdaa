import Foundation
import StrictJSON

extension LoRAConfiguration {
    static let peftVersion = "0.21.2"

    /// The bytes of adapter_config.json: the same configuration always gives the same.
    public func data(modules: [LinearModule], baseModel: String?, revision: String?) -> Data {
        let json = json(modules: modules, baseModel: baseModel, revision: revision)
        return Data((json.text(JSONLayout(indent: 2, sortsKeys: true)) + "\n").utf8)
    }

    /// Every key that PEFT 0.21.2 writes; those we never use have their default values.
    func json(modules: [LinearModule], baseModel: String?, revision: String?) -> JSONValue {
        var object = JSONObject()
        for key in Self.nullKeys { object[key] = .null }
        for key in ["ensure_weight_tying", "fan_in_fan_out", "lora_bias", "use_dora", "use_qalora"] { object[key] = false }
        object["alpha_pattern"] = .object(JSONObject(alphaPattern.map { ($0.key, Self.number($0.value)) }))
        object["base_model_name_or_path"] = baseModel.map(JSONValue.string) ?? .null
        object["bias"] = "none"
        object["exclude_modules"] = excludedModules.map { Self.value($0, modules) } ?? .null
        object["inference_mode"] = true
        object["init_lora_weights"] = true
        object["layers_to_transform"] = layers.map { .array($0.map(JSONValue.integer)) } ?? .null
        object["loftq_config"] = [:]
        object["lora_alpha"] = Self.number(alpha)
        object["lora_dropout"] = .number(dropout)
        object["megatron_core"] = "megatron.core"
        object["peft_type"] = "LORA"
        object["peft_version"] = .string(Self.peftVersion)
        object["qalora_group_size"] = 16
        object["r"] = .integer(rank)
        object["rank_pattern"] = .object(JSONObject(rankPattern.map { ($0.key, .integer($0.value)) }))
        object["revision"] = revision.map(JSONValue.string) ?? .null
        object["target_modules"] = Self.value(targetModules, modules)
        object["task_type"] = "CAUSAL_LM"
        object["use_rslora"] = .bool(usesRSLoRA)
        return .object(object)
    }

    private static let nullKeys = [
        "alora_invocation_tokens", "arrow_config", "auto_mapping", "corda_config", "eva_config", "kasa_config",
        "layer_replication", "layers_pattern", "lora_ga_config", "megatron_config", "modules_to_save", "monteclora_config",
        "target_parameters", "trainable_token_indices", "use_bdlora", "velora_config",
    ]

    /// Lists are sorted, so that equal adapters give equal files; "all-linear" becomes the full paths, as PEFT writes it.
    private static func value(_ selection: ModuleSelection, _ modules: [LinearModule]) -> JSONValue {
        func list(_ names: [String]) -> JSONValue { .array(names.sorted().map(JSONValue.string)) }
        return switch selection {
        case .names(let names): list(names)
        case .pattern(let pattern): .string(pattern)
        case .allLinear: list(modules.map(\.path))
        }
    }

    /// 16 rather than 16.0, as PEFT writes it.
    private static func number(_ value: Double) -> JSONValue { Int(exactly: value).map(JSONValue.integer) ?? .number(value) }
}
