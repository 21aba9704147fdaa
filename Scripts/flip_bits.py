#!/usr/bin/env python3
"""Flips one bit at a time in what a registry keeps, asks `lora` for it, and flips it back.

Every flip must be told: by `verify` (exit 14 or 13) for what lies in the registry, on load for what a command is handed or keeps cached.
One that is not told counts as harmless only with the proof that whatever is read from the file is the same to the byte.
"""

import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "Tests/Fixtures"
TOLD = (13, 14)
# notes and locks: what they hold is a sum of their own, or nothing
PASSING = ("caches/agreement", "caches/declarations", "caches/files", "caches/summaries", "caches/weights/digests/", "locks/")


class Registry:
    """A registry in a folder of its own, and the bytes of all of it as they should be."""

    def __init__(self, lora, folder):
        self.lora, self.folder = lora, folder
        self.git_folder = folder / "registry/.state/versions.git"
        self.environment = dict(
            os.environ, HOME=str(folder), LORA_CACHE=str(folder / "cache"), LORA_NOW="2026-05-01T10:00:00Z", USER="ada")

    def run(self, *words, check=True):
        done = subprocess.run(
            [self.lora, *words], cwd=self.folder, env=self.environment, capture_output=True, text=True, errors="replace", timeout=60)
        if check and done.returncode != 0:
            sys.exit(f"lora {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def git(self, *words):
        done = subprocess.run(["git", "--git-dir", self.git_folder, *words], capture_output=True)
        return done.stdout if done.returncode == 0 else done.stdout + b"failed: " + done.stderr

    def interrupt(self, checkpoints, *words):
        """Starts a training that would take long, and stops it once it has saved something."""
        training = subprocess.Popen(
            [self.lora, *words, "--max-steps", "90000", "--save-steps", "1"], cwd=self.folder, env=self.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while not list((self.folder / checkpoints).glob("checkpoint-*")) and time.monotonic() < until:
            time.sleep(0.02)
        training.send_signal(signal.SIGINT)
        training.wait(60)

    def make(self):
        """Packed objects and loose ones, packed references and others, small versions and one beyond a MiB, and what is made of them."""
        self.folder.mkdir()
        shutil.copytree(FIXTURES / "shell/registry", self.folder / "registry")
        shutil.copytree(FIXTURES.parent.parent / "policies", self.folder / "policies")
        shutil.copytree(FIXTURES / "golden/tiny-llama", self.folder / "model")
        self.run("base", "add", "tiny", "model")
        self.run("train", "greeter")
        self.run("promote", "greeter@v1", "--reason", "the first")
        self.git("repack", "-d", "-q")
        self.git("pack-refs", "--all")
        self.run("train", "greeter")
        self.run("promote", "greeter@v2", "--reason", "the second")
        self.run("train", "--base", "model", "--data", "registry/data/train.jsonl", "--out", "big", "--rank", "128", "--max-steps", "1")
        self.run("adopt", "big", "--adapter", "greeter")
        self.run("alias", "set", "greeter@staging", "v3", "--reason", "to be looked at")
        self.run("export", "greeter@v3", "exported")
        self.generate("greeter@v3", "nf4")
        self.generate("greeter@v1", "nf4")
        self.interrupt("registry/.state/staging/greeter/run-3/checkpoints", "train", "greeter")
        self.interrupt(
            "folder.checkpoints", "train", "--base", "model", "--data", "registry/data/train.jsonl", "--out", "folder")
        self.run("verify")

    def generate(self, adapter, precision, check=True):
        words = ["--base", "tiny", "--adapter", adapter, "--prompt", "ab", "--max-new-tokens", "1", "--precision", precision]
        return self.run("generate", *words, check=check)

    def paths(self):
        for top in ["registry", "model", "exported", "folder.checkpoints", "cache"]:
            for folder, _, names in os.walk(self.folder / top):
                for name in names:
                    yield os.path.relpath(os.path.join(folder, name), self.folder)

    @staticmethod
    def passes(path):
        return path.endswith((".lease", "/lock")) or path.startswith("cache/digests/") or any(
            f"/.state/{part}" in path for part in PASSING)

    def stamp(self, path):
        status = os.stat(self.folder / path)
        return status.st_size, status.st_mtime_ns, status.st_ino

    def learn(self):
        self.bytes = {path: (self.folder / path).read_bytes() for path in self.paths() if not self.passes(path)}
        self.stamps = {path: self.stamp(path) for path in self.bytes}
        self.references = self.read_references()
        self.rows = self.read_rows()

    def restore(self, flipped):
        """Puts back the flipped file and whatever the commands changed because of it."""
        now = {path for path in self.paths() if not self.passes(path)}
        for path in now - self.bytes.keys():
            (self.folder / path).unlink()
        for path, content in self.bytes.items():
            if path == flipped or path not in now or self.stamp(path) != self.stamps[path]:
                place = self.folder / path
                place.parent.mkdir(parents=True, exist_ok=True)
                mode = 0o600
                if place.exists():
                    mode = place.stat().st_mode & 0o777
                    place.unlink()
                place.write_bytes(content)
                place.chmod(mode)
                self.stamps[path] = self.stamp(path)

    def read_references(self):
        return self.git("for-each-ref", "--format=%(refname) %(objectname) %(*objectname)") + self.git("symbolic-ref", "HEAD")

    def read_rows(self):
        with sqlite3.connect(f"file:{self.folder}/registry/.state/lora.sqlite?mode=ro", uri=True) as index:
            return index.execute("PRAGMA integrity_check").fetchall(), list(index.iterdump())


@dataclasses.dataclass
class Kind:
    name: str
    # (path, first byte, the byte behind the last)
    places: list
    tell: object
    prove: object = None


def places(registry, choose):
    return [(path, 0, len(content)) for path, content in registry.bytes.items() if choose(path) and content]


def evidence(registry):
    """Where git keeps the records of each version, loose or in a pack."""
    found = []
    packed = {}
    for index in registry.git_folder.glob("objects/pack/*.idx"):
        pack = str(index.with_suffix(".pack").relative_to(registry.folder))
        for line in registry.git("verify-pack", "-v", str(index)).decode().splitlines():
            words = line.split()
            if len(words) >= 5 and len(words[0]) == 40:
                packed[words[0]] = (pack, int(words[4]), int(words[4]) + int(words[3]))
    for version in ["v1", "v2", "v3"]:
        for line in registry.git("ls-tree", "-r", f"greeter/{version}").decode().splitlines():
            facts, name = line.split("\t")
            if name.endswith(".json") and "token" not in name and "adapter" not in name:
                name = facts.split()[2]
                path = f"registry/.state/versions.git/objects/{name[:2]}/{name[2:]}"
                found.append(packed[name] if name in packed else (path, 0, len(registry.bytes[path])))
    return found


def used_parts(path, content):
    """The parts of an SQLite file that hold something: of each page of a tree its head, its list of cells, and the cells."""
    size = int.from_bytes(content[16:18], "big")
    found = [(path, 0, 24), (path, 28, 92)]
    for start in range(0, len(content), size):
        head = start + (100 if start == 0 else 0)
        length = {2: 12, 5: 12, 10: 8, 13: 8}.get(content[head])
        if length is None:
            continue
        cells = int.from_bytes(content[head + 3:head + 5], "big")
        first = int.from_bytes(content[head + 5:head + 7], "big") or 65536
        found += [(path, head, head + length + 2 * cells)] + [(path, start + first, start + size)] * 4 * (cells > 0)
    return found


def kinds(registry):
    git = "registry/.state/versions.git/"
    caches, database = "registry/.state/caches/", "registry/.state/lora.sqlite"

    def verified(_):
        done = registry.run("verify", check=False)
        # a reference of another name, beside all that were there, is told and is no fault
        done.returncode = 14 if done.returncode == 0 and "noticed: " in done.stdout else done.returncode
        return done

    def loaded_adapter(_):
        return registry.generate("exported", "fp32", check=False)

    def loaded_cache(path):
        """A damaged cache is made again: it was told when its bytes are right afterwards."""
        if path.startswith("registry") and random.random() < 0.5:
            return registry.run("verify", check=False)
        adapter = next((f"greeter@{v}" for v in ["v1", "v3"] if commits[v] in path), "greeter@v1")
        done = registry.generate(adapter, "nf4", check=False)
        isWhole = (registry.folder / path).read_bytes() == registry.bytes[path]
        done.returncode = 14 if done.returncode == 0 and isWhole else done.returncode
        return done

    def resumed(_):
        words = ["train", "--base", "model", "--data", "registry/data/train.jsonl", "--out", "folder", "--max-steps", "90000"]
        return registry.run(*words, "--save-steps", "1", check=False)

    def same_references(_):
        return registry.read_references() == registry.references

    def same_rows(_):
        return registry.read_rows() == registry.rows

    def same_object(path):
        return zlib.decompress((registry.folder / path).read_bytes()) == zlib.decompress(registry.bytes[path])

    commits = {v: registry.git("rev-parse", f"greeter/{v}^{{commit}}").decode().strip() for v in ["v1", "v2", "v3"]}
    # an older one is not read where a newer one stands
    newest = max((path.rsplit("/", 1)[0] for path in registry.bytes if path.startswith("folder.checkpoints/checkpoint-")),
                 key=lambda folder: int(folder.split("checkpoint-")[1].split("/")[0]))
    is_loose = lambda path: path.startswith(git + "objects/") and "/pack/" not in path and "/info/" not in path
    return [
        Kind("adapter", places(registry, lambda path: path.startswith("exported/")), loaded_adapter),
        Kind("large file", places(registry, lambda path: path.startswith(git + "lfs/objects/")), verified),
        Kind("object", places(registry, is_loose), verified, same_object),
        Kind("pack", places(registry, lambda path: path.startswith(git + "objects/pack/")), verified),
        Kind(
            "reference", places(registry, lambda path: path.startswith((git + "refs/", git + "packed-refs", git + "HEAD"))),
            verified, same_references),
        Kind("evidence", evidence(registry), verified, same_object),
        Kind("database", used_parts(database, registry.bytes[database]), verified, same_rows),
        Kind("database with unused parts", places(registry, lambda path: path == database), verified, same_rows),
        Kind("quantized base", places(registry, lambda path: path.startswith(caches + "weights/")), verified),
        Kind("quantized base of no registry", places(registry, lambda path: path.startswith("cache/")), loaded_cache),
        Kind("checked-out version", places(registry, lambda path: path.startswith(caches) and "weights/" not in path), loaded_cache),
        # a model card changes nothing that is computed
        Kind("base", places(registry, lambda path: path.startswith("model/") and not path.endswith(".md")), verified),
        Kind("checkpoint", places(registry, lambda path: "/checkpoints/" in path), verified),
        Kind("checkpoint of a folder", places(registry, lambda path: path.startswith(newest + "/")), resumed),
    ]


@dataclasses.dataclass
class Tally:
    found: int = 0
    harmless: int = 0
    missed: list = dataclasses.field(default_factory=list)
    statuses: dict = dataclasses.field(default_factory=dict)


def flip(lora, source, folder, flips, seed, only, minutes):
    """Flips bits in a copy of a registry."""
    random.seed(seed)
    shutil.copytree(source, folder)
    registry = Registry(lora, folder)
    time.sleep(2.5)
    registry.run("verify")
    registry.learn()
    all = [kind for kind in kinds(registry) if only is None or kind.name in only.split(",")]
    until = time.monotonic() + 60 * minutes
    tallies = {kind.name: Tally() for kind in all}
    for number in range(flips):
        if time.monotonic() > until:
            break
        kind = all[number % len(all)]
        path, start, end = random.choice(kind.places)
        byte, bit = random.randrange(start, end), random.randrange(8)
        content = bytearray(registry.bytes[path])
        content[byte] ^= 1 << bit
        (registry.folder / path).chmod(0o600)
        (registry.folder / path).write_bytes(content)
        tally, where = tallies[kind.name], f"{kind.name}: bit {bit} of byte {byte} of {path}"
        try:
            done = kind.tell(path)
            status, words = done.returncode, done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            status, words = "no end", ""
        tally.statuses[status] = tally.statuses.get(status, 0) + 1
        if status in TOLD:
            tally.found += 1
        else:
            # the program may have mended it meanwhile: the proof is about the flipped file
            (registry.folder / path).write_bytes(content)
            try:
                isProved = status == 0 and kind.prove is not None and kind.prove(path)
            except Exception as error:
                isProved, words = False, f"{words}{error}"
            if isProved:
                tally.harmless += 1
            else:
                tally.missed.append(f"{where}: exit {status}\n{words[-1500:]}")
                print(tally.missed[-1], file=sys.stderr, flush=True)
        registry.restore(path)
    if registry.run("verify", check=False).returncode != 0:
        tallies[all[0].name].missed.append("what was flipped back is not what it was")
    return tallies


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lora", required=True, help="the program")
    parser.add_argument("--flips", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=3407)
    parser.add_argument("--kinds", help="only these kinds of file, separated by commas")
    parser.add_argument("--minutes", type=float, default=1e9, help="ends after that time with what it has")
    parser.add_argument("--jobs", type=int, default=1, help="registries side by side")
    choices = parser.parse_args()
    lora = str(pathlib.Path(choices.lora).resolve())
    with tempfile.TemporaryDirectory() as work:
        source = pathlib.Path(work) / "source"
        Registry(lora, source).make()
        share = -(-choices.flips // choices.jobs)
        with concurrent.futures.ProcessPoolExecutor(choices.jobs) as pool:
            parts = [
                pool.submit(flip, lora, source, pathlib.Path(work) / f"copy-{job}", share, choices.seed + job, choices.kinds, choices.minutes)
                for job in range(choices.jobs)
            ]
            tallies = [part.result() for part in parts]
    found = harmless = missed = 0
    for name in tallies[0]:
        parts = [tally[name] for tally in tallies]
        row = [sum(part.found for part in parts), sum(part.harmless for part in parts), sum(len(part.missed) for part in parts)]
        statuses = {}
        for part in parts:
            for status, count in part.statuses.items():
                statuses[status] = statuses.get(status, 0) + count
        told = ", ".join(f"exit {status}: {count}" for status, count in sorted(statuses.items(), key=str))
        print(f"{name}: {row[0]} found, {row[1]} harmless, {row[2]} missed ({told})")
        found, harmless, missed = found + row[0], harmless + row[1], missed + row[2]
    print(f"{found + harmless + missed} flips of {len(tallies[0])} kinds: {found} found, {harmless} proved harmless, {missed} missed")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
