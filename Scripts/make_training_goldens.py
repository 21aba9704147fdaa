#!/usr/bin/env python3
"""Makes Tests/Fixtures/training/evaluation.json: what transformers and PEFT say about a few held-out rows of the golden models.

Needs torch, transformers and peft. For each model, without and with the golden adapter: the sum of log-probabilities of every label
after every question (through the end of the turn), greedy answers, and each row's summed loss over the answer. The adapter was
trained on random tokens, so the answers mean nothing; the numbers do.
"""
import json
import pathlib

import peft
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures"
LABELS = ["billing", "hardware", "network access"]
QUESTIONS = [("Paid twice this month", "billing"), ("The screen stays dark", "hardware"), ("No login from home", "network access"),
             ("Printer eats paper", "hardware")]


def tokens(tokenizer, question: str, answer: str | None) -> list[int]:
    messages = [{"role": "system", "content": "Name the queue."}, {"role": "user", "content": question}]
    if answer is not None:
        messages.append({"role": "assistant", "content": answer})
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=answer is None)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


@torch.no_grad()
def log_likelihood(model, prompt: list[int], whole: list[int]) -> float:
    assert whole[:len(prompt)] == prompt
    logits = model(input_ids=torch.tensor([whole])).logits[0].double().log_softmax(-1)
    return sum(logits[t - 1, whole[t]].item() for t in range(len(prompt), len(whole)))


@torch.no_grad()
def greedy(model, tokenizer, prompt: list[int], count: int) -> str:
    ids = list(prompt)
    for _ in range(count):
        ids.append(int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
        if ids[-1] == tokenizer.eos_token_id:
            ids.pop()
            break
    return tokenizer.decode(ids[len(prompt):], skip_special_tokens=True)


def measure(model, tokenizer) -> list[dict]:
    rows = []
    for question, answer in QUESTIONS:
        prompt, whole = tokens(tokenizer, question, None), tokens(tokenizer, question, answer)
        scores = {label: log_likelihood(model, prompt, tokens(tokenizer, question, label)) for label in LABELS}
        rows.append({
            "question": question, "answer": answer, "scores": scores, "predicted": max(scores, key=scores.get),
            "first_line": (greedy(model, tokenizer, prompt, len(whole) - len(prompt) + 4).strip().splitlines() or [""])[0].strip(),
            "supervised_tokens": len(whole) - len(prompt), "sum_logprob": log_likelihood(model, prompt, whole)})
    return rows


def main() -> None:
    result = {"versions": {m.__name__: m.__version__ for m in (torch, transformers, peft)}, "labels": LABELS, "models": {}}
    for name in ("tiny-llama", "tiny-llama3-rope"):
        folder = ROOT / "golden" / name
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        base = measure(model, tokenizer)
        model = peft.PeftModel.from_pretrained(model, ROOT / "golden" / "lora" / name / "adapter_after_20_steps").eval()
        result["models"][name] = {"base": base, "adapter": measure(model, tokenizer)}
    out = ROOT / "training" / "evaluation.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
