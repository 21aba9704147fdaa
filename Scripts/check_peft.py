#!/usr/bin/env python3
"""Check that PEFT and `lora` give the same numbers to the same base, adapter and rows.

    Scripts/check_peft.py [--lora .build/release/lora] [--base DIR] [--adapter DIR] [--data FILE] [--rows N]

Makes its own Python environment on first use, in $XDG_CACHE_HOME/lora-keeper/peft (from PyPI, 5.6 GB). Three checks:
  1. the adapter folder (default: trained now by `lora train`, 20 steps, on the demo's data) loaded by PEFT over the base in fp32:
     Σ log p of the supervised tokens of each row against `lora score --precision fp32 --json`;
  2. a fresh adapter that PEFT saves, with both halves filled at random, scored by `lora` in the same way;
  3. that adapter adopted by `lora adopt`, written out by `lora export` and loaded by PEFT, against `lora score` of what PEFT saved.
Exit 1 when a row differs by more than 1e-3 or counts other tokens.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import python_environment

PACKAGES = ["torch==2.15.0", "transformers==5.23.0", "peft==0.21.2", "safetensors==0.8.0", "numpy"]
# Sums over a handful of tokens in fp32: the summation order of two implementations moves them by about 1e-5.
TOLERANCE = 1e-3
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def environment() -> str:
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "lora-keeper", "peft")


def scores_by_lora(lora: str, base: str, adapter: str, data: str) -> list[dict]:
    """One object for each row of the file, in order."""
    result = subprocess.run([lora, "score", "--base", base, "--adapter", adapter, "--data", data, "--precision", "fp32",
                             "--json"], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"check_peft: `lora score` left with {result.returncode}: {result.stderr.strip()}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def encoded(tokenizer, messages: list[dict]) -> tuple[list[int], int]:
    """A conversation's tokens, and where those of its last turn begin."""
    def ids(turns, prompt):
        text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=prompt)
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    return ids(messages, False), len(ids(messages[:-1], True))


def score_by_peft(model, tokenizer, messages: list[dict]) -> tuple[int, float]:
    """Supervised tokens of the last turn and Σ log p over them."""
    import torch
    ids, start = encoded(tokenizer, messages)
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits[0].float()
    chances = logits.log_softmax(-1)[:-1].gather(-1, torch.tensor(ids[1:])[:, None])[:, 0]
    return len(ids) - start, chances[start - 1:].double().sum().item()


def agrees(name: str, model, tokenizer, lora: str, base: str, adapter: str, data: str) -> bool:
    with open(data) as lines:
        rows = [json.loads(line)["messages"] for line in lines]
    ours = scores_by_lora(lora, base, adapter, data)
    if len(ours) != len(rows):
        print(f"{name}: {len(ours)} scores for {len(rows)} rows")
        return False
    worst, miscounted = 0.0, 0
    for row, score in zip(rows, ours):
        count, total = score_by_peft(model, tokenizer, row)
        miscounted += count != score["supervised_tokens"]
        difference = abs(total - score["sum_logprob"])
        worst = max(worst, difference if difference == difference else float("inf"))
    good = worst <= TOLERANCE and miscounted == 0
    print(f"{name}: {len(rows)} rows, largest difference of Σ log p {worst:.2e} (limit {TOLERANCE:g}), "
          f"{miscounted} rows with another token count: {'same' if good else 'DIFFERENT'}", flush=True)
    return good


def usable_rows(source: str, count: int, target: str) -> None:
    """The first rows of a file that end with an answer."""
    with open(source) as lines, open(target, "w") as out:
        rows = [json.loads(line)["messages"] for line in lines]
        kept = [r for r in rows if r[-1]["role"] == "assistant" and r[-1]["content"].strip()][:count]
        if not kept:
            raise SystemExit(f"check_peft: {source} has no row of messages that ends with an answer.")
        out.writelines(json.dumps({"messages": r}) + "\n" for r in kept)


def trained_now(lora: str, base: str, folder: str) -> str:
    out = os.path.join(folder, "trained")
    subprocess.run([lora, "train", "--base", base, "--data", os.path.join(ROOT, "registry/data/ticket-router/train.jsonl"),
                    "--out", out, "--max-steps", "20", "--learning-rate", "4e-3", "--method", "lora"],
                   check=True, stdout=subprocess.DEVNULL)
    return out


def saved_by_peft(base: str, folder: str) -> str:
    """A fresh adapter of another shape than ours, whose B is random too, so that it changes every logit."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM
    torch.manual_seed(7)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32),
                           LoraConfig(r=6, lora_alpha=9, use_rslora=True, target_modules=LINEARS, task_type="CAUSAL_LM"))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.05)
    out = os.path.join(folder, "fresh")
    model.save_pretrained(out)
    return out


def adopted_and_exported(lora: str, base: str, adapter: str, folder: str) -> str:
    """The same adapter after a stay in a registry."""
    registry, out = os.path.join(folder, "registry"), os.path.join(folder, "exported")

    def run(*words: str) -> None:
        subprocess.run([lora, *words], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    run("init")
    run("base", "add", "base", base, "--registry", registry)
    with open(os.path.join(registry, "adapters", "guest.yaml"), "w") as file:
        file.write("name: guest\ntask: Stay\nowner: check\nbase: base\ndata:\n  train: a.jsonl\n  held_out: b.jsonl\n"
                   "metric: exact_match\nhorizon: 12mo\n")
    run("adopt", adapter, "--adapter", "guest", "--registry", registry)
    run("export", "guest@v1", out, "--registry", registry)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lora", default=os.path.join(ROOT, ".build/release/lora"))
    parser.add_argument("--base", default=os.path.join(ROOT, "registry/models/tiny-prose"))
    parser.add_argument("--adapter", help="a PEFT folder (default: one trained now)")
    parser.add_argument("--data", default=os.path.join(ROOT, "registry/data/ticket-router/held_out.jsonl"))
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--python-ready", action="store_true", help="this Python has the packages already")
    options = parser.parse_args()
    if not os.access(options.lora, os.X_OK):
        raise SystemExit(f"check_peft: no program at {options.lora}. Run `make release` first.")
    if not options.python_ready:
        python_environment.enter(environment(), PACKAGES, __file__, sys.argv[1:])

    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(options.base)
    lora, good = os.path.abspath(options.lora), True
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "rows.jsonl")
        usable_rows(options.data, options.rows, data)
        ours, theirs = options.adapter or trained_now(lora, options.base, folder), saved_by_peft(options.base, folder)
        adapters = [("adapter of lora in PEFT", ours, ours), ("adapter of PEFT in lora", theirs, theirs),
                    ("adopted and exported", adopted_and_exported(lora, os.path.abspath(options.base), theirs, folder), theirs)]
        for name, loaded, scored in adapters:
            base = AutoModelForCausalLM.from_pretrained(options.base, dtype=torch.float32)
            model = PeftModel.from_pretrained(base, loaded).eval()
            good = agrees(name, model, tokenizer, lora, options.base, scored, data) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
