#!/usr/bin/env python3
"""Two and eight checks that may act start at once, round after round, each round seven months after the one before.

Every round exactly one training may begin. In every third round the first check is killed while it trains: the next ones must go on with
that very run. In every third, the file of the lock names a process that lives, without holding it, as after a process id was used again.
"""

import argparse
import collections
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MONTHS = 7


class Fleet:
    def __init__(self, lora, folder):
        self.lora, self.folder = lora, folder
        self.environment = {"PATH": "/usr/bin:/bin", "LORA_CACHE": str(folder / "cache")}
        shutil.copytree(ROOT / "Tests/Fixtures/shell/registry", folder / "registry")
        shutil.copytree(ROOT / "policies", folder / "policies")
        shutil.copytree(ROOT / "Tests/Fixtures/golden/tiny-llama", folder / "model")
        # past its horizon an adapter is given up, not trained
        declaration = folder / "registry/adapters/greeter.yaml"
        declaration.write_text(declaration.read_text().replace("horizon: 12mo", "horizon: 100y"))
        subprocess.run([lora, "base", "add", "tiny", "model"], cwd=folder, env=self.environment, check=True, capture_output=True)

    def start(self, moment):
        words = [self.lora, "retrain-check", "--run", "--quiet", "--registry", str(self.folder / "registry")]
        # as cron starts it: no terminal, no home, another folder
        return subprocess.Popen(words, cwd="/", env=dict(self.environment, LORA_NOW=moment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    @property
    def state(self):
        return self.folder / "registry/.state"

    def rows(self, sql):
        if not (self.state / "lora.sqlite").exists():
            return []
        with sqlite3.connect(f"file:{self.state / 'lora.sqlite'}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def counts(self):
        runs = self.rows("SELECT COUNT(*) FROM runs")
        versions = self.rows("SELECT COUNT(*) FROM versions")
        return (runs[0][0] if runs else 0), (versions[0][0] if versions else 0)

    def is_training(self):
        return bool(self.rows("SELECT 1 FROM runs WHERE state = 'started'"))


def moment(round_number):
    month = round_number * MONTHS
    return f"{2026 + month // 12:04}-{month % 12 + 1:02}-01T06:00:00Z"


def kill_while_training(fleet, now):
    """Whether a run was left behind."""
    process = fleet.start(now)
    while process.poll() is None:
        if fleet.is_training():
            time.sleep(0.02)
            process.kill()
            break
        time.sleep(0.002)
    process.communicate()
    return fleet.counts()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lora", required=True)
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lora-checks-"))
    fleet = Fleet(str(pathlib.Path(options.lora).resolve()), folder)
    faults, statuses, killed, reused = [], collections.Counter(), 0, 0
    for number in range(options.rounds):
        now, (runs, versions) = moment(number), fleet.counts()
        if number % 3 == 1:
            left = kill_while_training(fleet, now)
            killed += left == runs + 1 and fleet.counts()[1] == versions
        elif number % 3 == 2:
            (fleet.state / "locks/.maintenance").write_text(f"process {os.getpid()} since {now}")
            reused += 1
        started = [fleet.start(now) for _ in range(2 if number % 2 else 8)]
        outputs = [process.communicate()[0] for process in started]
        codes = [process.returncode for process in started]
        statuses.update(codes)
        after = fleet.counts()
        if after != (runs + 1, versions + 1):
            faults.append(f"round {number}: {after[0] - runs} runs and {after[1] - versions} versions, statuses {codes}: {outputs}")
        if 0 not in codes or any(code not in (0, 75) for code in codes):
            faults.append(f"round {number}: statuses {codes}: {outputs}")
        if faults:
            break
    for fault in faults:
        print(fault)
    shutil.rmtree(folder)
    print(f"{options.rounds} rounds of 2 and 8 checks at once, {killed} after a kill, {reused} after a stale lock: "
          f"{statuses[0]} did it or found it done, {statuses[75]} were told it is being done, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
