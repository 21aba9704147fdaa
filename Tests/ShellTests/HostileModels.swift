import Foundation

/// Model folders that somebody hands us, spoiled one way each: a Llama of two blocks, and its tokenizer.
enum HostileModels {
    private static let config = "config.json"
    private static let weights = "model.safetensors"
    private static let index = "model.safetensors.index.json"

    static let all = files + containers + shards + settings

    private static let files: [HostileFolder] = [
        HostileFolder("no configuration", 2, Spoil.remove(config)),
        HostileFolder("configuration is a folder", 2, Spoil.folder(config)),
        HostileFolder("configuration is a pipe", 2, Spoil.pipe(config)),
        HostileFolder("configuration links out", 2, Spoil.moveOut(config)),
        HostileFolder("configuration links nowhere", 2, Spoil.link(config, "nowhere")),
        HostileFolder("generation settings are a pipe", 2, Spoil.pipe("generation_config.json")),
        HostileFolder("generation settings link out", 2, Spoil.moveOut("generation_config.json")),
        HostileFolder("tokenizer is a pipe", 2, Spoil.pipe("tokenizer.json")),
        HostileFolder("tokenizer is a folder", 2, Spoil.folder("tokenizer.json")),
        HostileFolder("tokenizer links out", 2, Spoil.moveOut("tokenizer.json")),
        HostileFolder("chat template links to /etc/passwd", 2, Spoil.link("chat_template.jinja", "/etc/passwd")),
        HostileFolder("no weights", 2, Spoil.remove(weights)),
        HostileFolder("weights are a folder", 2, Spoil.folder(weights)),
        HostileFolder("weights are a pipe", 2, Spoil.pipe(weights)),
        HostileFolder("weights are a socket", 2, Spoil.socket(weights)),
        HostileFolder("weights link to a device", 2, Spoil.link(weights, "/dev/zero")),
        HostileFolder("weights link out", 2, Spoil.moveOut(weights)),
        HostileFolder("weights link to themselves", 2, Spoil.link(weights, weights)),
        HostileFolder("pickle pytorch_model.bin", 2, Spoil.rename(weights, "pytorch_model.bin")),
        HostileFolder("pickle consolidated.00.pth", 2, Spoil.rename(weights, "consolidated.00.pth")),
        HostileFolder("pickle model.pkl", 2, Spoil.rename(weights, "model.pkl")),
    ]

    private static let containers: [HostileFolder] = [
        HostileFolder("configuration empty", 14, Spoil.write(config, "")),
        HostileFolder("configuration with a key twice", 14, Spoil.set(config, "vocab_size", "512, \"vocab_size\": 512")),
        HostileFolder(
            "configuration nested deeply", 14, Spoil.set(config, "quantization", String(repeating: "[", count: 100_000))),
        HostileFolder("configuration a list", 14, Spoil.write(config, "[]")),
        HostileFolder("weights empty", 14, Spoil.write(weights, "")),
        HostileFolder("weights cut within the header", 14, Spoil.cut(weights, to: 1000)),
        HostileFolder("weights cut within the data", 14, Spoil.cut(weights, to: 100_000)),
        HostileFolder("weights a byte long", 14, Spoil.edit(weights) { $0.append(0) }),
        HostileFolder("weights a pickle", 14, Spoil.write(weights, Data([0x80, 0x02, 0x63]) + Data(count: 4000))),
        HostileFolder(
            "weights a pointer of Git LFS", 14,
            Spoil.write(
                weights, "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 9\n")),
        HostileFolder("header of 2^63 bytes", 14, Spoil.header(weights, "{}", data: 0, claims: 1 << 63)),
        HostileFolder(
            "tensors overlap", 14,
            Spoil.editHeader(weights) { $0.replacingOccurrences(of: "[131072,262144]", with: "[0,131072]") }),
        HostileFolder(
            "a shape that wraps", 14,
            Spoil.editHeader(weights) { $0.replacingOccurrences(of: "[64,160]", with: "[4294967296,4294967296]") }),
        HostileFolder(
            "a negative dimension", 14, Spoil.editHeader(weights) { $0.replacingOccurrences(of: "[64,160]", with: "[-64,-160]") }),
        HostileFolder(
            "a tensor missing", 14,
            Spoil.editHeader(weights) { $0.replacingOccurrences(of: "model.norm.weight", with: "model.norm.weigh") }),
        HostileFolder(
            "a tensor of another shape", 14,
            Spoil.editHeader(weights) { $0.replacingOccurrences(of: "[64,160]", with: "[160,64]") }),
        HostileFolder("numbers of integers", 14, Spoil.editHeader(weights) { $0.replacingOccurrences(of: "F32", with: "I32") }),
        HostileFolder("NaN", 14, Spoil.poke(weights, at: 300_000, [0, 0, 0xC0, 0x7F])),
        HostileFolder("infinity", 14, Spoil.poke(weights, at: 131_072, [0, 0, 0x80, 0x7F])),
    ]

    /// Weights in shards, by an index that lies.
    private static let shards: [HostileFolder] =
        [
            ("a path out", #"{"weight_map": {"lm_head.weight": "../model.safetensors"}}"#, 14),
            ("an absolute path", #"{"weight_map": {"lm_head.weight": "/etc/passwd"}}"#, 14),
            ("a path below", #"{"weight_map": {"lm_head.weight": "a/b.safetensors"}}"#, 14),
            ("the folder itself", #"{"weight_map": {"lm_head.weight": "."}}"#, 14),
            ("the folder above", #"{"weight_map": {"lm_head.weight": ".."}}"#, 14),
            ("no name", #"{"weight_map": {"lm_head.weight": ""}}"#, 14),
            ("a name with NUL", #"{"weight_map": {"lm_head.weight": "a\u0000.safetensors"}}"#, 14),
            ("a pickle", #"{"weight_map": {"lm_head.weight": "pytorch_model.bin"}}"#, 2),
            ("a missing shard", #"{"weight_map": {"lm_head.weight": "model-00001-of-00002.safetensors"}}"#, 14),
            ("a number", #"{"weight_map": {"lm_head.weight": 1}}"#, 14),
            ("no map", #"{"metadata": {}}"#, 14),
            ("a list", #"{"weight_map": []}"#, 14),
            ("a tensor that its shard has not", #"{"weight_map": {"surprise": "shard.safetensors"}}"#, 14),
            ("a tensor twice", #"{"weight_map": {"a": "shard.safetensors", "a": "shard.safetensors"}}"#, 14),
            ("one tensor of many", #"{"weight_map": {"lm_head.weight": "shard.safetensors"}}"#, 14),
            ("itself", #"{"weight_map": {"lm_head.weight": "model.safetensors.index.json"}}"#, 14),
        ].map { name, text, status in
            HostileFolder(
                "an index with \(name)", Int32(status),
                Spoil.all(Spoil.rename(weights, "shard.safetensors"), Spoil.write(index, text)))
        } + [
            HostileFolder("an index that is a pipe", 2, Spoil.all(Spoil.remove(weights), Spoil.pipe(index))),
            HostileFolder(
                "a shard that is a pipe", 2,
                Spoil.all(
                    Spoil.remove(weights), Spoil.pipe("s.safetensors"),
                    Spoil.write(index, #"{"weight_map": {"lm_head.weight": "s.safetensors"}}"#))),
            HostileFolder(
                "a shard that links out", 2,
                Spoil.all(
                    Spoil.rename(weights, "s.safetensors"), Spoil.moveOut("s.safetensors"),
                    Spoil.write(index, #"{"weight_map": {"lm_head.weight": "s.safetensors"}}"#))),
        ]

    private static let settings: [HostileFolder] =
        [
            ("architectures", "[\"GPT2LMHeadModel\"]", 2), ("architectures", "7", 14), ("hidden_size", "0", 14),
            ("hidden_size", "-64", 14),
            ("hidden_size", "\"64\"", 14), ("hidden_size", "1e300", 14), ("hidden_size", "4611686018427387904", 14),
            ("hidden_size", "72", 14),
            ("intermediate_size", "161", 14), ("num_hidden_layers", "1000000000", 14), ("num_hidden_layers", "3", 14),
            ("num_attention_heads", "0", 14), ("num_key_value_heads", "3", 14), ("vocab_size", "2147483647", 14),
            ("vocab_size", "null", 14),
            ("rms_norm_eps", "-1", 14), ("rope_theta", "0", 14), ("hidden_act", "\"gelu\"", 2),
        ].map { key, value, status in HostileFolder("\(key) is \(value)", Int32(status), Spoil.set(config, key, value)) }
}
