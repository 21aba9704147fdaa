"""A verb that was tried on a failing machine, held against what its undisturbed run does and leaves."""

import errno
import os
import re

from failing_registry import Broken, Registry

RAW_WORDS = re.compile(
    r"SQLite error|Fatal error|fatalError|NSError|CocoaError|NSPOSIX|disk I/O error|database or disk is full|UserInfo|Stack dump|"
    r"Optional\(|unable to open database", re.I)


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

    def look_after_kill(self, registry, outcome, number):
        if outcome.status not in (-9, 0):
            raise Broken(f"ends with {outcome.status}: {outcome.err[-400:]}")
        registry.require_sound(self.verb.part)
        state = registry.state(self.verb.part)
        self.require_expected(state, "a kill")
        acknowledged = self.verb.acknowledged
        if acknowledged and acknowledged in outcome.out or not acknowledged and outcome.out:
            if self.published(state) != self.published(self.after):
                raise Broken("what was acknowledged is lost")
        self.look_again(registry, state, number)
        return "killed" if outcome.status == -9 else "not reached"

    def look_after_failure(self, registry, outcome, code, is_past=False, number=0):
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
        self.look_again(registry, state, number)
        is_done = self.published(state) != self.published(self.before)
        is_one_step = self.verb.whole and not self.verb.prepare or self.verb.name in ("adopt", "release", "train")
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
        if self.verb.name == "merge":
            return {key: value for key, value in state.items() if key == "merged"}
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

    def look_again(self, registry, state, number):
        """The same verb on a healthy machine leads to the end, older versions are what they were, and nothing is left lying about."""
        verb = self.verb
        # the model that gave way goes after the new one stands, and what a kill left of it with the next merge
        if verb.name == "backup" and registry.litter():
            # a workshop that is less than a minute old may be of somebody who has not locked it yet
            for workshop in registry.folder.glob(".draft-backup-*"):
                os.utime(workshop, (0, 0))
            (registry.folder / "backup.tar").unlink(missing_ok=True)
            state = registry.state(verb.part)
        if self.published(state) != self.published(self.after) or verb.name == "merge" and registry.litter():
            registry.must(*verb.words, within=verb.within)
            again = self.published(registry.state(verb.part))
            if again != self.published(self.after):
                raise Broken(f"done again, it leads elsewhere: {difference(again, self.published(self.after))}")
        if verb.part == "registry":
            probe(registry, verb)
            version = self.old_versions(registry)[number % 3]
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
