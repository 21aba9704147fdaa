#!/usr/bin/env python3
"""Makes Tests/Fixtures/formats: what safetensors, bitsandbytes, torch and transformers make of small seeded inputs.

Needs: torch 2.15.0, bitsandbytes 0.50.2, transformers 5.23.0, safetensors 0.8.0 (CPU). Run from anywhere; writes only that folder.
"""
import json
import pathlib

import bitsandbytes
import safetensors
import torch
import transformers
from bitsandbytes.functional import dequantize_4bit, quantize_4bit
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/formats"
torch.set_num_threads(1)  # the order of torch's sums depends on the number of threads


def mixed_dtypes():
    """One tensor of many dtypes, scalars and empty ones among them, as the library lays them out."""
    torch.manual_seed(1)
    tensors = {
        "s": torch.tensor(1.5, dtype=torch.float64),
        "a": torch.randn(2, 2),
        "z": torch.zeros(0, 4),
        "b": torch.randn(3).half(),
        "c.bf16": torch.randn(3, 1, 2).bfloat16(),
        "u": torch.tensor([1, 2, 3, 4, 5], dtype=torch.uint8),
        "i8": torch.tensor([-1], dtype=torch.int8),
        "i16": torch.tensor([-2, 2], dtype=torch.int16),
        "i32": torch.tensor([-3], dtype=torch.int32),
        "i64": torch.tensor([-4], dtype=torch.int64),
        "bool": torch.tensor([True, False, True]),
        "é\"\\\n": torch.ones(1),
        "complex": torch.tensor([1 + 2j], dtype=torch.complex64),
    }
    save_file(tensors, OUT / "mixed_dtypes.safetensors", metadata={"format": "pt"})


def four_bit():
    """Weights in the layout of -bnb-4bit folders, with what the library decodes them to on a CPU with AVX-512
    (where rows are no whole number of blocks, as in f16_block128, other CPUs may decode with other scales)."""
    torch.manual_seed(2)
    cases = {
        "nested": dict(shape=(96, 128), dtype=torch.bfloat16, compress_statistics=True),
        "plain": dict(shape=(32, 64), dtype=torch.float32, compress_statistics=False),
        "f16_block128": dict(shape=(16, 96), dtype=torch.float16, compress_statistics=True, blocksize=128),
        "storage_bf16": dict(shape=(32, 64), dtype=torch.bfloat16, compress_statistics=True, quant_storage=torch.bfloat16),
        "storage_f32": dict(shape=(32, 64), dtype=torch.bfloat16, compress_statistics=False, quant_storage=torch.float32),
        "fp4": dict(shape=(32, 64), dtype=torch.float32, compress_statistics=True, quant_type="fp4"),
        "odd": dict(shape=(3, 45), dtype=torch.float32, compress_statistics=False),
    }
    tensors = {}
    for name, case in cases.items():
        weight = (torch.randn(*case.pop("shape")) * 0.05).to(case.pop("dtype"))
        packed, state = quantize_4bit(weight, **{"quant_type": "nf4", **case})
        tensors[f"{name}.weight"] = packed
        for key, value in state.as_dict(packed=True).items():
            tensors[f"{name}.weight.{key}"] = value
        tensors[f"{name}.expected"] = dequantize_4bit(packed, state).float()
        if case.get("quant_type") != "fp4":
            tensors[f"{name}.original"] = weight
    save_file({k: v.contiguous() for k, v in tensors.items()}, OUT / "four_bit.safetensors")


def adamw():
    """Eight steps of torch.optim.AdamW and of bitsandbytes' AdamW8bit with the same gradients and rates."""
    torch.manual_seed(3)
    tensors = {}
    shapes = {"large": (48, 96), "small": (7, 11)}
    rates = [0.0, 0.002, 0.01, 0.01, 0.007, 0.003, 0.001, 0.0005]
    settings = dict(lr=1.0, betas=(0.85, 0.98), eps=1e-7, weight_decay=0.05)
    for optimizer in ("torch", "bnb8"):
        torch.manual_seed(4)
        parameters = {name: torch.nn.Parameter(torch.randn(*shape)) for name, shape in shapes.items()}
        make = torch.optim.AdamW if optimizer == "torch" else bitsandbytes.optim.AdamW8bit
        steps = make(parameters.values(), **settings)
        for name, parameter in parameters.items():
            tensors[f"{name}.start"] = parameter.detach().clone()
        for index, rate in enumerate(rates, start=1):
            steps.param_groups[0]["lr"] = rate
            for name, parameter in parameters.items():
                gradient = torch.randn(*shapes[name]) * 0.1
                tensors[f"{name}.gradient.{index}"] = gradient
                parameter.grad = gradient.clone()
            steps.step()
        for name, parameter in parameters.items():
            tensors[f"{name}.{optimizer}.end"] = parameter.detach().clone()
    save_file(tensors, OUT / "adamw.safetensors")
    return {"rates": rates, "beta1": 0.85, "beta2": 0.98, "epsilon": 1e-7, "weight_decay": 0.05}


def schedules():
    """The rate of every step, read from the scheduler just before it is used."""
    cases = []
    rows = [
        ("linear", 7, 40, {}), ("cosine", 10, 50, {}), ("cosine_with_restarts", 5, 45, {"num_cycles": 3}),
        ("cosine_with_min_lr", 4, 30, {"min_lr": 2e-5}), ("constant", 5, 12, {}), ("constant_with_warmup", 5, 12, {}),
        ("polynomial", 6, 30, {}), ("inverse_sqrt", 8, 60, {}), ("inverse_sqrt", 0, 20, {}), ("cosine", 0, 1, {}),
        ("linear", 20, 10, {}),
    ]
    for name, warmup, total, extra in rows:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2e-4)
        scheduler = transformers.get_scheduler(
            name, optimizer, num_warmup_steps=warmup, num_training_steps=total, scheduler_specific_kwargs=extra)
        rates = []
        for _ in range(total):
            rates.append(scheduler.get_last_lr()[0])
            optimizer.step()
            scheduler.step()
        cases.append({"name": name, "peak": 2e-4, "warmup": warmup, "total": total, "cycles": extra.get("num_cycles", 1),
                      "min_lr": extra.get("min_lr", 0.0), "rates": rates})
    return cases


def means():
    """torch's float32 means of counts around the widths and levels of its sum."""
    torch.manual_seed(5)
    numbers = torch.rand(20000)
    counts = [1, 3, 5, 7, 8, 9, 15, 16, 31, 33, 100, 129, 384, 500, 1000, 2047, 4096, 5000, 12288, 20000]
    save_file({"numbers": numbers, "means": torch.stack([numbers[:count].mean() for count in counts])},
              OUT / "means.safetensors")
    return counts


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    mixed_dtypes()
    four_bit()
    info = {"adamw": adamw(), "mean_counts": means(), "schedules": schedules()}
    info["versions"] = {m.__name__: m.__version__ for m in (torch, bitsandbytes, transformers, safetensors)}
    (OUT / "info.json").write_text(json.dumps(info, indent=1) + "\n")


if __name__ == "__main__":
    main()
