#!/usr/bin/env python3
"""Make adapters as other programs leave them, with what they do to the base: Tests/Fixtures/adapters.

    Scripts/make_adapter_fixtures.py peft     # torch, peft 0.21.2, transformers 5.23.0
    Scripts/make_adapter_fixtures.py mlx      # mlx 0.32.4 (CPU), mlx-lm 0.32.2

Each folder is the adapter as `save_pretrained` or mlx-lm's trainer writes it, over the golden tiny-llama, with both halves random. Beside
it `NAME.logits.safetensors` holds the logits of a few tokens as that program computes them, and for some `NAME.changes.safetensors` the
weight change of each module (merge or fuse), in 32-bit floats.
"""
import json
import os
import shutil
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BASE = os.path.join(ROOT, "Tests/Fixtures/golden/tiny-llama")
TARGET = os.path.join(ROOT, "Tests/Fixtures/adapters")
TOKENS = [1, 17, 301, 4, 99, 260, 511, 33]
NAMED = "org/tiny-llama"
WITH_CHANGES = {"peft-patterns", "mlx-last"}


def tidy(name):
    folder = os.path.join(TARGET, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def rename_base(folder, key):
    path = os.path.join(folder, "adapter_config.json")
    with open(path) as file:
        config = json.load(file)
    config[key] = NAMED
    with open(path, "w") as file:
        json.dump(config, file, indent=2, sort_keys=True)


def peft():
    import torch
    from peft import LoraConfig, get_peft_model
    from safetensors.torch import load_file, save_file
    from transformers import AutoModelForCausalLM
    kinds = {
        "peft-plain": dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"]),
        "peft-patterns": dict(r=4, lora_alpha=6, use_rslora=True, target_modules=r".*\.(0|1)\.(self_attn\.[qo]_proj|mlp\.down_proj)",
                              rank_pattern={"down_proj": 2}, alpha_pattern={r"layers\.1\.self_attn\.q_proj": 3}),
        "peft-head": dict(r=2, lora_alpha=2, target_modules=["q_proj"], modules_to_save=["lm_head"]),
    }
    for name, options in kinds.items():
        torch.manual_seed(3)
        base = AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32)
        before = {k: v.detach().clone() for k, v in base.named_parameters()}
        model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.05, **options)).eval()
        for key, value in model.named_parameters():
            if "lora_B" in key:
                torch.nn.init.normal_(value, std=0.05)
            if "modules_to_save" in key:
                torch.nn.init.normal_(value, std=0.05)
        folder = tidy(name)
        model.save_pretrained(folder)
        os.remove(os.path.join(folder, "README.md"))
        rename_base(folder, "base_model_name_or_path")
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([TOKENS])).logits[0].float()
        merged = dict(model.merge_and_unload().named_parameters())
        changes = {k: (merged[k] - v).contiguous() for k, v in before.items() if k in merged and not torch.equal(merged[k], v)}
        if name in WITH_CHANGES:
            save_file(changes, os.path.join(TARGET, name + ".changes.safetensors"))
        save_file({"logits": logits.contiguous()}, os.path.join(TARGET, name + ".logits.safetensors"))
    # as early releases saved it: the adapter's name is part of each key
    folder = tidy("peft-old-keys")
    plain = os.path.join(TARGET, "peft-plain")
    shutil.copy(os.path.join(plain, "adapter_config.json"), folder)
    tensors = load_file(os.path.join(plain, "adapter_model.safetensors"))
    old = {k.replace(".weight", ".default.weight").removeprefix("base_model.model."): v.to(torch.bfloat16) for k, v in tensors.items()}
    save_file(old, os.path.join(folder, "adapter_model.safetensors"), metadata={"format": "pt"})


def mlx():
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_lm import load
    from mlx_lm.tuner.utils import linear_to_lora_layers
    kinds = {
        "mlx-all": dict(num_layers=-1, lora_parameters={"rank": 4, "dropout": 0.0, "scale": 20.0}),
        "mlx-last": dict(num_layers=1, lora_parameters={"rank": 3, "dropout": 0.1, "scale": 0.7,
                                                          "keys": ["self_attn.q_proj", "mlp.up_proj"]}),
    }
    for name, options in kinds.items():
        mx.random.seed(5)
        model, _ = load(BASE)
        model.freeze()
        linear_to_lora_layers(model, options["num_layers"], options["lora_parameters"])
        for key, module in model.named_modules():
            if hasattr(module, "lora_b"):
                module.lora_b = mx.random.normal(module.lora_b.shape) * 0.05
        folder = tidy(name)
        model.eval()
        logits = model(mx.array([TOKENS]))[0].astype(mx.float32)
        mx.save_safetensors(os.path.join(folder, "adapters.safetensors"), dict(tree_flatten(model.trainable_parameters())))
        config = dict(options, fine_tune_type="lora", model=NAMED, learning_rate=1e-5, batch_size=4, iters=100, seed=0,
                      max_seq_length=2048, optimizer="adam", data="data", mask_prompt=False, grad_checkpoint=False)
        with open(os.path.join(folder, "adapter_config.json"), "w") as file:
            json.dump(config, file, indent=4, sort_keys=True)
        changes = {}
        for key, module in model.named_modules():
            if hasattr(module, "lora_b"):
                changes[key + ".weight"] = module.fuse().weight - module.linear.weight
        if name in WITH_CHANGES:
            mx.save_safetensors(os.path.join(TARGET, name + ".changes.safetensors"), changes)
        mx.save_safetensors(os.path.join(TARGET, name + ".logits.safetensors"), {"logits": logits})


if __name__ == "__main__":
    os.makedirs(TARGET, exist_ok=True)
    {"peft": peft, "mlx": mlx}[sys.argv[1]]()
