#!/usr/bin/env python3
"""Run `lora` and its peer (transformers + PEFT + bitsandbytes) in turn on the same files and write RESULTS.md.

    Benchmarks/compare.py [--lora .build/release/lora] [--work DIR] [--rows NAME ...] [--steps N]

Makes the peer's Python environment on first use in $XDG_CACHE_HOME/lora-keeper/peer (from PyPI, about 6 GB), and the random models
beside it. Speeds are medians over the steps after the first; memory is the process's peak, loading included. Machines are noisy:
only the ratios of one sitting mean something.
"""
import argparse
import datetime
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(ROOT, "Scripts"))
import python_environment  # noqa: E402

PACKAGES = ["torch==2.15.0", "transformers==5.23.0", "peft==0.21.2", "bitsandbytes==0.50.2", "numpy", "accelerate"]
STEP_TOKENS = 512 * 2 * 4

# name, shape, the peer's method, peer recomputes, ours recomputes, least speed ratio, largest memory ratio
ROWS = [
    ("135M NF4, no recompute", "135m", "nf4", False, False, 2.0, 0.40),
    ("135M NF4, recompute", "135m", "nf4", True, True, 1.9, 0.35),
    ("135M bf16 LoRA, no recompute", "135m", "bf16", False, False, 2.0, 0.50),
    ("135M fp32 LoRA, recompute", "135m", "fp32", True, True, 1.6, 0.40),
    ("0.5B NF4, no recompute", "0.5b", "nf4", False, False, 1.7, 0.40),
    ("1.1B NF4, peer recomputes", "1.1b", "nf4", True, False, 1.6, 0.65),
    ("1.1B NF4, both recompute", "1.1b", "nf4", True, True, 1.2, 0.35),
]
# 128 rows of 128 tokens: name, shape, tokens that are scored at each row's end, rows that share a prompt, least speed ratio
SCORING = [
    ("135M scoring every token, 128 rows, bf16", "135m", 127, 1, 2.0),
    ("135M label scoring, 128 prompts of one label, bf16", "135m", 8, 1, 2.0),
    ("135M label scoring, 32 prompts of 4 labels, bf16", "135m", 8, 4, 2.0),
]


class Sides:
    def __init__(self, options: argparse.Namespace):
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        self.work = options.work or os.path.join(cache, "lora-keeper", "peer")
        self.lora, self.steps = options.lora, options.steps
        self.python = options.python or python_environment.python(os.path.join(self.work, "venv"), PACKAGES)

    def folder(self, shape: str) -> str:
        folder = os.path.join(self.work, "models", shape)
        if not os.path.exists(os.path.join(folder, "short.jsonl")):
            self.peer("build", shape, folder)
        return folder

    def peer(self, *words: str) -> str:
        return subprocess.run([self.python, os.path.join(HERE, "peer.py"), *words], check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout

    def peer_training(self, shape: str, method: str, recomputes: bool) -> dict:
        words = ["train", self.folder(shape), "--method", method, "--steps", str(self.steps)]
        return json.loads(self.peer(*words, *(["--recompute"] if recomputes else [])))

    def our_training(self, shape: str, method: str, recomputes: bool) -> dict:
        folder, out = self.folder(shape), os.path.join(self.work, "out")
        for left in [out, out + ".checkpoints"]:
            shutil.rmtree(left, ignore_errors=True)
        words = [self.lora, "train", "--base", folder, "--data", os.path.join(folder, "rows.jsonl"), "--out", out,
                 "--init-adapter", os.path.join(folder, "first_adapter"), "--no-shuffle", "--logging-steps", "1", "--save-steps",
                 "0", "--max-steps", str(self.steps), "--scheduler", "constant",
                 "--method", "qlora" if method == "nf4" else "lora", "--precision", "fp32" if method == "fp32" else "bf16",
                 "--gradient-checkpointing" if recomputes else "--no-gradient-checkpointing"]
        marks, losses, peak = self.timed(words, r"step (\d+)/\d+ +loss ([\d.]+)")
        return {"seconds": [b - a for a, b in zip(marks, marks[1:])], "losses": losses, "peak_mib": peak}

    def timed(self, words: list[str], pattern: str) -> tuple[list[float], list[float], int]:
        """When each line that matches came, the first mark being that of the first step; its numbers; and peak memory."""
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        marks, losses, text = [], [], []
        for line in process.stdout:
            text.append(line)
            if found := re.search(pattern, line):
                marks.append(time.perf_counter())
                losses.append(float(found[2]))
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            raise SystemExit(f"compare: {' '.join(words)} failed:\n{''.join(text)}")
        return marks, losses, usage.ru_maxrss // 1024

    def scoring_rows(self, shape: str, count: int, scored: int, sharing: int) -> str:
        """A file of rows whose last tokens are scored; each `sharing` rows in turn begin with one prompt."""
        with open(os.path.join(self.folder(shape), "short.jsonl")) as file:
            rows = [json.loads(line)["input_ids"] for line in file][:count]
        path = os.path.join(self.work, f"score-{count}-{scored}-{sharing}.jsonl")
        with open(path, "w") as file:
            for index, row in enumerate(rows):
                start = len(row) - scored
                tokens = rows[index - index % sharing][:start] + row[start:]
                file.write(json.dumps({"input_ids": tokens, "labels": [-100] * start + tokens[start:]}) + "\n")
        return path

    def our_scoring(self, shape: str, scored: int, sharing: int) -> tuple[float, list[float]]:
        """Seconds for 128 rows beyond those for 8, so that loading does not count; the median of three; and each row's score."""
        seconds, scores = [], []
        for count in [8, 128] * 3:
            words = [self.lora, "score", "--base", self.folder(shape), "--precision", "bf16", "--json", "--data",
                     self.scoring_rows(shape, count, scored, sharing)]
            start = time.perf_counter()
            done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
            seconds.append(time.perf_counter() - start)
            scores = [json.loads(line)["sum_logprob"] for line in done.stdout.splitlines()]
        differences = [long - short for short, long in zip(seconds[::2], seconds[1::2])]
        return statistics.median(differences) * 128 / 120, scores

    def peer_scoring(self, shape: str, scored: int, sharing: int) -> tuple[float, list[float]]:
        data = self.scoring_rows(shape, 128, scored, sharing)
        found = json.loads(self.peer("score", self.folder(shape), "--data", data))
        return statistics.median(found["seconds"]), found["scores"]


def verdict(ratio: float, bar: float, larger_is_better: bool) -> str:
    return "✓" if (ratio >= bar if larger_is_better else ratio <= bar) else "✗"


def training_line(sides: Sides, row: tuple) -> str:
    name, shape, method, peer_recomputes, our_recomputes, speed_bar, memory_bar = row
    ours = sides.our_training(shape, method, our_recomputes)
    peer = sides.peer_training(shape, method, peer_recomputes)
    our_speed = STEP_TOKENS / statistics.median(ours["seconds"])
    peer_speed = STEP_TOKENS / statistics.median(peer["seconds"][1:])
    speed, memory = our_speed / peer_speed, ours["peak_mib"] / peer["peak_mib"]
    return (f"| {name} | {peer_speed:.0f} | {our_speed:.0f} | **{speed:.2f}×** | ≥ {speed_bar:.1f}× {verdict(speed, speed_bar, True)} | "
            f"{peer['peak_mib']:,} | {ours['peak_mib']:,} | **{memory:.2f}×** | ≤ {memory_bar:.2f}× {verdict(memory, memory_bar, False)} | "
            f"{peer['losses'][-1]:.4f} / {ours['losses'][-1]:.4f} |")


def scoring_line(sides: Sides, row: tuple) -> str:
    name, shape, scored, sharing, bar = row
    (ours, our_scores), (peer, peer_scores) = (
        side(shape, scored, sharing) for side in (sides.our_scoring, sides.peer_scoring))
    tokens, supervised = 128 * 128, 128 * scored
    return (f"| {name} | {tokens / peer:.0f} | {tokens / ours:.0f} | **{peer / ours:.2f}×** | ≥ {bar:.1f}× "
            f"{verdict(peer / ours, bar, True)} | – | – | – | – | {-sum(peer_scores) / supervised:.4f} / "
            f"{-sum(our_scores) / supervised:.4f} |")


def processor() -> str:
    with open("/proc/cpuinfo") as file:
        names = re.findall(r"model name\s*: (.*)", file.read())
    kernels = [line for line in subprocess.run(["lscpu"], capture_output=True, text=True).stdout.splitlines() if "L3" in line]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, {' '.join(' '.join(kernels).split())}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lora", default=os.path.join(ROOT, ".build", "release", "lora"))
    parser.add_argument("--work", help="where environment and models are kept")
    parser.add_argument("--python", help="a Python that has the packages already")
    parser.add_argument("--rows", nargs="*", default=[], help="only the rows whose names contain one of these")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--out", default=os.path.join(HERE, "RESULTS.md"))
    options = parser.parse_args()
    sides = Sides(options)
    wanted = [row for row in [*ROWS, *SCORING] if not options.rows or any(part in row[0] for part in options.rows)]
    lines = []
    for row in wanted:
        lines.append(scoring_line(sides, row) if row in SCORING else training_line(sides, row))
        print(lines[-1], flush=True)
    with open(options.out, "w") as file:
        file.write(RESULTS.format(day=datetime.date.today().isoformat(), machine=processor(), packages=", ".join(PACKAGES),
                                  steps=options.steps - 1, lines="\n".join(lines)))


RESULTS = """# `lora` beside PEFT + bitsandbytes on one processor

Made by `Benchmarks/compare.py` on {day}. {machine}. Peer: {packages}.

Same folder, same batches, same first adapter: sequences of 512 tokens, batch 2 × accumulation 4, r 16 on seven linears, AdamW in 8
bits. Tokens per second are medians of {steps} counted steps; memory (MiB) is each process's peak, loading included. The two sides ran
in turn. The last column is the loss of the last step on both sides, or the mean loss of what is scored. Scoring speeds count all
tokens of all rows, whether or not a side computes them: ours computes a prompt once for all its labels. The peer scores 8 rows at a
time and makes logits of the scored tokens only.

| work | peer tok/s | ours tok/s | speed | bar | peer MiB | ours MiB | memory | bar | loss, peer / ours |
|---|---|---|---|---|---|---|---|---|---|
{lines}
"""

if __name__ == "__main__":
    main()
