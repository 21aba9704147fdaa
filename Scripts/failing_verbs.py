"""The verbs that are tried on a machine that fails."""

import re
from pathlib import Path

from failing_registry import FOREIGN


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


def merge_before(registry, _):
    registry.must("merge", "greeter@v1", "--out", "merged", "--dtype", "bf16", "--candidate", "original")


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
    Verb("create", "create", "sorter", "--task", "Sort", "--owner", "ada", "--base", "tiny", "--train", "registry/data/train.jsonl",
         "--held-out", "registry/data/held_out.jsonl", "--labels", "one,two", "--horizon", "12mo"),
    Verb("backup", "backup", "backup.tar"),
    Verb("merge", "merge", "greeter@v1", "--out", "merged", "--force", whole=False, prepare=merge_before, acknowledged="The model is in"),
    Verb("verify", "verify"),
    Verb("opening after a killed promotion", "list",
         prepare=stop_at(r"rename .*/refs/heads/journal/greeter$", "promote", "greeter@v1", "--reason", "better")),
    Verb("opening after a killed adoption", "list",
         prepare=stop_at(r"rename .*/refs/heads/adapters/greeter$", "adopt", FOREIGN, "--adapter", "greeter")),
]

# what a minute has time for
SHORT = ["promote", "adopt", "rename", "prune", "rebuild", "pull", "opening after a killed adoption"]
