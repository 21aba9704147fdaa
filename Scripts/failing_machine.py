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
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from failing_registry import Broken, Registry, prepare
from failing_trial import Trial
from failing_verbs import SHORT, VERBS

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


class EveryCall(Trial):
    """A verb whose calls fail one after the other."""

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
            return self.look_after_kill(registry, outcome, call.number)
        return self.look_after_failure(registry, outcome, code, mode == "once", call.number)

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
        trial = EveryCall(verb, machine, template, folder, lora)
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
