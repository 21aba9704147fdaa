#!/usr/bin/env python3
"""Check that mlx-lm loads what `lora export --layout mlx` writes, and computes what the adopted adapter did.

    Scripts/check_mlx.py [--lora .build/release/lora]

Makes its own Python environment on first use, in $XDG_CACHE_HOME/lora-keeper/mlx (from PyPI; mlx runs on the CPU). For each adapter of
Tests/Fixtures/adapters that has one rank: `lora adopt`, `lora export --layout mlx`, mlx-lm's `load`, and the logits of a few tokens against
those that the program which made the adapter computed. Exit 1 when one differs by more than 1e-4.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import python_environment

PACKAGES = ["mlx[cpu]==0.32.4", "mlx-lm==0.32.2"]
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIXTURES = os.path.join(ROOT, "Tests/Fixtures")
ADAPTERS = ["mlx-all", "mlx-last", "peft-plain"]
TOKENS = [1, 17, 301, 4, 99, 260, 511, 33]
# Logits below 20 in 32-bit floats, summed in another order by another program.
TOLERANCE = 1e-4


def exported(lora: str, folder: str, number: int, adapter: str) -> str:
    """The adapter as the next version of `greeter`, in mlx-lm's layout."""
    out = os.path.join(folder, adapter)
    for words in (["adopt", os.path.join(FIXTURES, "adapters", adapter), "--adapter", "greeter"],
                  ["export", f"greeter@v{number}", out, "--layout", "mlx"]):
        subprocess.run([lora, *words], check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lora", default=os.path.join(ROOT, ".build/release/lora"))
    parser.add_argument("--python-ready", action="store_true", help="this Python has the packages already")
    options = parser.parse_args()
    if not options.python_ready:
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        python_environment.enter(os.path.join(cache, "lora-keeper", "mlx"), PACKAGES, __file__, sys.argv[1:])

    import mlx.core as mx
    from mlx_lm import load
    lora, good = os.path.abspath(options.lora), True
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(os.path.join(FIXTURES, "shell/registry"), os.path.join(folder, "registry"))
        shutil.copytree(os.path.join(ROOT, "policies"), os.path.join(folder, "policies"))
        base = os.path.join(FIXTURES, "golden/tiny-llama")
        subprocess.run([lora, "base", "add", "tiny", base], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        for number, adapter in enumerate(ADAPTERS, 1):
            model, _ = load(base, adapter_path=exported(lora, folder, number, adapter))
            model.eval()
            logits = model(mx.array([TOKENS]))[0].astype(mx.float32)
            golden = mx.load(os.path.join(FIXTURES, "adapters", adapter + ".logits.safetensors"))["logits"]
            difference = mx.abs(logits - golden).max().item()
            same = difference <= TOLERANCE
            print(f"{adapter}: largest difference of a logit {difference:.2e} (limit {TOLERANCE:g}): {'same' if same else 'DIFFERENT'}")
            good = good and same
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
