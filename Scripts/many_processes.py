#!/usr/bin/env python3
"""Eight workers change and read one registry at the same time: shells that live for many lines, and processes of one command each.

Whatever was acknowledged must be in the history once, what was refused not at all, each move of an alias must start where the one before
ended, and nobody may be told of SQLite's locks. Being busy (exit 75) is allowed and counted.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORKERS = 8
SHELLS = 3
LINES = 25
ADAPTERS = ["greeter", "sorter", "namer", "caller"]
# due, advice, not enough evidence and refused by the gate are answers; 2 is what a state does not allow
ANSWERS = {0, 2, 10, 11, 12, 13, 75}
RAW = re.compile(r"database is locked|sqlite|fatal error|segmentation|backtrace", re.IGNORECASE)


class Worker:
    def __init__(self, lora, folder, number, operations, seed):
        self.lora, self.folder, self.number, self.operations = lora, folder, number, operations
        self.random = random.Random(seed + number)
        self.statuses, self.acknowledged, self.refused, self.wrong = collections.Counter(), [], [], []
        self.busy = collections.Counter()
        self.slowest = 0.0
        self.environment = dict(os.environ, HOME=str(folder), USER=f"worker-{number}", LORA_CACHE=str(folder / "cache"))
        self.environment.pop("LORA_NOW", None)

    def words(self, deed):
        """One operation, and the reason by which a write is known again."""
        pick, adapter = self.random, self.random.choice(ADAPTERS)
        reason, version = f"deed-{self.number}-{deed}.", f"v{pick.randint(1, 2)}"
        why = ["--reason", reason]
        writes = [
            (6, ["promote", f"{adapter}@{version}", "--force", *why]), (3, ["rollback", adapter, "--force", *why]),
            (6, ["alias", "set", f"{adapter}@staging", version, *why]), (3, ["alias", "remove", f"{adapter}@staging", *why]),
            (1, ["archive", adapter, *why]), (3, ["unarchive", adapter, *why]),
            (1, ["adopt", "small", "--adapter", adapter, *why]),
        ]
        reads = [
            (3, ["show", adapter]), (3, ["list", "--json"]), (1, ["retrain-check", "--json"]), (1, ["verify", "--quick"]), (1, ["verify"]),
            (3, ["history", adapter, "--json"]), (1, ["export", f"{adapter}@v1", f"out-{self.number}-{deed}"]),
        ]
        weights, choices = zip(*(writes + reads))
        chosen = pick.choices(choices, weights)[0]
        return chosen, reason if "--reason" in chosen else None

    def start(self, *words, lines=""):
        begin = time.monotonic()
        done = subprocess.run(
            [self.lora, *words], input=lines, cwd=self.folder, env=self.environment, capture_output=True, text=True,
            errors="replace", timeout=300)
        return done, time.monotonic() - begin

    def judge(self, status, words, output, reason, said):
        self.statuses[status] += 1
        if status == 75:
            self.busy[words[0]] += 1
        if status not in ANSWERS or RAW.search(output) or (status == 75 and " next: " not in output):
            self.wrong.append(f"{' '.join(words)}: exit {status}\n{output[-2000:]}")
        if reason:
            (self.acknowledged if status == 0 and said else self.refused).append((words, reason, status))

    def run(self):
        deeds = [self.words(deed) for deed in range(self.operations)]
        if self.number < SHELLS:
            while deeds:
                deeds = self.run_shell(deeds)
        else:
            for words, reason in deeds:
                done, took = self.start(*words)
                self.slowest = max(self.slowest, took)
                output = done.stdout + done.stderr
                self.judge(done.returncode, words, output, reason, reason and reason in output)
        for out in self.folder.glob(f"out-{self.number}-*"):
            shutil.rmtree(out)
        return self

    def run_shell(self, deeds):
        """A script stops at the first line that fails; what comes behind it goes to the next shell."""
        batch = deeds[:LINES]
        lines = "".join(f"{' '.join(words)}\nbase list\n" for words, _ in batch)
        done, _ = self.start(lines=lines)
        parts = done.stdout.split("BASE  ")
        ended = len(parts) - 1
        for (words, reason), part in zip(batch[:ended], parts):
            self.judge(0, words, part, reason, reason and reason in part)
        if ended == len(batch):
            return deeds[LINES:]
        words, reason = batch[ended]
        self.judge(done.returncode, words, parts[-1] + done.stderr, reason, False)
        return deeds[ended + 1:]


def prepare(lora, folder):
    shutil.copytree(ROOT / "Tests/Fixtures/shell/registry", folder / "registry")
    shutil.copytree(ROOT / "policies", folder / "policies")
    shutil.copytree(ROOT / "Tests/Fixtures/golden/tiny-llama", folder / "model")
    data = ["--train", "data/train.jsonl", "--held-out", "data/held_out.jsonl", "--horizon", "12mo", "--labels", "one,two"]
    steps = [["base", "add", "tiny", "model"]]
    steps += [["create", name, "--task", "Name it", "--owner", "ada", "--base", "tiny", *data] for name in ADAPTERS[1:]]
    steps += [["train", "--base", "model", "--data", "registry/data/train.jsonl", "--out", "small", "--rank", "2", "--max-steps", "1"]]
    steps += [["adopt", "small", "--adapter", name, "--reason", "prepared"] for name in ADAPTERS for _ in range(2)]
    for words in steps:
        done = subprocess.run([lora, *words], cwd=folder, env=dict(os.environ, HOME=str(folder)), capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"lora {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")


def histories(lora, folder):
    for name in ADAPTERS:
        done = subprocess.run([lora, "history", name, "--json"], cwd=folder, capture_output=True, text=True)
        yield name, json.loads(done.stdout)["events"]


def faults(lora, folder, workers):
    """What is wrong with the registry after all that."""
    written = collections.Counter()
    for name, events in histories(lora, folder):
        standing = {}
        for event in events:
            written[event["reason"]] += 1
            for move in event["moves"]:
                if standing.get(move["alias"]) != move["from"]:
                    yield f"{name}: event {event['id']} moves {move['alias']} from {move['from']}, which stood elsewhere"
                standing[move["alias"]] = move["to"]
    for worker in workers:
        yield from worker.wrong
        yield from (f"lost: {' '.join(words)}" for words, reason, _ in worker.acknowledged if written[reason] != 1)
        for words, reason, status in worker.refused:
            if written[reason] and status != 0:
                yield f"refused with exit {status}, and yet written: {' '.join(words)}"
    yield from (f"written {count} times: {reason}" for reason, count in written.items() if reason.startswith("deed-") and count > 1)
    for words in [["verify"], ["registry", "rebuild"]]:
        done = subprocess.run([lora, *words], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0 or (words[0] == "registry" and "is what it was" not in done.stdout):
            yield f"lora {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    fsck = subprocess.run(["git", "--git-dir", folder / "registry/.state/versions.git", "fsck", "--strict"], capture_output=True, text=True)
    if fsck.returncode != 0:
        yield f"git fsck: {fsck.stdout}{fsck.stderr}"
    with sqlite3.connect(folder / "registry/.state/lora.sqlite") as index:
        if (found := index.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
            yield f"integrity_check: {found}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lora", required=True, help="the program")
    parser.add_argument("--operations", type=int, default=1_000, help="of each worker")
    parser.add_argument("--seed", type=int, default=3407)
    choices = parser.parse_args()
    lora = str(pathlib.Path(choices.lora).resolve())
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        prepare(lora, folder)
        workers = [Worker(lora, folder, number, choices.operations, choices.seed) for number in range(WORKERS)]
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            workers = list(pool.map(Worker.run, workers))
        took = time.monotonic() - begin
        found = list(faults(lora, folder, workers))
    statuses = sum((worker.statuses for worker in workers), collections.Counter())
    busy = sum((worker.busy for worker in workers), collections.Counter())
    for fault in found[:20]:
        print(fault, file=sys.stderr)
    exits = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    writes = sum(len(worker.acknowledged) for worker in workers)
    slowest = max(worker.slowest for worker in workers)
    print(f"{took:.0f} s; exits {exits}; busy {dict(busy)}; the slowest command {slowest:.1f} s")
    print(
        f"{WORKERS} processes × {choices.operations} operations: {writes} writes acknowledged, {len(found)} faults, "
        f"{statuses[75]} told to come back")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
