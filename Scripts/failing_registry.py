"""A small registry that is damaged by a failing machine, and what must hold of it afterwards."""

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

NOW = "2026-05-01T10:00:00Z"
LITTER = re.compile(r"(^|/)(\.draft-|tmp_object_git2_|pack_|tmp_pack_).*|\.lock$|\.sqlite(\.draft)?-journal$|refs/lora/incoming/.")

# stands in the words of a verb for the folder of an adapter that was trained elsewhere
FOREIGN = "FOREIGN"


class Broken(Exception):
    """Something that must hold does not."""


class Outcome:
    def __init__(self, process):
        self.status, self.out, self.err = process.returncode, process.stdout, process.stderr


class Registry:
    """A folder with a registry, another one that only pulls, and bare repositories to push to and pull from."""

    def __init__(self, folder, lora):
        self.folder, self.lora = Path(folder), lora
        # recorded of the version that it becomes, so the same for every copy
        self.foreign = str(self.folder.parent / "foreign")

    def run(self, *words, within=".", environment={}, start=None):
        words = [self.foreign if word == FOREIGN else str(word) for word in words]
        return Outcome(subprocess.run(
            [self.lora, *words], cwd=self.folder / within, capture_output=True, text=True, errors="replace",
            timeout=300, env={**base_environment(), **environment}, preexec_fn=start))

    def must(self, *words, within=".", environment={}):
        outcome = self.run(*words, within=within, environment=environment)
        if outcome.status != 0:
            raise Broken(f"lora {' '.join(map(str, words))} ends with {outcome.status}: {outcome.err.strip()[-600:]}")
        return outcome.out

    def copy_from(self, template):
        """Makes this folder what the template is."""
        shutil.rmtree(self.folder, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", template, self.folder], check=True)

    def state(self, part="registry"):
        """What counts: references, rows of the index, declarations, large files."""
        home = self.folder / part / ".state"
        state = {}
        for name, repository in [("", home / "versions.git"), ("remote ", self.folder / "remote.git")]:
            for line in git(repository, "for-each-ref", "--format=%(refname) %(objectname)").splitlines():
                reference, target = line.split()
                state[f"{name}{reference}"] = target
            for file in sorted((repository / "lfs/objects").rglob("*")):
                if file.is_file():
                    state[f"{name}object {file.name}"] = digest(file)
        for table, rows in tables(home / "lora.sqlite").items():
            state[f"table {table}"] = rows
        for file in sorted((self.folder / part / "adapters").glob("*.yaml")):
            state[f"file {file.name}"] = file.read_text(errors="replace")
        if (self.folder / "backup.tar").exists():
            state["backup"] = self.must("restore", "backup.tar")
        if (self.folder / "merged").exists():
            state["merged"] = digests(self.folder / "merged")
        return state

    def require_sound(self, part="registry"):
        """Opens the registry, which mends what a crash has left, and reads everything in it."""
        within = Path(part).parent
        said = self.run("verify", within=within)
        if said.status != 0:
            raise Broken(f"lora verify ends with {said.status}: {(said.out + said.err).strip()[-800:]}")
        for repository in [self.folder / part / ".state/versions.git", self.folder / "remote.git"]:
            git(repository, "fsck", "--strict", "--connectivity-only")
        with closing(sqlite3.connect(self.folder / part / ".state/lora.sqlite")) as index:
            found = index.execute("PRAGMA integrity_check").fetchall()
        if found != [("ok",)]:
            raise Broken(f"SQLite finds {found}")
        return said

    def exported(self, version):
        """The digest of every file of a version, as it leaves the registry."""
        place = self.folder / "exported"
        self.must("export", version, place)
        files = digests(place)
        shutil.rmtree(place)
        return files

    def names(self):
        """Every file by its path, without what git names by content and what is kept for quickness alone; each process that trains
        writes an event file of its own, so those of a run count as one."""
        names = set()
        for folder, _, files in os.walk(self.folder):
            for file in files:
                name = os.path.relpath(os.path.join(folder, file), self.folder)
                if not re.search(r"/objects/[0-9a-f]{2}/|/objects/pack/pack-|/\.state/caches/|/\.git/", name):
                    names.add(re.sub(r"(/events\.out\.tfevents)\..*", r"\1", name))
        return names

    def litter(self):
        named = {name for name in self.names() if LITTER.search(name) and "/objects/pack/pack-" not in name}
        lease = self.folder / "registry/.state/versions.git.lease"
        return sorted(named | ({"a signed lease"} if lease.exists() and lease.stat().st_size else set()))


def base_environment():
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR", "OMP_NUM_THREADS") if name in os.environ}
    return {**kept, "LORA_NOW": NOW, "USER": "ada", "LANG": "C.UTF-8"}


def git(repository, *words):
    process = subprocess.run(["git", "-c", "safe.directory=*", "--git-dir", repository, *words], capture_output=True, text=True)
    if process.returncode != 0:
        raise Broken(f"git {' '.join(words)} in {repository.name}: {(process.stdout + process.stderr).strip()[-600:]}")
    return process.stdout


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def digests(folder):
    """Of every file below a folder, by its path."""
    return {file.relative_to(folder).as_posix(): digest(file) for file in sorted(folder.rglob("*")) if file.is_file()}


def tables(file):
    if not file.exists():
        return {}
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as index:
        names = [name for (name,) in index.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: sorted(map(repr, index.execute(f'SELECT * FROM "{name}"'))) for name in names}


def prepare(folder, lora, fixtures):
    """Two versions that were trained here and five that were adopted, the large ones of which Git LFS keeps; v2 serves, v1 did."""
    registry = Registry(folder, lora)
    Path(folder).mkdir(parents=True)
    shutil.copytree(fixtures / "shell/registry", registry.folder / "registry")
    shutil.copytree(fixtures.parent.parent / "policies", registry.folder / "policies")
    shutil.copytree(fixtures / "golden/tiny-llama", registry.folder / "registry/models/tiny")
    registry.must("base", "add", "tiny", "registry/models/tiny")
    for _ in range(2):
        registry.must("train", "greeter")
    big = Path(registry.foreign)
    registry.must(
        "train", "--base", "registry/models/tiny", "--data", "registry/data/train.jsonl", "--out", big, "--rank", "128",
        "--max-steps", "1")
    for number in range(6):
        weights = big / "adapter_model.safetensors"
        with open(weights, "r+b") as file:
            file.seek(-4, os.SEEK_END)
            file.write(bytes([number + 1]))
        if number < 5:
            registry.must("adopt", FOREIGN, "--adapter", "greeter")
    for number in (1, 2):
        registry.must("promote", f"greeter@v{number}", "--reason", "serve")
    git_init(registry.folder / "remote.git")
    git_init(registry.folder / "full.git")
    registry.must("push", "full.git")
    (registry.folder / "other").mkdir()
    registry.must("init", ".", within="other")
    registry.must("verify", within="other")
    registry.must("verify")
    return registry


def git_init(folder):
    subprocess.run(["git", "init", "-q", "--bare", folder], check=True)
