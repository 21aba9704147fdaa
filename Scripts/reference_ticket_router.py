#!/usr/bin/env python3
"""Train the demo's adapter with PEFT and measure it: what the built-in trainer should about reach.

    python3 Scripts/reference_ticket_router.py [--base registry/models/tiny-prose] [--max-steps 150] [--learning-rate 1e-3]

Needs torch, transformers and peft: the Python that Scripts/check_peft.py makes in $XDG_CACHE_HOME/lora-keeper/peft has them. Prints the
held-out error of the base and of the adapter, by label scoring and by greedy generation.
"""
import argparse
import json
import math
import os
import random
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def read_rows(path: str) -> list[list[dict]]:
    """Conversations that have a system turn, a ticket and a queue."""
    with open(path) as lines:
        rows = [json.loads(line)["messages"] for line in lines]
    return [r for r in rows if len(r) == 3 and r[2]["content"]]


class Encoder:
    def __init__(self, base: str) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(base)

    def ids(self, messages: list[dict], prompt: bool = False) -> list[int]:
        text = self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt)
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def example(self, messages: list[dict], limit: int) -> tuple[list[int], list[int]]:
        """Tokens, and labels that carry loss on the answer with its end-of-turn alone."""
        ids, start = self.ids(messages), len(self.ids(messages[:-1], prompt=True))
        return ids[:limit], ([-100] * start + ids[start:])[:limit]


def error_by_labels(model, encoder: Encoder, rows, labels: list[str]) -> float:
    """Share of rows where another label with its end-of-turn is more likely than the right one."""
    end = encoder.tokenizer.convert_tokens_to_ids("<|im_end|>")
    answers = [encoder.tokenizer(l, add_special_tokens=False)["input_ids"] + [end] for l in labels]
    longest = max(map(len, answers))
    padded = torch.tensor([a + [end] * (longest - len(a)) for a in answers])
    mask = torch.tensor([[1.0] * len(a) + [0.0] * (longest - len(a)) for a in answers])
    wrong = 0
    with torch.no_grad():
        for row in rows:
            prompt = model(input_ids=torch.tensor([encoder.ids(row[:-1], prompt=True)]), use_cache=True)
            cache = prompt.past_key_values
            cache.batch_repeat_interleave(len(labels))
            logits = model(input_ids=padded[:, :-1], past_key_values=cache).logits
            first = prompt.logits[:, -1:].expand(len(labels), -1, -1)
            scores = torch.cat([first, logits], 1).log_softmax(-1).gather(-1, padded[..., None])[..., 0]
            wrong += labels[(scores * mask).sum(1).argmax()] != row[2]["content"]
    return wrong / len(rows)


def error_by_generation(model, encoder: Encoder, rows) -> float:
    """Share of rows whose greedy answer is not the label, letter for letter."""
    tokenizer, wrong = encoder.tokenizer, 0
    tokenizer.padding_side = "left"
    for start in range(0, len(rows), 40):
        part = rows[start:start + 40]
        batch = tokenizer.pad({"input_ids": [encoder.ids(r[:-1], prompt=True) for r in part]}, return_tensors="pt")
        out = model.generate(**batch, max_new_tokens=8, do_sample=False)[:, batch["input_ids"].shape[1]:]
        answers = tokenizer.batch_decode(out, skip_special_tokens=True)
        wrong += sum(a.strip() != r[2]["content"] for a, r in zip(answers, part))
    return wrong / len(rows)


def round_to_nf4(model) -> None:
    """Gives the frozen linears the values that they have under NF4 with double quantization."""
    from bitsandbytes.functional import dequantize_4bit, quantize_4bit
    for name, module in model.named_modules():
        if name.rsplit(".", 1)[-1] in LINEARS:
            packed, state = quantize_4bit(module.weight.data, quant_type="nf4", compress_statistics=True)
            module.weight.data = dequantize_4bit(packed, state)


def train(model, examples, options) -> None:
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=options.learning_rate, weight_decay=0.01)
    order = random.Random(options.seed)
    queue: list[int] = []
    for step in range(options.max_steps):
        warm = min(1.0, (step + 1) / options.warmup)
        done = max(0.0, (step - options.warmup) / max(1, options.max_steps - options.warmup))
        for group in optimizer.param_groups:
            group["lr"] = options.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * done))
        while len(queue) < 8:
            queue += order.sample(range(len(examples)), len(examples))
        rows, queue = [examples[i] for i in queue[:8]], queue[8:]
        width = max(len(ids) for ids, _ in rows)
        ids = torch.tensor([r + [3] * (width - len(r)) for r, _ in rows])
        labels = torch.tensor([l + [-100] * (width - len(l)) for _, l in rows])
        attention = torch.tensor([[1] * len(r) + [0] * (width - len(r)) for r, _ in rows])
        loss = model(input_ids=ids, labels=labels, attention_mask=attention).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if (step + 1) % 10 == 0:
            print(f"step {step + 1} loss {loss.item():.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default=os.path.join(HERE, "..", "registry", "models", "tiny-prose"))
    parser.add_argument("--data", default=os.path.join(HERE, "..", "registry", "data", "ticket-router"))
    parser.add_argument("--out", help="folder for the PEFT adapter")
    parser.add_argument("--max-steps", type=int, default=150)
    parser.add_argument("--warmup", type=int, default=10)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--max-length", type=int, default=256)
    parser.add_argument("--seed", type=int, default=3407)
    parser.add_argument("--nf4", action="store_true", help="round the base to NF4 first, as QLoRA does (needs bitsandbytes)")
    parser.add_argument("--skip-base", action="store_true", help="do not measure the base")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    encoder = Encoder(options.base)
    model = AutoModelForCausalLM.from_pretrained(options.base, dtype=torch.float32)
    if options.nf4:
        round_to_nf4(model)
    held_out = read_rows(os.path.join(options.data, "held_out.jsonl"))
    with open(os.path.join(options.data, "planted.json")) as file:
        labels = json.load(file)["labels"]
    if not options.skip_base:
        print(f"base: error {error_by_labels(model, encoder, held_out, labels):.4f} by label scoring, "
              f"{error_by_generation(model, encoder, held_out):.4f} by generation", flush=True)
    examples = [encoder.example(r, options.max_length) for r in read_rows(os.path.join(options.data, "train.jsonl"))]
    examples = [e for e in examples if any(l != -100 for l in e[1][1:])]
    model = get_peft_model(model, LoraConfig(r=16, lora_alpha=16, lora_dropout=0.0, bias="none", task_type="CAUSAL_LM",
                                             target_modules=LINEARS))
    started = time.monotonic()
    train(model, examples, options)
    print(f"trained {options.max_steps} steps in {time.monotonic() - started:.0f} s", flush=True)
    model.eval()
    print(f"adapter: error {error_by_labels(model, encoder, held_out, labels):.4f} by label scoring, "
          f"{error_by_generation(model, encoder, held_out):.4f} by generation", flush=True)
    if options.out:
        model.save_pretrained(options.out)


if __name__ == "__main__":
    main()
