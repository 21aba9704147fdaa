#!/usr/bin/env python3
"""Makes Tests/Fixtures/training/hundred_steps.json: 100 steps of AdamW over the golden models in 32-bit floats, by PyTorch and PEFT.

The rows can be learnt: each token follows from the one before by one of two rules, which the row's first token names. Loss falls from
about 7 to well below 1, so that arithmetic which trains worse shows in the last losses. Every row is read many times.
"""
import json
import pathlib

import peft
import torch
import transformers
from transformers import AutoModelForCausalLM

ROOT = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures"
STEPS, BATCH, ROWS, LENGTH, RATE, WARMUP = 100, 4, 16, 32, 5e-3, 5


def row(index: int) -> list[int]:
    tokens = [100 + index % 2, 10 + 5 * index]
    while len(tokens) < LENGTH:
        tokens.append((tokens[-1] * 3 + 7) % 61 + 10 if index % 2 else (tokens[-1] * 5 + 1) % 61 + 10)
    return tokens


def train(name: str, rows: list[list[int]]) -> dict:
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(ROOT / "golden" / name, dtype=torch.float32, attn_implementation="eager")
    model = peft.PeftModel.from_pretrained(model, ROOT / "golden" / "lora" / name / "adapter_init", is_trainable=True)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=RATE, weight_decay=0.01)
    schedule = transformers.get_cosine_schedule_with_warmup(optimizer, WARMUP, STEPS)
    losses = []
    for step in range(STEPS):
        first = step * BATCH % ROWS
        batch = torch.tensor(rows[first:first + BATCH])
        loss = model(input_ids=batch, labels=batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        everything = torch.tensor(rows)
        return {"losses": losses, "final_loss": model(input_ids=everything, labels=everything).loss.item()}


def main() -> None:
    rows = [row(index) for index in range(ROWS)]
    result = {"versions": {m.__name__: m.__version__ for m in (torch, transformers, peft)}, "steps": STEPS, "batch_size": BATCH,
              "learning_rate": RATE, "warmup_steps": WARMUP, "rows": rows,
              "models": {name: train(name, rows) for name in ("tiny-llama", "tiny-llama3-rope")}}
    (ROOT / "training" / "hundred_steps.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
