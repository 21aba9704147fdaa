"""Makes large registries that are true ones: an adapter is trained by `lora` itself, its versions and its journal are then written
again under thousands of names by `git fast-import`, and `lora registry rebuild` makes the index from them.
"""
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SEED = "greeter"
RUNS = 3


def run(*words, **options):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, **options).stdout


class LargeRegistry:
    def __init__(self, lora, folder, adapters):
        self.lora, self.folder, self.adapters = lora, folder, adapters
        self.registry = os.path.join(folder, "registry")
        self.git_folder = os.path.join(self.registry, ".state", "versions.git")
        self.database = os.path.join(self.registry, ".state", "lora.sqlite")
        self.environment = dict(os.environ, LORA_REGISTRY=self.registry)
        self.names = ["%s-%05d" % (SEED, number) for number in range(1, adapters)]

    def git(self, *words, **options):
        return run("git", "--git-dir", self.git_folder, *words, **options)

    def perform(self, *words):
        return run(self.lora, *words, env=self.environment, cwd=self.folder, stderr=subprocess.PIPE)

    def make(self):
        os.makedirs(self.folder)
        parts = {"registry": "Tests/Fixtures/shell/registry", "policies": "policies", "model": "Tests/Fixtures/golden/tiny-llama"}
        for name, part in parts.items():
            shutil.copytree(os.path.join(ROOT, part), os.path.join(self.folder, name))
        self.perform("base", "add", "tiny", "model")
        for number in range(1, RUNS + 1):
            self.perform("train", SEED)
            if number < RUNS:
                self.perform("promote", "%s@v%d" % (SEED, number), "--reason", "version %d serves better" % number)
        self.declare()
        commits = self.write_versions()
        self.write_journals(commits)
        self.perform("registry", "rebuild")

    def declare(self):
        with open(os.path.join(self.registry, "adapters", SEED + ".yaml")) as file:
            declaration = file.read()
        data = os.path.join(self.registry, "data")
        for number, name in enumerate(self.names):
            shutil.copytree(data, os.path.join(self.registry, "data-of", name))
            text = declaration.replace("name: " + SEED, "name: " + name).replace("data/", "data-of/%s/" % name)
            text = text.replace("owner: front-desk", "owner: team-%02d" % (number % 40))
            with open(os.path.join(self.registry, "adapters", name + ".yaml"), "w") as file:
                file.write(text)

    def import_into_git(self, pieces):
        marks = os.path.join(self.folder, "marks")
        importer = subprocess.Popen(
            ["git", "--git-dir", self.git_folder, "fast-import", "--quiet", "--force", "--export-marks=" + marks],
            stdin=subprocess.PIPE)
        for piece in pieces:
            importer.stdin.write(piece)
        importer.stdin.close()
        assert importer.wait() == 0, "git fast-import failed"
        with open(marks) as file:
            return {int(line.split()[0][1:]): line.split()[1] for line in file}

    def file(self, object_name):
        return self.git("cat-file", "-p", object_name)

    def write_versions(self):
        """Writes branch and tags of every name; returns the commits of each name's versions."""
        branch = "adapters/" + SEED
        sources = self.git("rev-list", "--reverse", branch).decode().split()
        trees = [self.git("ls-tree", "-r", source).decode().splitlines() for source in sources]
        commits = [self.file(source).split(b"\n\n", 1) for source in sources]
        tags = [self.file("%s/v%d" % (SEED, number)).split(b"\n\n", 1) for number in range(1, RUNS + 1)]
        lineages = [self.file(source + ":lineage.json") for source in sources]

        def pieces():
            mark = 0
            for name in self.names:
                for version in range(RUNS):
                    mark += 1
                    yield b"commit refs/heads/adapters/%s\nmark :%d\n" % (name.encode(), mark)
                    yield people(commits[version][0])
                    yield data(renamed(commits[version][1], name))
                    if version:
                        yield b"from :%d\ndeleteall\n" % (mark - 1)
                    for line in trees[version]:
                        mode, _, blob, path = line.replace("\t", " ").split(" ", 3)
                        if path == "lineage.json":
                            yield b"M %s inline %s\n" % (mode.encode(), path.encode()) + data(renamed(lineages[version], name))
                        else:
                            yield ("M %s %s %s\n" % (mode, blob, path)).encode()
                    yield b"\ntag %s/v%d\nfrom :%d\n" % (name.encode(), version + 1, mark)
                    yield b"tagger " + tags[version][0].split(b"\ntagger ")[1] + b"\n"
                    yield data(renamed(tags[version][1], name))

        marks = self.import_into_git(pieces())
        return {
            name: [marks[number * RUNS + version + 1] for version in range(RUNS)] for number, name in enumerate(self.names)}

    def write_journals(self, commits):
        entries = self.git("rev-list", "--reverse", "journal/" + SEED).decode().split()
        own = self.git("rev-list", "--reverse", "adapters/" + SEED).decode().split()
        changes = [self.file(entry + ":changes.json") for entry in entries]
        messages = [self.file(entry).split(b"\n\n", 1) for entry in entries]

        def pieces():
            mark = 0
            for name in self.names:
                for entry in range(len(entries)):
                    mark += 1
                    text = renamed(changes[entry], name)
                    for version in range(RUNS):
                        text = text.replace(own[version].encode(), commits[name][version].encode())
                    yield b"commit refs/heads/journal/%s\nmark :%d\n" % (name.encode(), mark)
                    yield people(messages[entry][0])
                    yield data(renamed(messages[entry][1], name))
                    if entry:
                        yield b"from :%d\n" % (mark - 1)
                    yield b"M 100644 inline changes.json\n" + data(text)

        self.import_into_git(pieces())


def renamed(text, name):
    return text.replace(SEED.encode(), name.encode())


def data(text):
    return b"data %d\n%s\n" % (len(text), text)


def people(header):
    """Author and committer of a commit."""
    return b"".join(line + b"\n" for line in header.split(b"\n") if line.startswith((b"author ", b"committer ")))
