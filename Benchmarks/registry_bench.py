#!/usr/bin/env python3
"""Time `lora` on a registry of 10,000 adapters and 30,000 runs, beside plain git and sqlite3 on the same files.

    Benchmarks/registry_bench.py [--lora FILE] [--work DIR] [--repeats N] [--write]

The registries are made on first use in DIR (by default $XDG_CACHE_HOME/lora-keeper/registry-bench), which takes some minutes, and used
again. Each figure is the median over the repeats; every command is a process of its own. --write puts the table into RESULTS.md.
"""
import argparse
import datetime
import itertools
import os
import platform
import pty
import re
import select
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)
import large_adapter  # noqa: E402
from large_registry import RUNS, SEED, LargeRegistry  # noqa: E402

HEADING = "## A registry of 10,000 adapters"
PROMPT = b"lora> "


def options():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lora", default=os.path.join(ROOT, ".build/release/lora"))
    parser.add_argument("--work", default=os.path.join(cache, "lora-keeper/registry-bench"))
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--adapters", type=int, default=10_000)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


class Bench:
    def __init__(self, lora, repeats):
        self.lora, self.repeats = os.path.realpath(lora), repeats

    def median(self, measure):
        measure()
        return statistics.median(measure() for _ in range(self.repeats))

    def command(self, *words, environment=None, statuses=(0,)):
        """Milliseconds from start to end of a command whose output goes nowhere."""
        def once():
            start = time.perf_counter()
            done = subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            took = (time.perf_counter() - start) * 1e3
            assert done.returncode in statuses, "%s: %s" % (" ".join(words), done.stderr.decode())
            return took
        return self.median(once)

    def ours(self, registry, *words, statuses=(0,)):
        return self.command(self.lora, *words, environment=registry.environment, statuses=statuses)

    def typed(self, program, prompt, registry=None, keys=None, answer=None):
        """Milliseconds in a terminal: to the first prompt, or from the keys to the answer."""
        def once():
            with Terminal(program, registry.environment if registry else None) as terminal:
                first = terminal.wait(prompt)
                return first if keys is None else terminal.type(keys, answer)
        return self.median(once)


class Terminal:
    def __init__(self, words, environment):
        self.words = words
        self.environment = dict(environment or os.environ, TERM="xterm")

    def __enter__(self):
        self.start = time.perf_counter()
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execve(self.words[0], self.words, self.environment)
        return self

    def wait(self, text, start=None):
        seen = b""
        while text not in seen:
            ready, _, _ = select.select([self.terminal], [], [], 30)
            assert ready, "no %r in %r" % (text, seen)
            seen += os.read(self.terminal, 65536)
        return (time.perf_counter() - (start or self.start)) * 1e3

    def type(self, keys, answer):
        start = time.perf_counter()
        os.write(self.terminal, keys)
        return self.wait(answer, start)

    def __exit__(self, *_):
        os.write(self.terminal, b"\x15\x04")
        try:
            while os.read(self.terminal, 65536):
                pass
        except OSError:
            pass
        os.waitpid(self.process, 0)
        os.close(self.terminal)


def registry(lora, work, adapters, *warming):
    """A registry of so many adapters, in which `lora` has been run by these words until it finds all in order."""
    large = LargeRegistry(lora, os.path.join(work, "of-%d" % adapters), adapters)
    if not os.path.exists(large.database + ".made"):
        print("making a registry of %d adapters in %s" % (adapters, large.folder), flush=True)
        shutil.rmtree(large.folder, ignore_errors=True)
        large.make()
        open(large.database + ".made", "w").close()
    # what an opening finds in order is known to be only once it is some seconds old
    for _ in range(3):
        subprocess.run([lora, *warming], env=large.environment, stdout=subprocess.DEVNULL)
        time.sleep(2.5)
    return large


def rows(bench, large, thousand):
    git = ["git", "--git-dir", large.git_folder]
    sqlite = ["sqlite3", large.database]
    last_runs = "SELECT adapter, max(id), state FROM runs GROUP BY adapter"
    refused = "SELECT adapter, id, started_at FROM runs WHERE state = 'finished' AND version = 2"
    yield ("`lora --version`", 40, bench.command(bench.lora, "--version"), "git --version", bench.command("git", "--version"))
    yield ("the first `lora> `", 100, bench.typed([bench.lora], PROMPT, large), "the first `sqlite> `",
           bench.typed([shutil.which("sqlite3"), large.database], b"sqlite> "))
    yield ("`list`", 100, bench.ours(large, "list"), "git for-each-ref refs/tags", bench.command(*git, "for-each-ref", "refs/tags"))
    yield ("`list --owner team-07`", 100, bench.ours(large, "list", "--owner", "team-07"), "sqlite3: the last run of each",
           bench.command(*sqlite, last_runs))
    yield ("`list --task greeting --sort last-run`", 100, bench.ours(large, "list", "--task", "greeting", "--sort", "last-run"),
           "sqlite3: runs by state and version", bench.command(*sqlite, refused))
    yield ("`retrain-check` of 1,000, nothing due", 300, bench.ours(thousand, "retrain-check", "--now", thousand_later(thousand)),
           "sha256sum of their data", bench.command("sh", "-c", "find %s -name '*.jsonl' | xargs sha256sum"
                                                    % os.path.join(thousand.registry, "data-of")))
    yield ("Tab after `history gree`, 10,000 names", 50,
           bench.typed([bench.lora], PROMPT, large, b"history gree\t", SEED.encode()[4:]),
           "sqlite3: names that begin so",
           bench.command(*sqlite, "SELECT DISTINCT adapter FROM versions WHERE adapter GLOB 'gree*'"))
    yield ("`doctor`", 2_000, bench.ours(large, "doctor", statuses=(0, 13)), "git fsck --connectivity-only",
           bench.command(*git, "fsck", "--connectivity-only"))


def registering(bench, work):
    """Adopting adapters of 150 MB, each of other numbers, beside a copy and a digest of the same file."""
    folder = os.path.join(work, "adopting")
    shutil.rmtree(folder, ignore_errors=True)
    environment = large_adapter.make_registry(bench.lora, folder)
    ours, theirs = [], []
    for number in range(5):
        adapter = os.path.join(folder, "trained-%d" % number)
        size = large_adapter.make_adapter(adapter)
        os.sync()
        file = os.path.join(adapter, "adapter_model.safetensors")
        start = time.perf_counter()
        subprocess.run("cp %s copy && sha256sum copy" % file, shell=True, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        theirs.append((time.perf_counter() - start) * 1e3)
        os.sync()
        start = time.perf_counter()
        subprocess.run([bench.lora, "adopt", adapter, "--adapter", "wide"], env=environment, check=True, stdout=subprocess.DEVNULL)
        ours.append((time.perf_counter() - start) * 1e3)
        shutil.rmtree(adapter)
    shutil.rmtree(folder)
    beside = statistics.median(theirs)
    return ("`adopt` of %.0f MB" % (size / 1e6), round(2 * beside), statistics.median(ours), "cp, then sha256sum", beside)


def thousand_later(registry):
    """A week after the versions were made, when nothing is due."""
    made = subprocess.run(["git", "--git-dir", registry.git_folder, "log", "-1", "--format=%ct", "adapters/" + SEED],
                          check=True, stdout=subprocess.PIPE).stdout
    day = datetime.datetime.fromtimestamp(int(made), datetime.timezone.utc) + datetime.timedelta(days=7)
    return day.strftime("%Y-%m-%dT%H:%M:%SZ")


def table(found):
    lines = ["| what | ms | bar | beside it | ms | ratio |", "|---|---|---|---|---|---|"]
    for what, bar, ours, beside, other in found:
        verdict = "≤ %d" % bar if ours <= bar else "**over %d**" % bar
        lines.append("| %s | %.1f | %s | %s | %.1f | %.2f |" % (what, ours, verdict, beside, other, ours / other))
    return "\n".join(lines)


def main():
    chosen = options()
    bench = Bench(chosen.lora, chosen.repeats)
    large = registry(bench.lora, chosen.work, chosen.adapters, "list")
    thousand = registry(bench.lora, chosen.work, 1_000, "retrain-check")
    found = []
    for row in itertools.chain(rows(bench, large, thousand), (registering(bench, chosen.work) for _ in range(1))):
        found.append(row)
        print("%-45s %8.1f ms (bar %d)   %s %.1f ms" % (row[0], row[2], row[1], row[3], row[4]), flush=True)
    text = "%s\n\n%s\n\n%s\n" % (HEADING, preface(chosen), table(found))
    if chosen.write:
        write(text)
    return 0 if all(row[2] <= row[1] for row in found) else 1


def preface(chosen):
    return ("`make bench-registry` on %s, %s processors, %s: %s adapters with %s versions, and as many runs.\nMedians of %d, each a "
            "process of its own, with its files in memory; `adopt` of 5." % (
                platform.machine(), os.cpu_count(), datetime.date.today().isoformat(), format(chosen.adapters, ","),
                format(RUNS * chosen.adapters, ","), chosen.repeats))


def write(text):
    path = os.path.join(HERE, "RESULTS.md")
    with open(path) as file:
        results = file.read()
    found = re.search(re.escape(HEADING) + r".*?^\|.*?\n(?!\|)", results + "\n", flags=re.S | re.M)
    # what is said beneath the table stays
    results = results.replace(found.group().rstrip("\n"), text.rstrip("\n")) if found else results.rstrip() + "\n\n" + text
    with open(path, "w") as file:
        file.write(results)


if __name__ == "__main__":
    sys.exit(main())
