#!/usr/bin/env python3
"""Train two steps of a base of Llama-2-7B's shape under two memory budgets, and hold them against each other.

    Benchmarks/seven_billion.py [--lora .build/release/lora] [--work DIR] [--budgets 6GB 4GB]

Makes the base on first use: random weights in brain floats, 13.5 GB in shards, beside 3.9 GB that `lora` keeps quantized. Each run
gets rows of 512 tokens, one at a time, two to a step. Prints loss, tokens per second and peak resident memory of each, and fails when
losses or adapters differ or a peak passes its budget.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time

import numpy as np

HIDDEN, LAYERS, HEADS, INNER, VOCABULARY = 4096, 32, 32, 11008, 32000
TENSORS_OF_A_LAYER = {
    "self_attn.q_proj": (HIDDEN, HIDDEN), "self_attn.k_proj": (HIDDEN, HIDDEN), "self_attn.v_proj": (HIDDEN, HIDDEN),
    "self_attn.o_proj": (HIDDEN, HIDDEN), "mlp.gate_proj": (INNER, HIDDEN), "mlp.up_proj": (INNER, HIDDEN),
    "mlp.down_proj": (HIDDEN, INNER), "input_layernorm": (HIDDEN,), "post_attention_layernorm": (HIDDEN,),
}
CONFIGURATION = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN, "intermediate_size": INNER,
    "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": HEADS, "vocab_size": VOCABULARY,
    "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": False,
    "bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "bfloat16",
}
ROW_TOKENS, ROWS = 512, 8


def brain_floats(generator: np.random.Generator, shape: tuple[int, ...]) -> bytes:
    values = generator.standard_normal(shape, dtype=np.float32)
    values = 1 + 0.05 * values if len(shape) == 1 else 0.02 * values
    return ((values.view(np.uint32) + 0x8000) >> 16).astype(np.uint16).tobytes()


def write_shard(path: str, tensors: dict[str, tuple[int, ...]], generator: np.random.Generator) -> None:
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors.items():
        end = offset + 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for shape in tensors.values():
            file.write(brain_floats(generator, shape))


def make_base(folder: str) -> None:
    """Layers by fours in a shard; the index comes last and says that the folder is whole."""
    shards = [{"model.embed_tokens.weight": (VOCABULARY, HIDDEN)}]
    for layer in range(LAYERS):
        if layer % 4 == 0:
            shards.append({})
        shards[-1] |= {f"model.layers.{layer}.{name}.weight": shape for name, shape in TENSORS_OF_A_LAYER.items()}
    shards.append({"model.norm.weight": (HIDDEN,), "lm_head.weight": (VOCABULARY, HIDDEN)})
    os.makedirs(folder, exist_ok=True)
    generator, places = np.random.Generator(np.random.SFC64(7)), {}
    for number, shard in enumerate(shards, 1):
        name = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        write_shard(os.path.join(folder, name), shard, generator)
        places |= dict.fromkeys(shard, name)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(CONFIGURATION, file, indent=2)
    with open(os.path.join(folder, "rows.jsonl"), "w") as file:
        for row in generator.integers(3, VOCABULARY, (ROWS, ROW_TOKENS)).tolist():
            file.write(json.dumps({"input_ids": row}) + "\n")
    with open(os.path.join(folder, "model.safetensors.index.json"), "w") as file:
        json.dump({"metadata": {}, "weight_map": places}, file, indent=1)


def train(lora: str, base: str, out: str, budget: str) -> dict:
    for left in [out, out + ".checkpoints"]:
        shutil.rmtree(left, ignore_errors=True)
    words = [lora, "train", "--base", base, "--data", os.path.join(base, "rows.jsonl"), "--out", out, "--max-steps", "2",
             "--batch-size", "1", "--gradient-accumulation-steps", "2", "--no-shuffle", "--save-steps", "0",
             "--precision", "bf16", "--memory-budget", budget]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    marks, losses, text = [], [], []
    for line in process.stdout:
        text.append(line)
        if found := re.search(r"step \d+/\d+ +loss ([\d.]+)", line):
            marks.append(time.perf_counter())
            losses.append(float(found[1]))
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"seven_billion: {' '.join(words)} failed:\n{''.join(text)}")
    with open(os.path.join(out, "adapter_model.safetensors"), "rb") as file:
        adapter = file.read()
    plan = next((line.strip() for line in text if "computed again" in line), "")
    return {"losses": losses, "adapter": adapter, "peak": usage.ru_maxrss * 1024, "plan": plan,
            "speed": 2 * ROW_TOKENS / (marks[1] - marks[0])}


def byte_count(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)\s*([A-Za-z]+)", text).groups()
    return float(number) * {"mb": 1e6, "gb": 1e9, "mib": 2**20, "gib": 2**30}[unit.lower()]


def main() -> None:
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lora", default=os.path.join(root, ".build", "release", "lora"))
    parser.add_argument("--work", default=os.path.join(os.path.expanduser("~"), ".cache", "lora-keeper", "seven-billion"))
    parser.add_argument("--budgets", nargs="+", default=["6GB", "4GB"])
    options = parser.parse_args()
    base = os.path.join(options.work, "base")
    if not os.path.exists(os.path.join(base, "model.safetensors.index.json")):
        make_base(base)
    runs = []
    for budget in options.budgets:
        runs.append(train(options.lora, base, os.path.join(options.work, "out"), budget))
        run = runs[-1]
        print(f"{budget}: {run['plan']}\n  losses {run['losses']}, {run['speed']:.1f} tokens/s, peak {run['peak'] / 1e9:.2f} GB",
              flush=True)
    over = [budget for budget, run in zip(options.budgets, runs) if run["peak"] > byte_count(budget)]
    same = all(run["losses"] == runs[0]["losses"] and run["adapter"] == runs[0]["adapter"] for run in runs)
    print("losses and adapters are the same, bit for bit" if same else "losses or adapters DIFFER")
    print("every peak is within its budget" if not over else f"peaks beyond the budget: {', '.join(over)}")
    sys.exit(0 if same and not over else 1)


if __name__ == "__main__":
    main()
