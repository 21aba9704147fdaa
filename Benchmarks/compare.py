#!/usr/bin/env python3
"""Run `lora` and its peer (transformers + PEFT + bitsandbytes) in turn on the same files and write RESULTS.md.

    Benchmarks/compare.py [--lora FILE] [--kernel-bench FILE] [--work DIR] [--rows NAME ...] [--steps N]

Makes the peer's Python environment on first use in $XDG_CACHE_HOME/lora-keeper/peer (from PyPI, about 6 GB), and the random models
beside it; the 7B shape takes 18 GB more. Speeds are medians over the steps after the first; memory is the process's peak, loading
included. Machines are noisy: only the ratios of one sitting mean something. What stands in RESULTS.md from "## Where" on is kept.
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
import seven_billion  # noqa: E402

PACKAGES = ["torch==2.15.0", "transformers==5.23.0", "peft==0.21.2", "bitsandbytes==0.50.2", "numpy", "accelerate"]
STEP_TOKENS = 512 * 2 * 4

# What ours does with activations: keep all, compute all of them again, or fit the plan into the bar's share of the peer's peak.
KEEPS, RECOMPUTES, FITS = "--no-gradient-checkpointing", "--gradient-checkpointing", "--memory-budget"
# name, shape, the peer's method, whether the peer recomputes, what ours does, least speed ratio, largest memory ratio
ROWS = [
    ("135M NF4, no recompute", "135m", "nf4", False, KEEPS, 2.0, 0.40),
    ("135M NF4, both recompute", "135m", "nf4", True, RECOMPUTES, 1.9, 0.35),
    ("135M NF4, peer recomputes, ours by budget", "135m", "nf4", True, FITS, 1.9, 0.35),
    ("135M bf16 LoRA, no recompute", "135m", "bf16", False, KEEPS, 2.0, 0.50),
    ("135M fp32 LoRA, both recompute", "135m", "fp32", True, RECOMPUTES, 1.6, 0.40),
    ("135M fp32 LoRA, peer recomputes, ours by budget", "135m", "fp32", True, FITS, 1.6, 0.40),
    ("0.5B NF4, no recompute", "0.5b", "nf4", False, KEEPS, 1.7, 0.40),
    ("1.1B NF4, peer recomputes", "1.1b", "nf4", True, KEEPS, 1.6, 0.65),
    ("1.1B NF4, both recompute", "1.1b", "nf4", True, RECOMPUTES, 1.2, 0.35),
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
        self.lora, self.steps, self.kernel_bench = options.lora, options.steps, options.kernel_bench
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

    def our_training(self, shape: str, method: str, *memory: str) -> dict:
        folder, out = self.folder(shape), os.path.join(self.work, "out")
        for left in [out, out + ".checkpoints"]:
            shutil.rmtree(left, ignore_errors=True)
        words = [self.lora, "train", "--base", folder, "--data", os.path.join(folder, "rows.jsonl"), "--out", out,
                 "--init-adapter", os.path.join(folder, "first_adapter"), "--no-shuffle", "--logging-steps", "1", "--save-steps",
                 "0", "--max-steps", str(self.steps), "--scheduler", "constant",
                 "--method", "qlora" if method == "nf4" else "lora", "--precision", "fp32" if method == "fp32" else "bf16",
                 *memory]
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
    name, shape, method, peer_recomputes, memory_option, speed_bar, memory_bar = row
    peer = sides.peer_training(shape, method, peer_recomputes)
    budget = [f"{int(memory_bar * peer['peak_mib'])}MiB"] if memory_option == FITS else []
    ours = sides.our_training(shape, method, memory_option, *budget)
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


def alone_lines(sides: Sides) -> list[str]:
    """The 7B shape under two budgets, and what decoding takes, beside the rate of multiply-adds in registers measured before."""
    bench = subprocess.run([sides.kernel_bench, "decoding"], check=True, stdout=subprocess.PIPE, text=True).stdout
    # the last path is the quickest; the last number that of all cores
    ceiling = float(re.findall(r"multiply-adds in registers .* ([\d.]+) GFLOP/s *\n", bench)[-1])
    runs = seven_billion.trainings(sides.lora, os.path.join(sides.work, "models", "7b"), sides.python, ["12GB", "6GB", "4GB"])
    lines = []
    for budget, run in runs.items():
        share = run["flops"] * run["speed"] / (ceiling * 1e9)
        peak, limit = run["peak"], seven_billion.byte_count(budget)
        lines.append(f"| 7B NF4, {budget} of data segment at most | {run['plan']} | {run['speed']:.1f} | {100 * share:.0f} % of {ceiling:.0f} "
                     f"GFLOP/s | ≥ 60 % {verdict(share, 0.6, True)} | {peak >> 20:,} | ≤ {int(limit) >> 20:,} {verdict(peak, limit, False)} | "
                     f"{', '.join(f'{loss:.4f}' for loss in run['losses'])} |")
    same = seven_billion.agree(runs.values())
    lines += ["", f"The 7B runs {'end with the same adapter, bit for bit' if same else 'DIFFER in loss or adapter'}.", ""]
    return lines + [line for line in bench.splitlines() if line.startswith(("decoding", "128 tokens", "1024 tokens", "2048 tokens"))]


def kept_words(path: str) -> str:
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return "".join(re.findall(r"\n## Where.*", file.read(), re.DOTALL)[:1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    release = os.path.join(ROOT, ".build", "release")
    parser.add_argument("--lora", default=os.path.join(release, "lora"))
    parser.add_argument("--kernel-bench", default=os.path.join(release, "kernel-bench"))
    parser.add_argument("--work", help="where environment and models are kept")
    parser.add_argument("--python", help="a Python that has the packages already")
    parser.add_argument("--rows", nargs="*", default=[], help="only the rows whose names contain one of these; 7B is one of them")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--out", default=os.path.join(HERE, "RESULTS.md"))
    options = parser.parse_args()
    if options.rows and options.out == parser.get_default("out"):
        parser.error("--rows measures a part; name where to write it with --out")
    sides = Sides(options)

    def is_wanted(name: str) -> bool:
        return not options.rows or any(part in name for part in options.rows)

    lines, alone = [], []
    for row in [row for row in [*ROWS, *SCORING] if is_wanted(row[0])]:
        lines.append(scoring_line(sides, row) if row in SCORING else training_line(sides, row))
        print(lines[-1], flush=True)
    if is_wanted("7B"):
        alone = alone_lines(sides)
        print("\n".join(alone), flush=True)
    text = RESULTS.format(day=datetime.date.today().isoformat(), machine=processor(), packages=", ".join(PACKAGES),
                          steps=options.steps - 1, lines="\n".join(lines), alone="\n".join(alone)) + kept_words(options.out)
    with open(options.out, "w") as file:
        file.write(text)
    missed = sum(line.count("✗") + line.count("DIFFER") for line in [*lines, *alone])
    print(f"{missed} missed" if missed else "every bar is met")
    sys.exit(1 if missed else 0)


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

"By budget" is the bar's share of the peer's peak, given as `--memory-budget`: the plan then decides what is computed again and how
many rows go through the model at once; a step has the same rows in the same order. The 7B shape has no peer here. Its rows have 512
tokens, one to a micro-batch and two to a step, under `ulimit -d` as large as the budget; the share is that of the work in products (4
operations per weight and token, 2 more where it is computed again) in what multiply-adds in registers reach in the same run.

| work | plan | tok/s | products | bar | peak MiB | bar | losses |
|---|---|---|---|---|---|---|---|
{alone}
"""

if __name__ == "__main__":
    main()
