import Foundation

/// Adapters that somebody hands us, spoiled one way each. In PEFT's layout: pairs of rank 4 for q_proj and v_proj of two blocks.
enum HostileAdapters {
    private static let config = "adapter_config.json"
    private static let weights = "adapter_model.safetensors"
    private static let q = "base_model.model.model.layers.0.self_attn.q_proj"

    private static func header(_ old: String, _ new: String) -> Spoil.Deed {
        Spoil.editHeader(weights) { $0.replacingOccurrences(of: old, with: new) }
    }

    /// A header with one tensor, which says this of itself.
    private static func tensor(_ body: String, data: Int = 8) -> Spoil.Deed {
        Spoil.header(weights, #"{"\#(q).lora_A.weight":{\#(body)}}"#, data: data)
    }

    private static func set(_ key: String, _ value: String) -> Spoil.Deed { Spoil.set(config, key, value) }

    /// A tensor more at the end of the file, of four bytes.
    private static func foreign(_ name: String) -> Spoil.Deed {
        Spoil.all(
            Spoil.editHeader(weights) { text in
                text.trimmingCharacters(in: .whitespaces).dropLast()
                    + #", "\#(name)":{"dtype":"F32","shape":[1],"data_offsets":[7168,7172]}}"#
            }, Spoil.edit(weights) { $0 += Data(count: 4) })
    }

    static let all = files + containers + tensors + settings

    /// What stands where the two files should.
    private static let files: [HostileFolder] = [
        HostileFolder("no configuration", 2, Spoil.remove(config)),
        HostileFolder("configuration is a folder", 2, Spoil.folder(config)),
        HostileFolder("configuration is a pipe", 2, Spoil.pipe(config)),
        HostileFolder("configuration is a socket", 2, Spoil.socket(config)),
        HostileFolder("configuration links to /etc/passwd", 2, Spoil.link(config, "/etc/passwd")),
        HostileFolder("configuration links out", 2, Spoil.moveOut(config)),
        HostileFolder("configuration links to itself", 2, Spoil.link(config, config)),
        HostileFolder("configuration links nowhere", 2, Spoil.link(config, "nowhere")),
        HostileFolder("no weights", 2, Spoil.remove(weights)),
        HostileFolder("weights are a folder", 2, Spoil.folder(weights)),
        HostileFolder("weights are a pipe", 2, Spoil.pipe(weights)),
        HostileFolder("weights are a socket", 2, Spoil.socket(weights)),
        HostileFolder("weights link to a device", 2, Spoil.link(weights, "/dev/zero")),
        HostileFolder("weights link out", 2, Spoil.moveOut(weights)),
        HostileFolder("weights link out by ..", 2, Spoil.link(weights, "../model/model.safetensors")),
        HostileFolder("weights link to themselves", 2, Spoil.link(weights, weights)),
        HostileFolder("weights link nowhere", 2, Spoil.link(weights, "nowhere")),
        HostileFolder("pickle adapter_model.bin", 2, Spoil.rename(weights, "adapter_model.bin")),
        HostileFolder("pickle adapter_model.pt", 2, Spoil.rename(weights, "adapter_model.pt")),
        HostileFolder("pickle adapter_model.pth", 2, Spoil.rename(weights, "adapter_model.pth")),
        HostileFolder("pickle adapter_model.ckpt", 2, Spoil.rename(weights, "adapter_model.ckpt")),
        HostileFolder("pickle adapter.pkl", 2, Spoil.rename(weights, "adapter.pkl")),
        HostileFolder("archive adapters.npz", 2, Spoil.rename(weights, "adapters.npz")),
        HostileFolder("weights of two layouts", 2, Spoil.write("adapters.safetensors", "x")),
        HostileFolder("weights under a name of another case", 2, Spoil.rename(weights, "Adapter_Model.safetensors")),
    ]

    /// What is no JSON, or no safetensors file.
    private static let containers: [HostileFolder] = [
        HostileFolder("configuration empty", 14, Spoil.write(config, "")),
        HostileFolder("configuration cut short", 14, Spoil.cut(config, to: 100)),
        HostileFolder("configuration of zeros", 14, Spoil.write(config, Data(count: 100))),
        HostileFolder(
            "configuration not UTF-8", 14, Spoil.write(config, Data([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D]))),
        HostileFolder("configuration a list", 14, Spoil.write(config, "[]")),
        HostileFolder("configuration a text", 14, Spoil.write(config, "\"LORA\"")),
        HostileFolder("configuration with a key twice", 14, set("r", "4, \"r\": 4")),
        HostileFolder("configuration with text behind", 14, Spoil.edit(config) { $0 += Data("{}".utf8) }),
        HostileFolder("configuration nested deeply", 14, set("eva_config", String(repeating: "[", count: 100_000))),
        HostileFolder(
            "configuration of 10 MB", 2, Spoil.write(config, "{\"r\": \"" + String(repeating: "x", count: 10_000_000) + "\"}")),
        HostileFolder(
            "configuration of 1,000,000 keys", 2,
            Spoil.write(config, "{" + (0..<1_000_000).map { "\"k\($0)\": 0" }.joined(separator: ",") + "}")),
        HostileFolder("weights empty", 14, Spoil.write(weights, "")),
        HostileFolder("weights of 7 bytes", 14, Spoil.cut(weights, to: 7)),
        HostileFolder("weights of 8 bytes", 14, Spoil.cut(weights, to: 8)),
        HostileFolder("weights cut within the header", 14, Spoil.cut(weights, to: 500)),
        HostileFolder("weights cut within the data", 14, Spoil.cut(weights, to: 4000)),
        HostileFolder("weights a byte short", 14, Spoil.edit(weights) { $0.removeLast() }),
        HostileFolder("weights a byte long", 14, Spoil.edit(weights) { $0.append(0) }),
        HostileFolder("weights a pickle", 14, Spoil.write(weights, Data([0x80, 0x02, 0x63]) + Data(count: 4000))),
        HostileFolder("weights a zip archive", 14, Spoil.write(weights, Data([0x50, 0x4B, 0x03, 0x04]) + Data(count: 4000))),
        HostileFolder("weights a gzip stream", 14, Spoil.write(weights, Data([0x1F, 0x8B, 0x08, 0x00]) + Data(count: 4000))),
        HostileFolder("weights a page of HTML", 14, Spoil.write(weights, "<!DOCTYPE html><html><body>404</body></html>")),
        HostileFolder(
            "weights a pointer of Git LFS", 14,
            Spoil.write(
                weights, "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 9\n")),
        HostileFolder("header of 2^63 bytes", 14, Spoil.header(weights, "{}", data: 0, claims: 1 << 63)),
        HostileFolder("header of 2^64 - 1 bytes", 14, Spoil.header(weights, "{}", data: 0, claims: .max)),
        HostileFolder("header of 200 MB", 14, Spoil.header(weights, "{}", data: 0, claims: 200_000_000)),
        HostileFolder("header longer than the file", 14, Spoil.header(weights, "{}", data: 0, claims: 3)),
        HostileFolder("header of no bytes", 14, Spoil.header(weights, "", data: 8)),
        HostileFolder("header not UTF-8", 14, Spoil.poke(weights, at: -1000, [0xFF, 0xFE])),
        HostileFolder("header a list", 14, Spoil.header(weights, "[]", data: 0)),
        HostileFolder("header with a space in front", 14, Spoil.editHeader(weights) { " " + $0 }),
        HostileFolder("header with a tensor twice", 14, header(".0.self_attn.v_proj.lora_A", ".0.self_attn.q_proj.lora_A")),
        HostileFolder(
            "header with metadata twice", 14, header(#"{"__metadata__":"#, #"{"__metadata__":{"a":"b"},"__metadata__":"#)),
        HostileFolder("metadata a number", 14, header(#""format":"pt""#, #""format":7"#)),
        HostileFolder("header nested deeply", 14, header(#""pt""#, String(repeating: "[", count: 100_000))),
        HostileFolder(
            "header of 1,000,000 tensors", 14,
            { folder in
                let entries = (0..<1_000_000).map { "\"t\($0)\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}" }
                try Spoil.header(weights, "{" + entries.joined(separator: ",") + "}", data: 0)(folder)
            }),
        HostileFolder("tensors overlap", 14, header("[1024,2048]", "[1020,2044]")),
        HostileFolder("tensors share their bytes", 14, header("[2048,3072]", "[0,1024]")),
        HostileFolder("a hole between tensors", 14, tensor(#""dtype":"U8","shape":[4],"data_offsets":[4,8]"#)),
        HostileFolder("a range that ends before it begins", 14, header("[0,1024]", "[1024,0]")),
        HostileFolder("a range beyond the file", 14, tensor(#""dtype":"U8","shape":[99],"data_offsets":[0,99]"#)),
        HostileFolder("a range of 2^63", 14, tensor(#""dtype":"U8","shape":[8],"data_offsets":[0,9223372036854775808]"#)),
        HostileFolder("a negative offset", 14, tensor(#""dtype":"U8","shape":[8],"data_offsets":[-8,0]"#)),
        HostileFolder("an offset with a fraction", 14, tensor(#""dtype":"U8","shape":[8],"data_offsets":[0,8.5]"#)),
        HostileFolder("a negative dimension", 14, tensor(#""dtype":"U8","shape":[-2,-4],"data_offsets":[0,8]"#)),
        HostileFolder("a dimension with a fraction", 14, tensor(#""dtype":"U8","shape":[8.5],"data_offsets":[0,8]"#)),
        HostileFolder(
            "a shape that wraps to 0", 14, tensor(#""dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]"#)),
        HostileFolder(
            "a shape that wraps to 8", 14, tensor(#""dtype":"U8","shape":[9223372036854775807,2,8],"data_offsets":[0,8]"#)),
        HostileFolder("a shape of other size than its bytes", 14, header("[4,64]", "[4,63]")),
        HostileFolder(
            "a shape of 17 dimensions", 14,
            tensor(#""dtype":"U8","shape":[8\#(String(repeating: ",1", count: 16))],"data_offsets":[0,8]"#)),
        HostileFolder("an unknown dtype", 14, header("F32", "F31")),
        HostileFolder("a tensor without a shape", 14, tensor(#""dtype":"U8","data_offsets":[0,8]"#)),
        HostileFolder(
            "a tensor without a name", 14,
            Spoil.header(weights, #"{"":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}"#, data: 8)),
        HostileFolder("a tensor with NUL in its name", 14, header(".lora_A.weight", #".lora_A\u0000.weight"#)),
        HostileFolder("a tensor with a name of 5,000 bytes", 14, header(".lora_A", String(repeating: "x", count: 5000))),
    ]

    /// Sound files whose tensors are not what configuration and base need.
    private static let tensors: [HostileFolder] = [
        HostileFolder("NaN in A", 14, Spoil.poke(weights, at: 400, [0, 0, 0xC0, 0x7F])),
        HostileFolder("infinity in B", 14, Spoil.poke(weights, at: 1024, [0, 0, 0x80, 0x7F])),
        HostileFolder("NaN in the last number", 14, Spoil.poke(weights, at: 7164, [1, 0, 0x80, 0xFF])),
        HostileFolder("numbers of 32-bit integers", 14, header("F32", "I32")),
        HostileFolder("numbers of 32-bit naturals", 14, header("F32", "U32")),
        HostileFolder("A turned", 14, header("[4,64]", "[64,4]")),
        HostileFolder("B turned", 14, header("[32,4]", "[4,32]")),
        HostileFolder("A flat", 14, header("[4,64]", "[256]")),
        HostileFolder(
            "A of another rank than B", 14, header(#""shape":[4,64],"data_offsets":[0,"#, #""shape":[2,128],"data_offsets":[0,"#)),
        HostileFolder(
            "a layer that the base does not have", 2,
            Spoil.all(header("layers.1.", "layers.9."), set("layers_to_transform", "[0]"))),
        HostileFolder("half a pair", 14, header("layers.0.self_attn.q_proj.lora_B", "layers.0.self_attn.q_proj.lora_C")),
        HostileFolder("a targeted module without a pair", 14, set("target_modules", #"["q_proj", "k_proj", "v_proj"]"#)),
        HostileFolder("pairs that are not targeted", 2, set("target_modules", #"["q_proj"]"#)),
        HostileFolder("modules of other names", 14, header("q_proj", "Q_PROJ")),
        HostileFolder("modules of another model", 14, header("self_attn", "attn")),
        HostileFolder("control characters in a name", 14, header("layers.0.self_attn.q_proj.lora_A", #"\u001b[2Jq_proj.lora_A"#)),
        HostileFolder("a path as a name", 2, foreign("../../etc/passwd")),
        HostileFolder("the same half in two spellings", 14, foreign("model.layers.0.self_attn.q_proj.lora_A.weight")),
        HostileFolder("a head trained whole", 2, foreign("base_model.model.lm_head.weight")),
        HostileFolder("a correction of the embedding", 2, foreign("base_model.model.model.embed_tokens.lora_embedding_A")),
        HostileFolder("a magnitude of DoRA", 2, foreign(q + ".lora_magnitude_vector")),
        HostileFolder("a trained bias", 2, foreign(q + ".lora_B.bias")),
        HostileFolder("trained tokens", 2, foreign("base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta")),
        HostileFolder("a tensor that nobody knows", 2, foreign("surprise")),
    ]

    /// Settings of a wrong kind or size, or of adapters that are more than pairs.
    private static let settings: [HostileFolder] =
        [
            ("peft_type", "null", 14), ("peft_type", "7", 14), ("peft_type", "\"IA3\"", 2), ("r", "\"4\"", 14), ("r", "4.5", 14),
            ("r", "0", 14), ("r", "-4", 14), ("r", "8", 14), ("r", "5000", 14), ("r", "99999999999999999999", 14),
            ("lora_alpha", "\"8\"", 14),
            ("lora_alpha", "0", 14), ("lora_alpha", "-8", 14), ("lora_alpha", "NaN", 14), ("lora_alpha", "Infinity", 14),
            ("lora_alpha", "1e999", 14), ("lora_dropout", "\"0\"", 14), ("lora_dropout", "2", 14), ("target_modules", "7", 14),
            ("target_modules", "[7]", 14), ("target_modules", "[]", 2), ("target_modules", "[\"c_attn\"]", 2),
            ("target_modules", "\"(\"", 2),
            ("target_modules", "\"(.*)*(.*)*(.*)*(.*)*x\"", 2), ("target_modules", #""(([a-z._0-9])+)+X""#, 2),
            ("target_modules", #""(?=(.+)+X).*""#, 2), ("target_modules", #""(.)\\1""#, 2), ("exclude_modules", "\".*\"", 2),
            ("use_rslora", "\"yes\"", 14), ("use_dora", "true", 2), ("use_dora", "1", 14), ("lora_bias", "7", 14),
            ("bias", "7", 14),
            ("bias", "\"some\"", 2), ("rank_pattern", "[]", 14), ("rank_pattern", "{\"q_proj\": \"4\"}", 14),
            ("rank_pattern", "{\"q_proj\": 0}", 14), ("rank_pattern", "{\"(\": 4}", 2),
            ("alpha_pattern", "{\"q_proj\": null}", 14),
            ("alpha_pattern", "{\"q_proj\": -1}", 14), ("layers_to_transform", "\"all\"", 14), ("layers_to_transform", "[9]", 2),
            ("layers_pattern", "\"h\"", 2), ("init_lora_weights", "\"pissa\"", 2), ("fan_in_fan_out", "true", 2),
            ("layer_replication", "[[0, 1]]", 2), ("target_parameters", "[\"x\"]", 2), ("use_qalora", "true", 2),
            ("revision", "7", 14), ("base_model_name_or_path", "{}", 14), ("new_in_2030", "\"x\"", 2),
        ].map { key, value, status in HostileFolder("\(key) is \(value)", Int32(status), set(key, value)) }
}

/// The same in mlx-lm's layout: pairs of rank 3 for two linears of the last block.
enum HostileMLXAdapters {
    private static let config = "adapter_config.json"
    private static let weights = "adapters.safetensors"

    private static func parameters(_ text: String) -> Spoil.Deed { Spoil.set(config, "lora_parameters", text) }

    static let all: [HostileFolder] = [
        HostileFolder("DoRA", 2, Spoil.set(config, "fine_tune_type", "\"dora\"")),
        HostileFolder("all weights", 2, Spoil.set(config, "fine_tune_type", "\"full\"")),
        HostileFolder("fine_tune_type a number", 14, Spoil.set(config, "fine_tune_type", "1")),
        HostileFolder("no parameters", 14, parameters("null")),
        HostileFolder("parameters a list", 14, parameters("[]")),
        HostileFolder("no rank", 14, parameters(#"{"scale": 1}"#)),
        HostileFolder("rank a text", 14, parameters(#"{"rank": "3", "scale": 1}"#)),
        HostileFolder("rank 0", 14, parameters(#"{"rank": 0, "scale": 1}"#)),
        HostileFolder("rank negative", 14, parameters(#"{"rank": -3, "scale": 1}"#)),
        HostileFolder("another rank", 14, parameters(#"{"rank": 4, "scale": 1}"#)),
        HostileFolder("no scale", 14, parameters(#"{"rank": 3}"#)),
        HostileFolder("scale a text", 14, parameters(#"{"rank": 3, "scale": "1"}"#)),
        HostileFolder("scale NaN", 14, parameters(#"{"rank": 3, "scale": NaN}"#)),
        HostileFolder("scale 0", 14, parameters(#"{"rank": 3, "scale": 0}"#)),
        HostileFolder("scale and alpha that disagree", 2, parameters(#"{"rank": 3, "scale": 10, "alpha": 16}"#)),
        HostileFolder("keys that are numbers", 14, parameters(#"{"rank": 3, "scale": 1, "keys": [1]}"#)),
        HostileFolder("keys without a pair that is there", 2, parameters(#"{"rank": 3, "scale": 1, "keys": ["mlp.up_proj"]}"#)),
        HostileFolder("a parameter that nobody knows", 2, parameters(#"{"rank": 3, "scale": 1, "gate": true}"#)),
        HostileFolder("layers a text", 14, Spoil.set(config, "num_layers", "\"all\"")),
        HostileFolder(
            "a pair below the adapted layers", 2,
            Spoil.editHeader(weights) { $0.replacingOccurrences(of: "layers.1.mlp", with: "layers.0.mlp") }),
        HostileFolder(
            "half a pair", 14, Spoil.editHeader(weights) { $0.replacingOccurrences(of: "q_proj.lora_a", with: "q_proj.lora_c") }),
        HostileFolder("halves turned", 14, Spoil.editHeader(weights) { $0.replacingOccurrences(of: "[64,3]", with: "[3,64]") }),
        HostileFolder("NaN", 14, Spoil.poke(weights, at: 0, [0, 0, 0xC0, 0x7F])),
        HostileFolder("quantized pairs", 14, Spoil.editHeader(weights) { $0.replacingOccurrences(of: "F32", with: "U32") }),
    ]
}
