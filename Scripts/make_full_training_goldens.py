#!/usr/bin/env python3
"""Makes Tests/Fixtures/training/full: a few steps of full fine-tuning as torch and transformers take them.

Needs torch, transformers and safetensors; the models are those of Scripts/make_model_fixtures.py. For each, NAME.safetensors holds the
rows (input_ids, attention_mask, labels [rows, T]), `gradient.P` of every parameter P at the first batch before clipping, and
`weight.P` after the last step; NAME.json holds loss, gradient norm before clipping, and the settings. Two rows make a step. As in
transformers' Trainer, weight decay leaves biases and norms alone. Eager attention, 32-bit floats.
"""
import json
import pathlib

import torch
import transformers
from safetensors.torch import save_file

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures"
TARGET = FIXTURES / "training" / "full"
# biases and a tied head; norms on heads and a head of its own, in shards; biases everywhere
MODELS = ["qwen2-window-tied", "qwen3-shards", "llama-yarn-biases"]
STEPS, RATE, DECAY, CLIP = 4, 1e-3, 0.01, 1.0
VERSIONS = {m.__name__: m.__version__ for m in (torch, transformers)}


def rows(vocabulary: int) -> dict[str, torch.Tensor]:
    lengths, width = [24, 17, 9, 20, 24, 5, 13, 24], 24
    ids = torch.zeros(len(lengths), width, dtype=torch.int64)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    for row, length in enumerate(lengths):
        ids[row, :length] = torch.randint(3, vocabulary, (length,))
        mask[row, :length] = 1
        labels[row, length // 3:length] = ids[row, length // 3:length]
    return dict(input_ids=ids, attention_mask=mask, labels=labels)


def make(name: str, seed: int) -> None:
    torch.manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        FIXTURES / "models" / name, dtype=torch.float32, attn_implementation="eager")
    model.train()
    batch = rows(model.config.vocab_size - 4)
    named = dict(model.named_parameters())
    groups = [dict(params=[p for p in named.values() if p.dim() > 1], weight_decay=DECAY),
              dict(params=[p for p in named.values() if p.dim() == 1], weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, lr=RATE, foreach=False)
    kept, losses, norms = dict(batch), [], []
    for step in range(STEPS):
        loss = model(**{key: value[2 * step:2 * step + 2] for key, value in batch.items()}).loss
        loss.backward()
        if step == 0:
            kept |= {"gradient." + key: value.grad.clone() for key, value in named.items()}
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP).item())
        losses.append(loss.item())
        optimizer.step()
        optimizer.zero_grad()
    kept |= {"weight." + key: value.detach().clone() for key, value in named.items()}
    save_file({key: value.contiguous() for key, value in kept.items()}, TARGET / f"{name}.safetensors")
    settings = dict(steps=STEPS, learning_rate=RATE, weight_decay=DECAY, max_grad_norm=CLIP)
    text = json.dumps(dict(versions=VERSIONS, settings=settings, losses=losses, grad_norms=norms), indent=1)
    (TARGET / f"{name}.json").write_text(text + "\n")


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(MODELS):
        make(name, seed)


if __name__ == "__main__":
    main()
