#!/usr/bin/env python3
"""Makes Tests/Fixtures/models: tiny random models of each family, with what transformers and PEFT compute from them.

    python3 -m venv venv && venv/bin/pip install torch transformers==5.23.0 peft==0.21.2 bitsandbytes==0.50.2
    venv/bin/python Scripts/make_model_fixtures.py

Each folder holds the model, `adapter/` (a PEFT folder whose A and B are both nonzero) and `expected.safetensors`: input_ids,
attention_mask, labels [rows, T]; logits and adapter_logits [rows, T, V] (fp32, eager attention; meaningless where the mask is 0);
loss and adapter_loss (mean over supervised tokens); the gradient of adapter_loss for every LoRA tensor, under PEFT's names.
"""
import json
import pathlib
import shutil

import bitsandbytes
import peft
import torch
import transformers
from safetensors.torch import save_file

TARGET = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "models"
SMALL = dict(vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=128, initializer_range=0.15, bos_token_id=1, eos_token_id=2)
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def case(kind, lora, dtype=torch.float32, shard=None, rewrite=None, **changes):
    return dict(kind=kind, lora=lora, dtype=dtype, shard=shard, rewrite=rewrite, config={**SMALL, **changes})


def in_old_spelling(config):
    """rope_theta and rope_scaling at top level, torch_dtype: what transformers 4 wrote."""
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = None if rope["rope_type"] == "default" else {"type": rope.pop("rope_type"), **rope}
    config["torch_dtype"] = config.pop("dtype")


CASES = {
    # biases on q, k, v; tied head; the second layer slides; layer types left to the reader
    "qwen2-window-tied": case(
        "Qwen2", dict(r=4, lora_alpha=6, target_modules=ALL), tie_word_embeddings=True, use_sliding_window=True,
        sliding_window=5, max_window_layers=1, rewrite=lambda c: (in_old_spelling(c), c.pop("layer_types"))),
    # norms on heads, heads that do not fill the hidden size, shards, rsLoRA with patterns
    "qwen3-shards": case(
        "Qwen3", dict(r=4, lora_alpha=8, use_rslora=True, target_modules=ALL, rank_pattern={"self_attn.q_proj": 2,
                      r"layers\.1\.mlp\.down_proj": 6}, alpha_pattern={"v_proj": 3, "0.mlp.up_proj": 5}),
        head_dim=20, shard="40KB", rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}),
    # a window in every layer, odd head size, bf16 file
    "mistral-window": case(
        "Mistral", dict(r=3, lora_alpha=3, target_modules="all-linear", exclude_modules=["up_proj"]), dtype=torch.bfloat16,
        head_dim=12, sliding_window=6),
    # biases everywhere, YaRN
    "llama-yarn-biases": case(
        "Llama", dict(r=4, lora_alpha=16, target_modules=r".*\.(0|1)\.self_attn\.(q|v)_proj"), attention_bias=True,
        mlp_bias=True, rope_parameters={"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0,
                                        "original_max_position_embeddings": 16}),
    # linear scaling in the old spelling, f16 file, tied and padded embeddings, one adapted layer
    "llama-linear-tied": case(
        "Llama", dict(r=4, lora_alpha=4, target_modules=ALL, layers_to_transform=[1]), dtype=torch.float16,
        tie_word_embeddings=True, vocab_size=72, rope_parameters={"rope_type": "linear", "rope_theta": 20000.0, "factor": 2.5},
        rewrite=in_old_spelling),
    # frequencies that grow with the length, every key head serving one query head
    "llama-dynamic": case(
        "Llama", dict(r=4, lora_alpha=4, target_modules=["o_proj", "down_proj"]), num_key_value_heads=4,
        max_position_embeddings=16, rope_parameters={"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0}),
    # every second layer without rotation
    "smollm3": case(
        "SmolLM3", dict(r=4, lora_alpha=8, target_modules=["model.layers.0.self_attn.k_proj", "gate_proj"]),
        num_hidden_layers=3, no_rope_layer_interval=2, pad_token_id=0, tie_word_embeddings=True),
}


def batch(vocabulary):
    lengths, width = [24, 17, 9], 24
    ids = torch.zeros(3, width, dtype=torch.int64)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    for row, length in enumerate(lengths):
        ids[row, :length] = torch.randint(3, vocabulary, (length,))
        mask[row, :length] = 1
        labels[row, length // 3:length] = ids[row, length // 3:length]
    return dict(input_ids=ids, attention_mask=mask, labels=labels)


def make(name, spec, seed):
    torch.manual_seed(seed)
    folder = TARGET / name
    shutil.rmtree(folder, ignore_errors=True)
    config = getattr(transformers, spec["kind"] + "Config")(**spec["config"])
    model = getattr(transformers, spec["kind"] + "ForCausalLM")(config)
    with torch.no_grad():
        for key, value in model.named_parameters():
            if key.endswith("bias") or "norm" in key:
                value += 0.2 * torch.randn_like(value)
    model.to(spec["dtype"]).save_pretrained(folder, **({"max_shard_size": spec["shard"]} if spec["shard"] else {}))
    if spec["rewrite"]:
        file = folder / "config.json"
        written = json.loads(file.read_text())
        spec["rewrite"](written)
        file.write_text(json.dumps(written, indent=2) + "\n")
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    rows = batch(60)
    expected = dict(rows)
    with torch.no_grad():
        out = model(**rows)
        expected.update(logits=out.logits, loss=out.loss.reshape(1))
    adapted = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", **spec["lora"]))
    with torch.no_grad():
        for key, value in adapted.named_parameters():
            if "lora_B" in key:
                value += 0.2 * torch.randn_like(value)
    out = adapted(**rows)
    out.loss.backward()
    expected.update(adapter_logits=out.logits.detach(), adapter_loss=out.loss.detach().reshape(1))
    for key, value in adapted.named_parameters():
        if "lora_" in key:
            expected[key.replace(".default", "")] = value.grad
    # PEFT would store this machine's path, and sets in an order of chance
    written = adapted.peft_config["default"]
    written.base_model_name_or_path = name
    for key in ("target_modules", "exclude_modules"):
        if isinstance(getattr(written, key), set):
            setattr(written, key, sorted(getattr(written, key)))
    adapted.save_pretrained(folder / "adapter")
    save_file({k: v.contiguous() for k, v in expected.items()}, folder / "expected.safetensors")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)


for seed, (name, spec) in enumerate(CASES.items()):
    make(name, spec, seed)
def make_in_4_bits(name, seed):
    """A folder as `save_pretrained` leaves it for Linear4bit layers: NF4, double quantization; no adapter."""
    torch.manual_seed(seed)
    folder, source = TARGET / name, TARGET / "source"
    shutil.rmtree(folder, ignore_errors=True)
    sizes = {**SMALL, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 1}
    transformers.LlamaForCausalLM(transformers.LlamaConfig(**sizes)).save_pretrained(source)
    kind = transformers.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.float32)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        source, dtype=torch.float32, attn_implementation="eager", quantization_config=kind, device_map="cpu")
    shutil.rmtree(source)
    model.save_pretrained(folder)
    rows = batch(60)
    # in training mode: inference on CPU may take a path that rounds the table to bf16
    model.train()
    out = model(inputs_embeds=model.get_input_embeddings()(rows["input_ids"]).detach().requires_grad_(),
                attention_mask=rows["attention_mask"], labels=rows["labels"])
    save_file(dict(rows, logits=out.logits.detach(), loss=out.loss.detach().reshape(1)), folder / "expected.safetensors")


make_in_4_bits("llama-bnb-4bit", 100)
versions = {m.__name__: m.__version__ for m in (torch, transformers, peft, bitsandbytes)}
(TARGET / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")
