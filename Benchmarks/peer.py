#!/usr/bin/env python3
"""The other side of the comparison: transformers + PEFT + bitsandbytes on the same processor.

    peer.py build SHAPE FOLDER              a random base in Hugging Face form (bf16), a first adapter and 64 rows of 512 tokens
    peer.py train FOLDER --method M [--recompute] [--steps N]      one line of JSON: seconds of each step, losses, peak memory
    peer.py score FOLDER --data FILE        one line of JSON: seconds of each of three passes in bf16, log-probability of each row

Both sides read the same files. Settings are the guide's: r 16 on all seven linears, batch 2 x accumulation 4, AdamW in 8 bits,
learning rate 2e-4, gradients clipped to 1. The loss counts every token.
"""
import argparse
import json
import os
import resource
import time

SHAPES = {
    "135m": dict(kind="llama", hidden_size=576, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3,
                 intermediate_size=1536, vocab_size=49152, tie_word_embeddings=True),
    "0.5b": dict(kind="qwen2", hidden_size=896, num_hidden_layers=24, num_attention_heads=14, num_key_value_heads=2,
                 intermediate_size=4864, vocab_size=151936, tie_word_embeddings=True),
    "1.1b": dict(kind="llama", hidden_size=2048, num_hidden_layers=22, num_attention_heads=32, num_key_value_heads=4,
                 intermediate_size=5632, vocab_size=32000, tie_word_embeddings=False),
}
LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
TOKENS, ROWS, BATCH, ACCUMULATION = 512, 64, 2, 4


def build(shape: str, folder: str) -> None:
    import numpy
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoConfig, AutoModelForCausalLM
    numbers = dict(SHAPES[shape])
    config = AutoConfig.for_model(numbers.pop("kind"), **numbers, max_position_embeddings=2048)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.save_pretrained(folder)
    adapted = get_peft_model(model, LoraConfig(r=16, lora_alpha=16, target_modules=LINEARS, task_type="CAUSAL_LM"))
    adapted.save_pretrained(os.path.join(folder, "first_adapter"))
    rows = numpy.random.default_rng(0).integers(0, config.vocab_size, (ROWS, TOKENS))
    for name, count, length in [("rows.jsonl", ROWS, TOKENS), ("short.jsonl", 2 * ROWS, 128)]:
        with open(os.path.join(folder, name), "w") as file:
            for index in range(count):
                row = rows[index % ROWS][:length] if index < ROWS else rows[index % ROWS][length:2 * length]
                file.write(json.dumps({"input_ids": row.tolist()}) + "\n")


def rows_of(folder: str, name: str) -> list[list[int]]:
    with open(os.path.join(folder, name)) as file:
        return [json.loads(line)["input_ids"] for line in file]


def base(folder: str, method: str):
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig
    if method == "fp32":
        return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if method == "bf16":
        return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    quantization = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
                                      bnb_4bit_compute_dtype=torch.bfloat16)
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16, quantization_config=quantization, device_map="cpu")


def train(folder: str, method: str, recompute: bool, steps: int) -> None:
    import bitsandbytes
    import torch
    from peft import PeftModel
    model = base(folder, method)
    model.config.use_cache = False
    if recompute:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
    model = PeftModel.from_pretrained(model, os.path.join(folder, "first_adapter"), is_trainable=True)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    for parameter in trained:
        parameter.data = parameter.data.to(torch.float32 if method == "fp32" else torch.bfloat16)
    optimizer = bitsandbytes.optim.AdamW8bit(trained, lr=2e-4, weight_decay=0.01)
    rows = torch.tensor(rows_of(folder, "rows.jsonl"))
    model.train()
    seconds, losses = [], []
    for step in range(steps):
        start, total = time.perf_counter(), 0.0
        for micro in range(ACCUMULATION):
            first = (step * ACCUMULATION + micro) * BATCH
            batch = rows[first:first + BATCH]
            loss = model(input_ids=batch, labels=batch).loss / ACCUMULATION
            loss.backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seconds.append(time.perf_counter() - start)
        losses.append(total)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "losses": losses, "peak_mib": peak}))


def score(folder: str, data: str) -> None:
    """Rows are equally long, and each one's scored tokens stand at its end: logits of the places before them are all it takes."""
    import torch
    model = base(folder, "bf16").eval()
    with open(data) as file:
        lines = [json.loads(line) for line in file]
    rows = torch.tensor([line["input_ids"] for line in lines])
    scored = sum(label != -100 for label in lines[0]["labels"])
    seconds, scores = [], []
    with torch.no_grad():
        model(input_ids=rows[:8])
        for _ in range(3):
            start, scores = time.perf_counter(), []
            for first in range(0, len(rows), 8):
                batch = rows[first:first + 8]
                logits = model(input_ids=batch, logits_to_keep=scored + 1).logits[:, :-1].float()
                scores += logits.log_softmax(-1).gather(-1, batch[:, -scored:, None]).sum((1, 2)).tolist()
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "scores": scores}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("build")
    verb.add_argument("shape", choices=SHAPES)
    verb.add_argument("folder")
    verb = verbs.add_parser("train")
    verb.add_argument("folder")
    verb.add_argument("--method", choices=["nf4", "bf16", "fp32"], required=True)
    verb.add_argument("--recompute", action="store_true")
    verb.add_argument("--steps", type=int, default=4)
    verb = verbs.add_parser("score")
    verb.add_argument("folder")
    verb.add_argument("--data", required=True)
    options = parser.parse_args()
    if options.verb == "build":
        build(options.shape, options.folder)
    elif options.verb == "train":
        train(options.folder, options.method, options.recompute, options.steps)
    else:
        score(options.folder, options.data)


if __name__ == "__main__":
    main()
