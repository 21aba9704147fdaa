#!/usr/bin/env python3
"""Lets the machine fail under every call by which a verb changes the disk, and looks at what is left.

Each verb is first watched: how many calls it makes that change something below the registry's folder (Scripts/failing_machine.c counts
them). Then, from a fresh copy each time, one of the calls is the last thing that the process does (killed before it, after it, or
halfway through a write), or fails as on a full disk, over a quota, beyond a file-size limit, on a disk that has become read-only, or
on a broken one. After a kill the registry must open, be whole, and have the change once or not at all; after a failure the exit status
must be 1, the words must say what failed, where and what next, all must be as before, and the same verb must succeed on a healthy disk.

Usage: Scripts/failing_machine.py --lora .build/release/lora [--short] [--only VERB,…] [--jobs N] [--seed N]
"""

import argparse
import errno
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from failing_registry import FOREIGN, Broken, Registry, prepare

ROOT = Path(__file__).resolve().parent.parent
KILLS = ("before", "after", "torn")
# what a full disk, a quota, a limit, a read-only disk and a broken one answer, and which effects of a call meet it
CREATES, GROWS, REMOVES, RENAMES, SYNCS, MARKS, WRITES = 1, 2, 4, 8, 16, 32, 64
FAILURES = {
    "full": ("on", errno.ENOSPC, CREATES | GROWS),
    "quota": ("on", errno.EDQUOT, CREATES | GROWS),
    "limit": ("on", errno.EFBIG, GROWS | WRITES),
    "read-only": ("on", errno.EROFS, CREATES | GROWS | REMOVES | RENAMES | MARKS | WRITES),
    "broken": ("once", errno.EIO, CREATES | GROWS | REMOVES | RENAMES | SYNCS | MARKS | WRITES),
    "full once": ("once", errno.ENOSPC, CREATES | GROWS),
}
RAW_WORDS = re.compile(
    r"SQLite error|Fatal error|fatalError|NSError|CocoaError|NSPOSIX|disk I/O error|database or disk is full|UserInfo|Stack dump|"
    r"Optional\(|unable to open database", re.I)


class Verb:
    """What is done, and how exactly its outcome is known beforehand.

    whole: a change that is there or not, so that a registry is as before or as after; others may get there in steps (a transfer), or be
    finished by the next opening in words of their own (a version that was published but not listed).
    """

    def __init__(self, name, *words, whole=True, exhaustive=False, part="registry", prepare=None, acknowledged=None):
        self.name, self.words, self.whole, self.exhaustive, self.part = name, words, whole, exhaustive, part
        self.prepare, self.acknowledged = prepare, acknowledged
        self.within = Path(part).parent


def lose_index(registry, _):
    (registry.folder / "registry/.state/lora.sqlite").unlink()


def stop_at(pattern, *words):
    """Kills a verb after its last call that fits, for what goes on from there."""

    def prepare(registry, machine):
        calls = machine.watch(registry, words, ".", undo=True)
        number = max(call.number for call in calls if re.search(pattern, call.line))
        machine.run(registry, words, ".", kind="after", at=number)

    return prepare


VERBS = [
    Verb("promote", "promote", "greeter@v1", "--reason", "better", exhaustive=True),
    Verb("adopt", "adopt", FOREIGN, "--adapter", "greeter", whole=False, exhaustive=True, acknowledged="tagged greeter/v8"),
    Verb("release", "train", "greeter", whole=False, exhaustive=True, acknowledged="greeter@v8 released",
         prepare=stop_at(r"rename .*/candidate$", "train", "greeter")),
    Verb("train", "train", "greeter", whole=False, acknowledged="greeter@v8 released"),
    Verb("rollback", "rollback", "greeter", "--reason", "worse"),
    Verb("alias set", "alias", "set", "greeter@staging", "v3", "--reason", "try it"),
    Verb("archive", "archive", "greeter", "--reason", "rest"),
    Verb("rename", "rename", "greeter", "welcomer", "--reason", "better name"),
    Verb("prune", "prune", "greeter", "--unpushed", "--execute", "--reason", "disk is short", whole=False),
    Verb("rebuild", "registry", "rebuild"),
    Verb("rebuild of a lost index", "registry", "rebuild", prepare=lose_index),
    Verb("push", "push", "remote.git", whole=False),
    Verb("pull", "pull", "../full.git", whole=False, part="other/registry"),
    Verb("verify", "verify"),
    Verb("opening after a killed promotion", "list",
         prepare=stop_at(r"rename .*/refs/heads/journal/greeter$", "promote", "greeter@v1", "--reason", "better")),
    Verb("opening after a killed adoption", "list",
         prepare=stop_at(r"rename .*/refs/heads/adapters/greeter$", "adopt", FOREIGN, "--adapter", "greeter")),
]

# what a minute has time for
SHORT = ["promote", "adopt", "rename", "prune", "rebuild", "opening after a killed adoption"]


class Call:
    def __init__(self, line):
        number, self.name, effect, self.path = line.split(" ", 3)
        self.number, self.effect, self.line = int(number), int(effect), line


class Machine:
    """Runs verbs under the library that lets calls fail."""

    def __init__(self, folder):
        self.library, self.log = folder / "failing_machine.so", folder / "calls"
        subprocess.run(
            [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", self.library, ROOT / "Scripts/failing_machine.c", "-ldl"],
            check=True)

    def run(self, registry, words, within, kind="", at=0, code=0, log=None):
        plan = {"FAULT_FOLDER": registry.folder, "FAULT_KIND": kind, "FAULT_AT": at, "FAULT_ERRNO": code}
        if log:
            plan["FAULT_LOG"] = log
        environment = {"LD_PRELOAD": self.library, **plan}
        return registry.run(*words, within=within, environment={name: str(value) for name, value in environment.items()})

    def watch(self, registry, words, within, undo=False):
        """The calls of an undisturbed run; with `undo` the registry is then as it was."""
        self.log.unlink(missing_ok=True)
        kept = registry.folder.with_name(registry.folder.name + ".kept")
        if undo:
            Registry(kept, registry.lora).copy_from(registry.folder)
        outcome = self.run(registry, words, within, log=self.log)
        if outcome.status != 0:
            raise Broken(f"{' '.join(words)} ends with {outcome.status} undisturbed: {outcome.err}")
        if undo:
            registry.copy_from(kept)
            shutil.rmtree(kept)
        return [Call(line) for line in self.log.read_text(errors="replace").splitlines()]


class Trial:
    """A verb with what its undisturbed run does and leaves."""

    def __init__(self, verb, machine, template, folder, lora):
        self.verb, self.machine, self.lora = verb, machine, lora
        self.template = folder / f"template {verb.name}"
        registry = Registry(folder / "watched", lora)
        registry.copy_from(template)
        if verb.prepare:
            verb.prepare(registry, machine)
        Registry(self.template, lora).copy_from(registry.folder)
        names = registry.names()
        # what is there before counts as whoever opens it next finds it, unless that is what is tried
        before = Registry(folder / "watched before", lora)
        before.copy_from(self.template)
        if "opening" not in verb.name and not verb.prepare:
            before.require_sound(verb.part)
        self.before = before.state(verb.part)
        self.calls = machine.watch(registry, verb.words, verb.within)
        registry.require_sound(verb.part)
        self.after = registry.state(verb.part)
        if verb.part == "registry":
            self.oldest = {version: registry.exported(version) for version in self.old_versions(registry)}
            probe(registry, verb)
        self.names = names | registry.names()
        if litter := registry.litter():
            raise Broken(f"{verb.name} leaves {litter} undisturbed")

    @staticmethod
    def old_versions(registry):
        name = sorted((registry.folder / "registry/adapters").glob("*.yaml"))[0].stem
        return [f"{name}@v{number}" for number in (1, 2, 7)]

    def cases(self, generator, limit):
        """Kills at every call, and each failure at the calls that it can meet; all of them, or a sample."""
        cases = [(kind, call) for call in self.calls for kind in KILLS if kind != "torn" or call.effect & (GROWS | WRITES)]
        for call in self.calls:
            met = [name for name, (_, _, effect) in FAILURES.items() if call.effect & effect]
            # a full disk and a broken one at each; the others in turn
            sampled = [name for name in met if name in ("full", "broken")]
            others = [name for name in met if name not in sampled]
            if others:
                sampled.append(others[call.number % len(others)])
            cases += [(name, call) for name in sampled]
        return cases if limit is None or len(cases) <= limit else sorted(
            generator.sample(cases, limit), key=lambda case: case[1].number)

    def try_case(self, kind, call, registry):
        registry.copy_from(self.template)
        verb, (mode, code, _) = self.verb, FAILURES.get(kind, (kind, 0, 0))
        outcome = self.machine.run(registry, verb.words, verb.within, mode, call.number, code)
        if kind in KILLS:
            return self.look_after_kill(registry, outcome, call)
        return self.look_after_failure(registry, outcome, code, mode == "once", call)

    def look_after_kill(self, registry, outcome, call):
        if outcome.status not in (-9, 0):
            raise Broken(f"ends with {outcome.status}: {outcome.err[-400:]}")
        registry.require_sound(self.verb.part)
        state = registry.state(self.verb.part)
        self.require_expected(state, "a kill")
        acknowledged = self.verb.acknowledged
        if acknowledged and acknowledged in outcome.out or not acknowledged and outcome.out:
            if self.published(state) != self.published(self.after):
                raise Broken("what was acknowledged is lost")
        self.look_again(registry, state, call)
        return "killed" if outcome.status == -9 else "not reached"

    def look_after_failure(self, registry, outcome, code, is_past, call):
        if outcome.status == 0:
            registry.require_sound(self.verb.part)
            if self.published(registry.state(self.verb.part)) != self.published(self.after):
                raise Broken("ends with 0, but what was asked for is not there")
            return "needless"
        if outcome.status != 1:
            raise Broken(f"ends with {outcome.status} instead of 1: {outcome.err[-700:]}")
        self.require_words(outcome.err, code, is_past)
        registry.require_sound(self.verb.part)
        state = registry.state(self.verb.part)
        self.require_expected(state, "a failure")
        self.look_again(registry, state, call)
        is_done = self.published(state) != self.published(self.before)
        is_one_step = self.verb.whole and "opening" not in self.verb.name or self.verb.name in ("adopt", "release", "train")
        if is_one_step and is_done and not re.search("recorded in git|is renamed|is in git", outcome.err):
            raise Broken(f"the change is there, but the words do not say so: {outcome.err[-700:]}")
        return "done all the same" if is_done else "refused"

    def require_words(self, text, code, is_past):
        lines = [line for line in re.split(r"[\r\n]", text) if line.startswith(("error: ", "   at: ", " next: "))]
        wanted = os.strerror(code)
        if [line[:6] for line in lines] != ["error:", "   at:", " next:"]:
            raise Broken(f"words are missing: {text[-700:]}")
        told = lines[0].lower()
        # SQLite forgets why it could not make its journal, and a reason that is past cannot be asked for again
        is_told = wanted.lower() in told or "can only be read" in told or is_past and "journal could not be opened" in told
        if not is_told or RAW_WORDS.search(text):
            raise Broken(f"the words do not say '{wanted}': {text[-700:]}")
        if code in (errno.ENOSPC, errno.EDQUOT) and "space" not in lines[2]:
            raise Broken(f"the next step does not fit: {text[-700:]}")

    def published(self, state):
        """What the verb was asked for."""
        if self.verb.whole:
            return {key: value for key, value in state.items() if not key.startswith("table grdb")}
        if self.verb.name == "prune":
            return {key: value for key, value in state.items() if key.startswith("object ")}
        if self.verb.name == "push":
            return {key: value for key, value in state.items() if key.startswith("remote ")}
        if self.verb.name == "pull":
            return {key: value for key, value in state.items() if key.startswith(("refs/heads/", "refs/tags/", "object ", "table v"))}
        return {key: value for key, value in state.items()
                if key.startswith(("refs/heads/adapters/", "refs/tags/", "table versions"))}

    def require_expected(self, state, what):
        state, before, after = map(self.published, (state, self.before, self.after))
        if self.verb.whole or self.verb.name in ("adopt", "release", "train"):
            # data sets are stored before the version
            def core(part):
                return {key: value for key, value in part.items() if "datasets/" not in key and not key.startswith("object ")}

            if core(state) not in (core(before), core(after)):
                raise Broken(f"{what} leaves neither the old state nor the new one: {difference(core(state), core(before))}")
        for key, value in state.items():
            if key.startswith(("table ", "file ")):
                continue
            if value not in (before.get(key), after.get(key)):
                raise Broken(f"{what} leaves {key} at {value}")
        for key in before.keys() & after.keys() - state.keys():
            raise Broken(f"{what} has taken {key} away")

    def look_again(self, registry, state, call):
        """The same verb on a healthy machine leads to the end, older versions are what they were, and nothing is left lying about."""
        verb = self.verb
        if self.published(state) != self.published(self.after):
            registry.must(*verb.words, within=verb.within)
            again = self.published(registry.state(verb.part))
            if again != self.published(self.after):
                raise Broken(f"done again, it leads elsewhere: {difference(again, self.published(self.after))}")
        if verb.part == "registry":
            probe(registry, verb)
            version = self.old_versions(registry)[call.number % 3]
            if registry.exported(version) != self.oldest[version]:
                raise Broken(f"{version} is not what it was")
        if strange := sorted(registry.names() - self.names):
            raise Broken(f"left lying about: {strange}")
        if litter := registry.litter():
            raise Broken(f"left lying about: {litter}")


def probe(registry, verb):
    """The next verb that writes, whoever calls it."""
    name = sorted((registry.folder / "registry/adapters").glob("*.yaml"))[0].stem
    if verb.name == "archive":
        registry.run("unarchive", name, "--reason", "probe")
    registry.must("alias", "set", f"{name}@probe", "v2", "--reason", "probe")


def difference(first, second):
    keys = sorted(key for key in first.keys() | second.keys() if first.get(key) != second.get(key))
    parts = []
    for key in keys[:4]:
        one, other = first.get(key), second.get(key)
        if isinstance(one, list) and isinstance(other, list):
            one, other = [row[:160] for row in one if row not in other], [row[:160] for row in other if row not in one]
        parts.append(f"{key}: {str(one)[:300]} against {str(other)[:300]}")
    return "; ".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lora", required=True)
    parser.add_argument("--short", action="store_true", help="a sample that takes a minute")
    parser.add_argument("--only", help="these verbs alone, by name, with commas between")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=20260501)
    parser.add_argument("--sample", type=int, default=120, help="cases of each verb that is not tried at every call")
    parser.add_argument("--at-most", type=int, help="cases of any verb")
    arguments = parser.parse_args()
    # faults are made, not met: a disk in memory shows the same in a tenth of the time
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="failing-machine-", dir=place))
    try:
        sys.exit(campaign(arguments, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def campaign(arguments, folder):
    lora = str(Path(arguments.lora).resolve())
    generator = random.Random(arguments.seed)
    machine = Machine(folder)
    template = prepare(folder / "template", lora, ROOT / "Tests/Fixtures").folder
    # where an adapter lies is recorded of the version that it becomes
    kinds, points, faults = Counter(), 0, []
    names = arguments.only.split(",") if arguments.only else SHORT if arguments.short else [verb.name for verb in VERBS]
    chosen = [verb for verb in VERBS if verb.name in names]
    for verb in chosen:
        trial = Trial(verb, machine, template, folder, lora)
        limit = 6 if arguments.short else arguments.at_most if verb.exhaustive else arguments.at_most or arguments.sample
        cases = trial.cases(generator, limit)
        points += len({call.number for kind, call in cases if kind in KILLS})
        counted = Counter()
        with ThreadPoolExecutor(arguments.jobs) as pool:
            lanes = [[case for number, case in enumerate(cases) if number % arguments.jobs == lane] for lane in range(arguments.jobs)]
            for outcomes in pool.map(lambda lane: walk(trial, lanes[lane], folder / f"lane {lane}", lora), range(arguments.jobs)):
                for kind, result, fault in outcomes:
                    counted["kills" if kind in KILLS else "failures"] += 1
                    counted[result] += 1
                    if fault:
                        faults.append(fault)
                        print(fault, flush=True)
        kinds += counted
        print(f"{verb.name}: {len(trial.calls)} calls; " + ", ".join(f"{count} {what}" for what, count in sorted(counted.items())), flush=True)
    print(f"{kinds['kills']} kills at {points} crash points and {kinds['failures']} failing calls of {len(chosen)} verbs "
          f"(seed {arguments.seed}): {len(faults)} faults")
    return 1 if faults else 0


def walk(trial, cases, folder, lora):
    registry = Registry(folder, lora)
    outcomes = []
    for kind, call in cases:
        try:
            outcomes.append((kind, trial.try_case(kind, call, registry), None))
        except (Broken, subprocess.TimeoutExpired) as fault:
            outcomes.append((kind, "broken", f"FAULT {trial.verb.name}, {kind} at {call.line}: {fault}"))
    return outcomes


if __name__ == "__main__":
    main()
