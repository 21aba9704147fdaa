#!/usr/bin/env python3
"""Pre-train the demo base (`registry/models/tiny-prose`) from nothing, on English text.

    python3 Scripts/pretrain_demo_base.py --work DIR --out registry/models/tiny-prose

The script makes its own virtual environment under DIR (torch, transformers, tokenizers,
safetensors; from PyPI), gathers the text with demo_corpus.py, trains the tokenizer, trains the
model and writes the Hugging Face folder. Every stage is kept in DIR and skipped when it is there
already; training resumes from its last checkpoint. The seed fixes the initial weights and the order
of the text; rounding still differs between processors, so a new run gives a model as good, not the
same bytes.
"""
import argparse
import json
import math
import os
import sys
import time

import python_environment

PACKAGES = ["torch==2.15.0", "transformers==5.23.0", "tokenizers==0.23.3", "safetensors==0.8.0", "numpy"]
SPECIAL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"]
CHAT_QUESTIONS = ["What does {} mean?", "{}?", "Please explain {}.", "I do not know the word {}."]
VOCABULARY = 4096
SHAPE = dict(hidden_size=192, intermediate_size=512, num_hidden_layers=4, num_attention_heads=6,
             num_key_value_heads=2, head_dim=32, max_position_embeddings=1024, rms_norm_eps=1e-5)
SEED = 3407
SEQUENCE = 256
BATCH = 8
WARMUP = 60
PEAK_RATE = 2e-3
DECAY_SHARE = 0.35
WEIGHT_DECAY = 0.1


def dialogues(text: str) -> list[str]:
    """WordNet entries `word, word: gloss` as short exchanges, so that the base has met the chat marks."""
    result = []
    for number, entry in enumerate(text.split("\n")):
        words, gloss = entry.split(": ", 1)
        question = CHAT_QUESTIONS[number % len(CHAT_QUESTIONS)].format(words.split(", ")[0])
        result.append(f"<|im_start|>system\nExplain the word.<|im_end|>\n<|im_start|>user\n{question}<|im_end|>\n"
                      f"<|im_start|>assistant\n{gloss}<|im_end|>\n")
    return result


def read_documents(work: str) -> tuple[list[str], list[str]]:
    """Training and held-out documents: every fiftieth document of the fixed order is held out.

    Every third document of WordNet for training is written as dialogues; the held-out text stays prose.
    """
    training, held_out = [], []
    with open(os.path.join(work, "documents.jsonl")) as lines:
        for number, line in enumerate(lines):
            document = json.loads(line)
            if number % 50 == 17:
                held_out.append(document["text"])
            elif document["source"] == "wordnet-base" and number % 3 == 0:
                training.extend(dialogues(document["text"]))
            else:
                training.append(document["text"])
    return training, held_out


def train_tokenizer(training: list[str], path: str) -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(training, trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL_TOKENS, min_frequency=2, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.save(path)


def token_stream(tokenizer, documents: list[str], path: str):
    """All documents in one line of ids, each closed by <|endoftext|> (id 0)."""
    import numpy
    if not os.path.exists(path):
        parts = []
        for encoding in tokenizer.encode_batch_fast(documents, add_special_tokens=False):
            parts.append(numpy.array(encoding.ids + [0], dtype=numpy.uint16))
        numpy.save(path, numpy.concatenate(parts))
    return numpy.load(path)


def rate_at(step: int, steps: int) -> float:
    """Linear warm-up, a plateau, then a fall to zero as 1 − √(share of the decay done)."""
    decay_from = int(steps * (1 - DECAY_SHARE))
    if step < WARMUP:
        return PEAK_RATE * (step + 1) / WARMUP
    if step < decay_from:
        return PEAK_RATE
    return PEAK_RATE * (1 - math.sqrt((step - decay_from) / (steps - decay_from)))


def held_out_loss(model, stream, rows: int | None = None) -> tuple[float, int]:
    """Mean −log p per token over consecutive windows of the held-out text, in fp32."""
    import torch
    windows = torch.from_numpy(stream[: len(stream) // SEQUENCE * SEQUENCE].astype("int64")).view(-1, SEQUENCE)[:rows]
    total, count = 0.0, 0
    with torch.no_grad():
        for batch in windows.split(32):
            loss = model(input_ids=batch, labels=batch).loss
            targets = batch.shape[0] * (SEQUENCE - 1)
            total, count = total + loss.item() * targets, count + targets
    return total / count, count


def train(model, stream, held_out, steps: int, work: str) -> None:
    import numpy
    import torch
    # Muon for the matrices of the layers, where it learns more from each token; AdamW for embeddings and norms.
    inner = [p for n, p in model.named_parameters() if p.dim() > 1 and "embed" not in n]
    outer = [p for n, p in model.named_parameters() if p.dim() == 1 or "embed" in n]
    optimizers = [torch.optim.Muon(inner, lr=PEAK_RATE, weight_decay=WEIGHT_DECAY, adjust_lr_fn="match_rms_adamw"),
                  torch.optim.AdamW(outer, lr=PEAK_RATE, weight_decay=0.0, betas=(0.9, 0.95))]
    checkpoint, first = os.path.join(work, "checkpoint.pt"), 0
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        for optimizer, saved in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        first = state["step"]
        print(f"resuming after step {first}", flush=True)
    windows = len(stream) // SEQUENCE
    started, smooth = time.monotonic(), None
    for step in range(first, steps):
        for group in (g for optimizer in optimizers for g in optimizer.param_groups):
            group["lr"] = rate_at(step, steps)
        # The order is a fresh permutation of all windows for each pass, a pure function of the seed.
        pass_number, offset = divmod(step * BATCH, windows // BATCH * BATCH)
        order = numpy.random.default_rng([SEED, pass_number]).permutation(windows)
        rows = [stream[w * SEQUENCE:(w + 1) * SEQUENCE] for w in order[offset:offset + BATCH]]
        batch = torch.from_numpy(numpy.stack(rows).astype("int64"))
        with torch.autocast("cpu", torch.bfloat16):
            loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        model.zero_grad(set_to_none=True)
        smooth = loss.item() if smooth is None else 0.95 * smooth + 0.05 * loss.item()
        if (step + 1) % 25 == 0:
            pace = (step + 1 - first) * BATCH * SEQUENCE / (time.monotonic() - started)
            print(f"step {step + 1}/{steps} loss {smooth:.4f} {pace:,.0f} tokens/s", flush=True)
        if (step + 1) % 100 == 0 or step + 1 == steps:
            print(f"step {step + 1} held-out loss {held_out_loss(model, held_out, 128)[0]:.4f}", flush=True)
            torch.save({"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "step": step + 1},
                       checkpoint + ".new")
            os.replace(checkpoint + ".new", checkpoint)


CHAT_TEMPLATE = """\
{%- for message in messages %}
    {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""


def write_folder(model, work: str, out: str, facts: dict) -> None:
    """The Hugging Face folder: weights in bf16, config in the spellings of transformers 4 and 5."""
    import shutil
    import torch
    import transformers
    from safetensors.torch import save_file
    os.makedirs(out, exist_ok=True)
    tensors = {name: p.detach().to(torch.bfloat16).contiguous() for name, p in model.named_parameters()}
    save_file(tensors, os.path.join(out, "model.safetensors"), metadata={"format": "pt"})
    shutil.copy(os.path.join(work, "tokenizer.json"), os.path.join(out, "tokenizer.json"))
    config = {"architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
              "bos_token_id": None, "dtype": "bfloat16", "eos_token_id": 2, "hidden_act": "silu",
              "initializer_range": 0.02, "mlp_bias": False, "model_type": "llama", "pad_token_id": 3, "pretraining_tp": 1,
              "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"}, "rope_scaling": None,
              "rope_theta": 10000.0, "tie_word_embeddings": True, "torch_dtype": "bfloat16",
              "transformers_version": transformers.__version__, "use_cache": True, "vocab_size": VOCABULARY, **SHAPE}
    tokenizer_config = {"add_prefix_space": False, "bos_token": None, "clean_up_tokenization_spaces": False,
                        "eos_token": "<|im_end|>", "model_max_length": SHAPE["max_position_embeddings"],
                        "pad_token": "<|pad|>", "tokenizer_class": "PreTrainedTokenizerFast", "unk_token": None}
    generation_config = {"eos_token_id": [2, 0], "pad_token_id": 3, "transformers_version": transformers.__version__}
    for name, value in [("config.json", config), ("tokenizer_config.json", tokenizer_config),
                        ("generation_config.json", generation_config)]:
        with open(os.path.join(out, name), "w") as file:
            file.write(json.dumps(value, indent=2, sort_keys=True) + "\n")
    with open(os.path.join(out, "chat_template.jinja"), "w") as file:
        file.write(CHAT_TEMPLATE)
    from demo_model_card import card
    with open(os.path.join(out, "README.md"), "w") as file:
        file.write(card(facts))


def measured(folder: str, held_out, characters: int) -> dict:
    """Held-out figures of the folder as written, its weights rounded to bf16, computed in fp32."""
    from transformers import LlamaForCausalLM
    model = LlamaForCausalLM.from_pretrained(folder).float()
    loss, targets = held_out_loss(model, held_out)
    return {"loss": loss, "perplexity": math.exp(loss), "targets": targets,
            "bits_per_character": loss * len(held_out) / characters / math.log(2)}


def fresh_model():
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    torch.manual_seed(SEED)
    config = LlamaConfig(vocab_size=VOCABULARY, tie_word_embeddings=True, attention_bias=False, mlp_bias=False,
                         initializer_range=0.02, bos_token_id=0, eos_token_id=2, pad_token_id=3, **SHAPE)
    return LlamaForCausalLM(config).float()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True, help="folder for text, environment and checkpoints")
    parser.add_argument("--out", help="folder of the finished model")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--python-ready", action="store_true", help="this Python has the packages already")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    if not options.python_ready:
        python_environment.enter(os.path.join(options.work, "venv"), PACKAGES, __file__, sys.argv[1:])

    from tokenizers import Tokenizer
    documents = os.path.join(options.work, "documents.jsonl")
    if not os.path.exists(documents):
        import demo_corpus
        demo_corpus.gather(options.work)
    training, held_out = read_documents(options.work)
    tokenizer_path = os.path.join(options.work, "tokenizer.json")
    if not os.path.exists(tokenizer_path):
        train_tokenizer(training, tokenizer_path)
    tokenizer = Tokenizer.from_file(tokenizer_path)
    train_ids = token_stream(tokenizer, training, os.path.join(options.work, "training.npy"))
    held_out_ids = token_stream(tokenizer, held_out, os.path.join(options.work, "held_out.npy"))
    print(f"{len(train_ids):,} training tokens, {len(held_out_ids):,} held-out tokens", flush=True)
    model = fresh_model()
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    train(model, train_ids, held_out_ids, options.steps, options.work)
    if not options.out:
        return
    with open(os.path.join(options.work, "corpus.json")) as file:
        corpus = json.load(file)
    facts = {"corpus": corpus, "shape": SHAPE, "vocabulary": VOCABULARY, "steps": options.steps, "batch": BATCH,
             "sequence": SEQUENCE, "training_tokens": len(train_ids), "parameters": sum(p.numel() for p in model.parameters())}
    write_folder(model, options.work, options.out, facts)
    facts |= measured(options.out, held_out_ids, sum(len(text) for text in held_out))
    write_folder(model, options.work, options.out, facts)
    print(f"held-out loss {facts['loss']:.4f}, perplexity {facts['perplexity']:.1f}; wrote {options.out}", flush=True)


if __name__ == "__main__":
    main()
