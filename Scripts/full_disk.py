#!/usr/bin/env python3
"""Runs verbs on a disk that is really full: a small one in memory, with a registry on it.

Before each verb the disk is given so little room, or so few files, or becomes read-only, or files may only be so large; there is more
each time until the verb succeeds. Until then it must end with 1, say what failed, where and what next, and leave all as it was; with room
again the registry must be whole, older versions the same to the byte, and the same verb must succeed.

Usage: Scripts/full_disk.py --lora .build/release/lora [--only VERB,…]
"""

import argparse
import errno
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from failing_machine import Machine
from failing_registry import Broken, Registry, prepare
from failing_trial import Trial
from failing_verbs import VERBS

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["adopt", "promote", "alias set", "rollback", "archive", "rename", "release", "train", "prune", "rebuild", "rebuild of a lost index",
         "push", "pull", "create", "backup", "merge"]
KIB = 1 << 10
ROOM = [0, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, 1 << 20, 2 << 20, 4 << 20, 8 << 20, 16 << 20]
FILES = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256]
LARGEST = [0, 4 * KIB, 64 * KIB, 256 * KIB, 1 << 20, 16 << 20]


class Disk:
    def __init__(self, folder):
        self.folder, self.filler = folder, folder / "filler"

    def __enter__(self):
        self.folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512m,nr_inodes=100000", "tmpfs", self.folder], check=True, capture_output=True)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=True)

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", self.folder], check=True)

    def leave_room(self, size):
        self.filler.touch()
        status = os.statvfs(self.folder)
        with open(self.filler, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, status.f_bavail * status.f_frsize - size or 1)

    def leave_files(self, number):
        status = os.statvfs(self.folder)
        self.remount(f"nr_inodes={status.f_files - status.f_ffree + number}")

    def relieve(self):
        self.remount("rw,nr_inodes=100000")
        self.filler.unlink(missing_ok=True)


def limits_files(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class Straitened(Trial):
    """A verb on a disk that lacks something."""

    def cases(self, disk):
        """What is lacking, what makes it so, what to start the process with, and the reason that the system gives; each series ends with
        the first success."""
        yield [(f"{size >> 10} KiB left", lambda size=size: disk.leave_room(size), None, errno.ENOSPC) for size in ROOM]
        yield [(f"{number} files left", lambda number=number: disk.leave_files(number), None, errno.ENOSPC) for number in FILES]
        yield [(f"files of {size >> 10} KiB at most", None, limits_files(size), errno.EFBIG) for size in LARGEST]
        yield [("read-only", lambda: disk.remount("ro"), None, errno.EROFS)]

    def try_case(self, registry, disk, straiten, limit, code, number):
        registry.copy_from(self.template)
        if straiten:
            straiten()
        try:
            outcome = registry.run(*self.verb.words, within=self.verb.within, start=limit)
        finally:
            disk.relieve()
        return self.look_after_failure(registry, outcome, code, number=number)


def campaign(lora, names, folder):
    faults, counted = [], Counter()
    with Disk(folder / "disk") as disk:
        machine = Machine(folder)
        template = prepare(disk.folder / "template", lora, ROOT / "Tests/Fixtures").folder
        registry = Registry(disk.folder / "tried", lora)
        chosen = [verb for verb in VERBS if verb.name in names]
        for verb in chosen:
            trial, of_verb = Straitened(verb, machine, template, disk.folder, lora), Counter()
            for series in trial.cases(disk):
                for number, (what, straiten, limit, code) in enumerate(series):
                    try:
                        result = trial.try_case(registry, disk, straiten, limit, code, number)
                    except (Broken, subprocess.TimeoutExpired) as fault:
                        result = "broken"
                        faults.append(fault)
                        print(f"FAULT {verb.name}, {what}: {fault}", flush=True)
                    of_verb[result] += 1
                    if result == "needless":
                        break
            counted += of_verb
            print(f"{verb.name}: " + ", ".join(f"{count} {what}" for what, count in sorted(of_verb.items())), flush=True)
            for place in [trial.template, disk.folder / "watched", disk.folder / "watched before"]:
                shutil.rmtree(place)
    print(f"{counted.total()} cases of a disk that lacks room, files or leave, {counted['needless']} of them enough, with {len(chosen)} verbs: "
          f"{len(faults)} faults")
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lora", required=True)
    parser.add_argument("--only", help="these verbs alone, by name, with commas between")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="full-disk-"))
    try:
        try:
            with Disk(folder / "disk"):
                pass
            (folder / "disk").rmdir()
        except (OSError, subprocess.CalledProcessError) as refusal:
            print(f"left out: a disk cannot be mounted here ({getattr(refusal, 'stderr', None) or refusal})")
            return 0
        return campaign(str(Path(arguments.lora).resolve()), (arguments.only or ",".join(NAMES)).split(","), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
