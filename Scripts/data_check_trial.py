#!/usr/bin/env python3
"""Plants faults that are known into tickets, and counts what `lora data check` makes of them.

    Scripts/data_check_trial.py --lora .build/release/lora [--rows 20000] [--faults 1000] [--seed 1]
    Scripts/data_check_trial.py --lora .build/release/lora --scale 1000000

The first form expects 98 % of the planted faults to be named by their kind and line, and at most 0.5 % of the other rows to be flagged;
the second writes that many short rows, among them repeats and leaks, and expects the check to end within 120 seconds and 2 GB.
Python's standard library is enough. The last line says how it went; the exit status is 1 when a bar is missed.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from planted_text import LABELS, Writer, secrets  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASE = ROOT / "registry" / "models" / "tiny-prose"
RECALL, FALSE_ROWS = 0.98, 0.005
SECONDS, BYTES = 120, 2 * 10**9
SYSTEM = "You route tickets. Answer with the name of one queue."
SHARES = {"exact_duplicate": 0.17, "near_duplicate": 0.17, "leaked_exactly": 0.08, "leaked_nearly": 0.08, "leaked_group": 0.06, "unlabelled": 0.08,
          "masked_end": 0.05, "sensitive": 0.2, "conflict": 0.08, "bad_line": 0.03}


def end_token():
    with open(BASE / "tokenizer.json", encoding="utf-8") as file:
        return next(t["id"] for t in json.load(file)["added_tokens"] if t["content"] == "<|im_end|>")


class Planter:
    """Rows with their truth: each row is a dictionary, and what is wrong with it, or None."""

    def __init__(self, rows, faults, seed):
        self.random = random.Random(seed)
        self.writer = Writer(seed + 1)
        self.secrets = secrets(random.Random(seed + 2))
        self.rows, self.faults = rows, faults
        self.end = end_token()

    def row(self, text, label, customer, form=None):
        form = form or self.random.choices(["messages", "system", "prompt", "sharegpt"], [5, 3, 2, 1])[0]
        if form == "prompt":
            row = {"prompt": text, "completion": " " + label}
        elif form == "sharegpt":
            row = {"conversations": [{"from": "human", "value": text}, {"from": "gpt", "value": label}]}
        else:
            row = {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": label}]}
            if form == "system":
                row["messages"].insert(0, {"role": "system", "content": SYSTEM})
        row["customer"] = customer
        return row

    def tokens(self, supervised, ends=True):
        ids = [self.random.randint(10, 200) for _ in range(self.random.randint(20, 60))]
        answer = [self.random.randint(10, 200) for _ in range(4)]
        labels = [-100] * len(ids) + (answer if supervised else [-100] * 4) + ([self.end] if ends and supervised else [-100])
        return {"input_ids": ids + answer + [self.end], "labels": labels, "customer": self.customer()}

    def customer(self):
        return f"C{self.random.randint(1, 4000):05}"

    def plant(self):
        r = self.random
        wanted = {kind: int(self.faults * share) for kind, share in SHARES.items()}
        held = [(self.writer.ticket(), r.choice(LABELS), f"H{n % 300:05}") for n in range(max(200, self.rows // 10))]
        planted = sum(wanted.values())
        clean = [(self.writer.ticket(), r.choice(LABELS), self.customer()) for _ in range(self.rows - planted)]
        # what a repeat follows, and a ticket that was answered twice, are sound by themselves
        out = [[self.row(*ticket, form="messages"), None] for ticket in clean]
        for _ in range(self.rows // 50):
            out[r.randrange(len(out) // 2, len(out))] = [self.tokens(True), None]
        sound = [place for place in range(len(out) // 2)]
        r.shuffle(sound)
        later = []
        for kind in ("exact_duplicate", "near_duplicate", "conflict"):
            for _ in range(wanted[kind]):
                place = sound.pop()
                text, label, customer = clean[place]
                if kind == "conflict":
                    row = self.row(text, r.choice([x for x in LABELS if x != label]), customer, form="messages")
                    out[place][1] = "conflict"
                else:
                    row = self.row(text if kind == "exact_duplicate" else self.writer.near(text), label, self.customer(), form="messages")
                later.append([row, kind])
        for kind in ("leaked_exactly", "leaked_nearly"):
            for text, label, _ in r.sample(held, wanted[kind]):
                if kind == "leaked_nearly":
                    near = self.writer.near(text)
                    # the same but for case and spaces is the same input
                    kind_here = "leaked_exactly" if near.lower().split() == text.lower().split() else kind
                    later.append([self.row(near, label, self.customer(), form="messages"), kind_here])
                else:
                    later.append([self.row(text, label, self.customer(), form="messages"), kind])
        for _ in range(wanted["leaked_group"]):
            later.append([self.row(self.writer.ticket(), r.choice(LABELS), r.choice(held)[2]), "leaked_group"])
        for number in range(wanted["unlabelled"]):
            later.append([self.tokens(False) if number % 2 else self.row(self.writer.ticket(), r.choice(["", "  ", "\n"]), self.customer()), "unlabelled"])
        for _ in range(wanted["masked_end"]):
            later.append([self.tokens(True, ends=False), "masked_end"])
        for _ in range(wanted["sensitive"]):
            kind, secret = next(self.secrets)
            text, answer = self.writer.ticket(), r.choice(LABELS)
            text = r.choice([f"{text} Here it is: {secret}", f"{secret} – {text}", f"{text}\n\n{secret}\n", f"(see {secret}) {text}"])
            row = self.row(text, answer, self.customer())
            if r.random() < 0.1:
                row = self.row(self.writer.ticket(), answer, self.customer())
                row["note"] = secret
            later.append([row, "sensitive:" + kind])
        for number in range(wanted["bad_line"]):
            later.append([["{\"messages\": [", "[1, 2]", "{\"question\": \"x\"}", "{\"prompt\": 4, \"completion\": \"x\"}", "not json"][number % 5], "bad_line"])
        for extra in later:
            out.insert(r.randint(len(out) // 2, len(out)), extra)
        return out, [self.row(*ticket, form="messages") for ticket in held]


def write(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        for number, row in enumerate(rows):
            file.write((row if isinstance(row, str) else json.dumps(row, ensure_ascii=number % 3 == 0)) + "\n")


def check(lora, folder, *options):
    """The report, the seconds it took and the most memory that it held."""
    with open(folder / "report.json", "wb") as out:
        start = time.monotonic()
        process = subprocess.Popen([lora, "data", "check", str(folder / "train.jsonl"), "--held-out", str(folder / "held_out.jsonl"), "--json", *options],
                                   stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 13):
        sys.exit(f"data check: exit {code}")
    with open(folder / "report.json", encoding="utf-8") as file:
        return json.load(file), seconds, usage.ru_maxrss * 1024


def score(rows, report):
    """What was planted and found, kind by kind, and the sound rows that were flagged."""
    flagged = {}
    for finding in report["findings"]:
        if finding["file"] == "data" and finding["kind"] not in ("credential", "personal_data"):
            for line in finding["lines"]:
                flagged.setdefault(line, set()).add(finding["kind"])
    for found in report["data"]["sensitive"]:
        flagged.setdefault(found["line"], set()).add("sensitive:" + found["kind"])
    planted, missed, false = {}, [], []
    for line, (_, truth) in enumerate(rows, 1):
        if truth is None:
            if line in flagged:
                false.append((line, sorted(flagged[line])))
            continue
        kind = truth.split(":")[0]
        count = planted.setdefault(kind, [0, 0])
        count[0] += 1
        # a repeat that differs in nothing but form is named as either
        names = {truth} | ({"exact_duplicate", "near_duplicate"} if truth == "near_duplicate" else set())
        if names & flagged.get(line, set()):
            count[1] += 1
        else:
            missed.append((line, truth, sorted(flagged.get(line, set()))))
    return planted, missed, false


def recall_trial(options, folder):
    rows, held = Planter(options.rows, options.faults, options.seed).plant()
    write(folder / "train.jsonl", [row for row, _ in rows])
    write(folder / "held_out.jsonl", held)
    report, seconds, memory = check(options.lora, folder, "--base", str(BASE), "--group", "customer", "--max-length", "1024")
    planted, missed, false = score(rows, report)
    for kind in sorted(planted):
        print(f"  {kind:16} {planted[kind][1]} of {planted[kind][0]}")
    for line, truth, found in missed[:20]:
        print(f"  missed: line {line}, {truth}; flagged as {found or 'nothing'}")
    for line, found in false[:20]:
        print(f"  false: line {line}, {found}")
    total, found = sum(p for p, _ in planted.values()), sum(f for _, f in planted.values())
    sound = len(rows) - total
    passed = found >= RECALL * total and len(false) <= FALSE_ROWS * sound
    print(f"  {seconds:.1f} s, {memory / 1e6:.0f} MB at most")
    print(f"{'passed' if passed else 'FAILED'}: {found} of {total} planted faults found ({100 * found / total:.2f} %), "
          f"{len(false)} of {sound} sound rows flagged ({100 * len(false) / sound:.2f} %)")
    return passed


def scale_trial(options, folder):
    writer, r = Writer(options.seed), random.Random(options.seed + 1)
    held = [writer.ticket(1) for _ in range(2_000)]
    repeats = 0
    with open(folder / "train.jsonl", "w", encoding="utf-8") as file:
        kept = []
        for number in range(options.scale):
            text = writer.ticket(2)
            if kept and r.random() < 0.02:
                text = writer.near(r.choice(kept))
                repeats += 1
            elif r.random() < 0.01:
                kept.append(text)
            file.write(json.dumps({"prompt": text, "completion": LABELS[len(text) % len(LABELS)]}) + "\n")
    write(folder / "held_out.jsonl", [{"prompt": text, "completion": "billing"} for text in held])
    size = (folder / "train.jsonl").stat().st_size
    base = ["--base", str(BASE)] if options.base else []
    report, seconds, memory = check(options.lora, folder, *base)
    passed = seconds <= SECONDS and memory <= BYTES and report["report"]["rows"] == options.scale
    found = report["report"]["counts"]
    print(f"  {size / 1e6:.0f} MB, {repeats} near repeats with any label; {found['exact_duplicate']} exact and {found['near_duplicate']} near duplicates, "
          f"{report['report']['leaked_rows']} leaks")
    print(f"{'passed' if passed else 'FAILED'}: {options.scale} rows{' with tokens' if base else ''} in {seconds:.1f} s, {memory / 1e6:.0f} MB at most")
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lora", required=True)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--faults", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=int, help="time this many short rows instead")
    parser.add_argument("--base", action="store_true", help="read the rows by the demo's tokenizer too, when timing")
    parser.add_argument("--keep", help="leave the files in this folder")
    options = parser.parse_args()
    options.lora = shutil.which(options.lora) or options.lora
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(options.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        passed = scale_trial(options, folder) if options.scale else recall_trial(options, folder)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
