#!/usr/bin/env python3
"""Merges an adapter into made models of many layers and looks at the peak memory of each merge.

    Scripts/merge_memory.py [--lora .build/release/lora] [--hidden N] [--layers FEW MANY] [--dtype bf16]

Makes two models of one shape, one with few and one with many layers (random brain floats), an adapter of rank 8 for each, and rows of
tokens; merges both with every candidate. The peak of resident memory must stay below two layers and 500 MB, and must not grow with the
number of layers by more than what the adapter itself takes, an eighth of its layers and 40 MB.
Exit 1 when it does. Works in $TMPDIR, which needs room for three times the larger model.
"""
import argparse
import array
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MB = 1 << 20
LINEARS = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj",
           "mlp.down_proj"]
VOCABULARY, RANK = 4096, 8


def brain_floats(spread: float) -> bytes:
    """A stretch of normal numbers, repeated wherever some are needed."""
    source = random.Random(7)
    floats = array.array("f", (source.gauss(0, spread) for _ in range(65_537)))
    return b"".join(struct.pack("<H", bits >> 16) for bits in array.array("I", floats.tobytes()))


def write(path: str, tensors: dict, stretch: bytes, one: bytes) -> None:
    """A safetensors file; `tensors` maps names to shapes, vectors are ones."""
    header, offset = {}, 0
    for name, shape in tensors.items():
        size = 2 * (shape[0] * shape[1] if len(shape) == 2 else shape[0])
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, shape in tensors.items():
            if len(shape) == 1:
                file.write(one * shape[0])
                continue
            left = 2 * shape[0] * shape[1]
            while left > 0:
                file.write(stretch[:left])
                left -= min(left, len(stretch))


def shapes(hidden: int) -> dict:
    wide = hidden * 11 // 4 // 64 * 64
    square = [hidden, hidden]
    sizes = [square, [hidden // 4, hidden], [hidden // 4, hidden], square, [wide, hidden], [wide, hidden], [hidden, wide]]
    return dict(zip(LINEARS, sizes))


def make(folder: str, hidden: int, layers: int, stretch: bytes, low: bytes) -> None:
    """A base, an adapter and rows."""
    one = struct.pack("<H", 0x3F80)
    base, adapter = os.path.join(folder, "base"), os.path.join(folder, "adapter")
    os.makedirs(base)
    os.makedirs(adapter)
    linears = shapes(hidden)
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": hidden, "num_hidden_layers": layers,
              "intermediate_size": linears["mlp.up_proj"][0], "num_attention_heads": hidden // 64, "num_key_value_heads": hidden // 256,
              "head_dim": 64, "vocab_size": VOCABULARY, "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
              "tie_word_embeddings": False, "hidden_act": "silu", "eos_token_id": 2, "torch_dtype": "bfloat16"}
    with open(os.path.join(base, "config.json"), "w") as file:
        json.dump(config, file)
    tensors = {"model.embed_tokens.weight": [VOCABULARY, hidden]}
    pairs = {}
    for layer in range(layers):
        path = f"model.layers.{layer}."
        for name, shape in linears.items():
            tensors[f"{path}{name}.weight"] = shape
            pairs[f"base_model.model.{path}{name}.lora_A.weight"] = [RANK, shape[1]]
            pairs[f"base_model.model.{path}{name}.lora_B.weight"] = [shape[0], RANK]
        tensors[f"{path}input_layernorm.weight"] = tensors[f"{path}post_attention_layernorm.weight"] = [hidden]
    tensors |= {"model.norm.weight": [hidden], "lm_head.weight": [VOCABULARY, hidden]}
    write(os.path.join(base, "model.safetensors"), tensors, stretch, one)
    write(os.path.join(adapter, "adapter_model.safetensors"), pairs, low, one)
    with open(os.path.join(adapter, "adapter_config.json"), "w") as file:
        json.dump({"peft_type": "LORA", "r": RANK, "lora_alpha": 16, "target_modules": [n.split(".")[1] for n in LINEARS]}, file)
    source = random.Random(11)
    with open(os.path.join(folder, "rows.jsonl"), "w") as file:
        for _ in range(8):
            tokens = [source.randrange(4, VOCABULARY) for _ in range(48)]
            file.write(json.dumps({"input_ids": tokens, "labels": [-100] * 32 + tokens[32:]}) + "\n")


def peak(lora: str, folder: str, storage: str, dtype: str) -> tuple[int, str]:
    """Bytes of resident memory at the most, and which candidate was taken."""
    words = [lora, "merge", "adapter", "--base", "base", "--data", "rows.jsonl", "--out", "merged", "--dtype", dtype,
             "--trained-on", storage, "--largest-divergence", "1000", "--least-agreement", "0", "--json"]
    environment = dict(os.environ, LORA_CACHE=os.path.join(folder, "cache"))
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, env=environment)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"merge_memory: `lora merge` left with {process.returncode}")
    return usage.ru_maxrss * 1024, json.loads(text)["chosen"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lora", default=os.path.join(ROOT, ".build/release/lora"))
    parser.add_argument("--hidden", type=int, default=2048)
    parser.add_argument("--layers", type=int, nargs=2, default=[4, 32])
    parser.add_argument("--trained-on", default="nf4", choices=["nf4", "bf16", "fp32"])
    parser.add_argument("--dtype", default="bf16", choices=["bf16", "f16", "f32"])
    options = parser.parse_args()
    stretch, low = brain_floats(0.02), brain_floats(0.01)
    weights = sum(rows * columns for rows, columns in shapes(options.hidden).values())
    pairs = sum(RANK * (rows + columns) for rows, columns in shapes(options.hidden).values())
    layer, peaks = 2 * weights, []
    for layers in options.layers:
        with tempfile.TemporaryDirectory() as folder:
            make(folder, options.hidden, layers, stretch, low)
            size = os.path.getsize(os.path.join(folder, "base", "model.safetensors"))
            bytes_, chosen = peak(os.path.abspath(options.lora), folder, options.trained_on, options.dtype)
            peaks.append(bytes_)
            print(f"{layers} layers, {size // MB} MB: peak {bytes_ // MB} MB, chosen {chosen}", flush=True)
    limit = 2 * layer + 500 * 10**6
    grown, allowed = peaks[1] - peaks[0], (options.layers[1] - options.layers[0]) * (8 * pairs + layer // 128) + 40 * MB
    good = max(peaks) <= limit and grown <= allowed
    print(f"2 merges: peak {max(peaks) // MB} MB of {limit // MB} MB (two layers and 500 MB), growth {grown // MB} MB of "
          f"{allowed // MB} MB: {'within' if good else 'EXCEEDED'}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
