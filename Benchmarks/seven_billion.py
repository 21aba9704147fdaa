#!/usr/bin/env python3
"""Train two steps of a base of Llama-2-7B's shape under two memory budgets, and hold them against each other.

    Benchmarks/seven_billion.py [--lora .build/release/lora] [--work DIR] [--budgets 6GB 4GB]

Makes the base on first use: random weights in brain floats, 13.5 GB in shards, beside 3.9 GB that `lora` keeps quantized. Each run
gets rows of 512 tokens, one at a time, two to a step. Prints loss, tokens per second and peak resident memory of each, and fails when
losses or adapters differ or a peak passes its budget.
"""
import argparse
import json
import math
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "Scripts"))
import python_environment  # noqa: E402

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


def brain_floats(generator, shape: tuple[int, ...]) -> bytes:
    import numpy as np
    values = generator.standard_normal(shape, dtype=np.float32)
    values = 1 + 0.05 * values if len(shape) == 1 else 0.02 * values
    return ((values.view(np.uint32) + 0x8000) >> 16).astype(np.uint16).tobytes()


def write_shard(path: str, tensors: dict[str, tuple[int, ...]], generator) -> None:
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors.items():
        end = offset + 2 * math.prod(shape)
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
    import numpy as np
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
    """Two steps, with no more memory of its own than the budget: private writable pages, which a limit of the kernel's counts."""
    for left in [out, out + ".checkpoints"]:
        shutil.rmtree(left, ignore_errors=True)
    words = [lora, "train", "--base", base, "--data", os.path.join(base, "rows.jsonl"), "--out", out, "--max-steps", "2",
             "--batch-size", "1", "--gradient-accumulation-steps", "2", "--no-shuffle", "--save-steps", "0",
             "--precision", "bf16", "--memory-budget", budget]
    limit = int(byte_count(budget))
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))
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
    plan = next(line for line in text if "computed again" in line)
    again = int(re.search(r"(\d+) of \d+ layers", plan)[1]) / LAYERS
    return {"losses": losses, "adapter": adapter, "peak": usage.ru_maxrss * 1024, "speed": 2 * ROW_TOKENS / (marks[1] - marks[0]),
            "plan": f"{again * LAYERS:.0f} of {LAYERS} layers recomputed" + (", streamed" if "streams" in plan else ""),
            "flops": 4 * VOCABULARY * HIDDEN + (4 + 2 * again) * weights_of_linears()}


def weights_of_linears() -> int:
    return LAYERS * sum(shape[0] * shape[1] for shape in TENSORS_OF_A_LAYER.values() if len(shape) == 2)


def byte_count(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)\s*([A-Za-z]+)", text).groups()
    return float(number) * {"mb": 1e6, "gb": 1e9, "mib": 2**20, "gib": 2**30}[unit.lower()]


def trainings(lora: str, work: str, python: str, budgets: list[str]) -> dict[str, dict]:
    """The run under each budget, over a base that is made first where there is none by a Python that has numpy."""
    base = os.path.join(work, "base")
    if not os.path.exists(os.path.join(base, "model.safetensors.index.json")):
        subprocess.run([python, os.path.abspath(__file__), "--make", base], check=True)
    return {budget: train(lora, base, os.path.join(work, "out"), budget) for budget in budgets}


def agree(runs: Iterable[dict]) -> bool:
    """Whether all end with the same losses and the same adapter, bit for bit."""
    first, *others = runs
    return all(run["losses"] == first["losses"] and run["adapter"] == first["adapter"] for run in others)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lora", default=os.path.join(ROOT, ".build", "release", "lora"))
    parser.add_argument("--work", default=os.path.join(os.path.expanduser("~"), ".cache", "lora-keeper", "seven-billion"))
    parser.add_argument("--budgets", nargs="+", default=["6GB", "4GB"])
    parser.add_argument("--make", metavar="FOLDER", help="only make the base there, by a Python that has numpy")
    options = parser.parse_args()
    if options.make:
        make_base(options.make)
        return
    python = python_environment.python(os.path.join(options.work, "venv"), ["numpy"])
    runs = trainings(options.lora, options.work, python, options.budgets)
    for budget, run in runs.items():
        print(f"{budget}: {run['plan']}; losses {run['losses']}, {run['speed']:.1f} tokens/s, peak {run['peak'] / 1e9:.2f} GB")
    over = [budget for budget, run in runs.items() if run["peak"] > byte_count(budget)]
    same = agree(runs.values())
    print("losses and adapters are the same, bit for bit" if same else "losses or adapters DIFFER")
    print("every peak is within its budget" if not over else f"peaks beyond the budget: {', '.join(over)}")
    sys.exit(0 if same and not over else 1)


if __name__ == "__main__":
    main()
