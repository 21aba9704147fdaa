"""A virtual environment for a script, made on first use and kept outside the repository."""
import os
import subprocess
import sys


def enter(folder: str, packages: list[str], script: str, arguments: list[str]) -> None:
    """Restarts `script` with `--python-ready` in the environment at `folder`, which gets `packages`; does not return."""
    python, ready = os.path.join(folder, "bin", "python"), os.path.join(folder, "ready")
    wanted = "\n".join(packages) + "\n"
    if not os.path.exists(ready) or open(ready).read() != wanted:
        print(f"making a Python environment in {folder}", flush=True)
        install(folder, python, packages)
        with open(ready, "w") as file:
            file.write(wanted)
    os.execv(python, [python, os.path.abspath(script), *arguments, "--python-ready"])


def install(folder: str, python: str, packages: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
