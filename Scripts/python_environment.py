"""A virtual environment for a script, made on first use and kept outside the repository."""
import os
import subprocess
import sys


def python(folder: str, packages: list[str]) -> str:
    """The interpreter of the environment at `folder`, which gets `packages`."""
    interpreter, ready = os.path.join(folder, "bin", "python"), os.path.join(folder, "ready")
    wanted = "\n".join(packages) + "\n"
    if not os.path.exists(ready) or open(ready).read() != wanted:
        print(f"making a Python environment in {folder}", flush=True)
        install(folder, interpreter, packages)
        with open(ready, "w") as file:
            file.write(wanted)
    return interpreter


def enter(folder: str, packages: list[str], script: str, arguments: list[str]) -> None:
    """Restarts `script` with `--python-ready` in the environment at `folder`, which gets `packages`; does not return."""
    interpreter = python(folder, packages)
    os.execv(interpreter, [interpreter, os.path.abspath(script), *arguments, "--python-ready"])


def install(folder: str, interpreter: str, packages: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([interpreter, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
