#!/usr/bin/env python3
"""Checks that transformers loads what `lora merge` writes, and that it is what PEFT's `merge_and_unload` gives.

    Scripts/check_merge.py [--lora .build/release/lora] [--rows N]

Makes its own Python environment on first use (that of check_peft.py). Bases: the demo's (brain floats, tied tables), and small random
ones of four families in fp32, bf16 and f16, with tied and untied tables and biases. Adapters: trained by `lora train`, and saved by PEFT
with ranks and alphas by module, with and without rsLoRA. Each is merged as f32; the folder, in one file or in shards, is loaded by
`AutoModelForCausalLM` without a missing, unexpected or converted tensor, and its logits differ from those of PEFT's merged fp32 model by
at most 1e-4. Halves and brain floats are checked against PEFT's sums rounded once, bit for bit but for the last place.
Exit 1 when something differs.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

import python_environment
from check_peft import PACKAGES, environment, trained_now

TOLERANCE = 1e-4
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
DEMO = os.path.join(ROOT, "registry/models/tiny-prose")
# family, tied tables, type of the base, what the adapter is
MADE = [("llama", False, "float32", {"r": 6, "lora_alpha": 9, "use_rslora": True}),
        ("llama", True, "float16", {"r": 4, "lora_alpha": 8, "rank_pattern": {"q_proj": 2, "layers.1.mlp.up_proj": 7},
                                    "alpha_pattern": {"down_proj": 3}}),
        ("qwen2", True, "bfloat16", {"r": 3, "lora_alpha": 5, "target_modules": ["q_proj", "v_proj", "down_proj"]}),
        ("qwen3", False, "bfloat16", {"r": 8, "lora_alpha": 16, "use_rslora": True, "layers_to_transform": [1, 2]}),
        ("mistral", False, "float32", {"r": 5, "lora_alpha": 5})]


def base_of(family: str, tied: bool, dtype: str, folder: str) -> str:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM
    torch.manual_seed(3)
    config = AutoConfig.for_model(family, vocab_size=320, hidden_size=128, intermediate_size=256, num_hidden_layers=3,
                                  num_attention_heads=4, num_key_value_heads=2, head_dim=32, max_position_embeddings=256,
                                  tie_word_embeddings=tied, initializer_range=0.1, bos_token_id=1, eos_token_id=2, pad_token_id=0)
    model = AutoModelForCausalLM.from_config(config).to(getattr(torch, dtype))
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(parameter, std=0.1)
    out = os.path.join(folder, "base")
    model.save_pretrained(out)
    return out


def adapter_of(base: str, settings: dict, folder: str) -> str:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM
    torch.manual_seed(5)
    config = LoraConfig(**({"target_modules": LINEARS, "task_type": "CAUSAL_LM"} | settings))
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), config)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.05)
    out = os.path.join(folder, "adapter")
    model.save_pretrained(out)
    return out


def merge(lora: str, base: str, adapter: str, rows: str, out: str, *words: str) -> dict:
    done = subprocess.run([lora, "merge", adapter, "--base", base, "--data", rows, "--out", out, "--largest-divergence", "1000",
                           "--least-agreement", "0", "--json", *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"check_merge: `lora merge` left with {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def loaded(folder: str, dtype: str):
    """The folder as transformers loads it; whatever it would make up or pass over is a fault."""
    import torch
    from transformers import AutoModelForCausalLM
    model, notes = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", output_loading_info=True)
    faults = {name: list(found) for name, found in notes.items() if found}
    assert not faults, faults
    assert model.dtype == getattr(torch, dtype), model.dtype
    return model.eval()


def agrees(name: str, lora: str, base: str, adapter: str, rows: list[list[int]], folder: str) -> bool:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM
    data = os.path.join(folder, "rows.jsonl")
    with open(data, "w") as file:
        file.writelines(json.dumps({"input_ids": row}) + "\n" for row in rows)
    whole, parted = os.path.join(folder, "whole"), os.path.join(folder, "parted")
    report = merge(lora, base, adapter, data, whole, "--dtype", "f32", "--candidate", "original")
    merge(lora, base, adapter, data, parted, "--dtype", "f32", "--candidate", "original", "--max-shard-size", "200kB")
    shards = sum(file.endswith(".safetensors") for file in os.listdir(parted))
    theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), adapter)
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    theirs = theirs.merge_and_unload().eval()
    ours, cut = loaded(whole, "float32"), loaded(parted, "float32")
    worst, moved = 0.0, 0.0
    with torch.no_grad():
        for row in rows:
            ids = torch.tensor([row])
            expected = theirs(input_ids=ids).logits
            for model in (ours, cut):
                worst = max(worst, (model(input_ids=ids).logits - expected).abs().max().item())
            moved = max(moved, (plain(input_ids=ids).logits - expected).abs().max().item())
    uneven = sum(narrow_differences(lora, base, adapter, data, folder, theirs, *kind)
                 for kind in (("bf16", "bfloat16"), ("f16", "float16")))
    good = worst <= TOLERANCE and moved > 100 * TOLERANCE and shards > 1 and uneven == 0
    print(f"{name}: {len(rows)} rows, largest difference of logits {worst:.2e} (limit {TOLERANCE:g}; the adapter moves them by "
          f"{moved:.2f}), mean KL measured {report['candidates'][0]['mean_kl']:.1e}, {shards} shards, {uneven} numbers of 16 bits "
          f"more than one place off: {'same' if good else 'DIFFERENT'}", flush=True)
    return good


def narrow_differences(lora: str, base: str, adapter: str, data: str, folder: str, theirs, dtype: str, name: str) -> int:
    """How many numbers differ from PEFT's sums by more than one place of the type: sums of another order may fall to the other side."""
    import torch
    out = os.path.join(folder, dtype)
    merge(lora, base, adapter, data, out, "--dtype", dtype, "--candidate", "original")
    expected = dict(theirs.named_parameters())
    count = 0
    for key, parameter in loaded(out, name).named_parameters():
        rounded = expected[key].detach().to(getattr(torch, name)).view(torch.int16).int()
        found = parameter.detach().view(torch.int16).int()
        # numbers around 0 lie apart by sign; as integers they are ordered by size within each sign
        ordered = [torch.where(bits < 0, -(bits & 0x7FFF), bits) for bits in (rounded, found)]
        far = (ordered[0] - ordered[1]).abs() > 1
        # tiny sums lose all their places to cancellation
        count += int((far & (expected[key].detach().abs() > 1e-5)).sum())
    return count


def demo_rows(count: int) -> list[list[int]]:
    from transformers import AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(DEMO)
    with open(os.path.join(ROOT, "registry/data/ticket-router/held_out.jsonl")) as lines:
        texts = [tokenizer.apply_chat_template(json.loads(line)["messages"], tokenize=False) for line in lines][:count]
    return [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lora", default=os.path.join(ROOT, ".build/release/lora"))
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--python-ready", action="store_true", help="this Python has the packages already")
    options = parser.parse_args()
    if not os.access(options.lora, os.X_OK):
        raise SystemExit(f"check_merge: no program at {options.lora}. Run `make release` first.")
    if not options.python_ready:
        python_environment.enter(environment(), PACKAGES, __file__, sys.argv[1:])
    lora, good = os.path.abspath(options.lora), 0
    with tempfile.TemporaryDirectory() as folder:
        good += agrees("demo base, trained by lora", lora, DEMO, trained_now(lora, DEMO, folder), demo_rows(options.rows), folder)
    source = random.Random(1)
    rows = [[source.randrange(3, 320) for _ in range(source.randrange(8, 48))] for _ in range(options.rows)]
    for family, tied, dtype, settings in MADE:
        with tempfile.TemporaryDirectory() as folder:
            base = base_of(family, tied, dtype, folder)
            name = f"{family} in {dtype}, {'tied' if tied else 'untied'}"
            good += agrees(name, lora, base, adapter_of(base, settings, folder), rows, folder)
    print(f"{1 + len(MADE)} merges, {1 + len(MADE) - good} that differ from PEFT's")
    sys.exit(0 if good == 1 + len(MADE) else 1)


if __name__ == "__main__":
    main()
