#!/usr/bin/env bash
# Kills a managed training at random moments and goes on with it: nothing half-written may be listed, and the adapter that comes out
# must be the one an undisturbed run gives. Usage: Scripts/kill_training.sh LORA [KILLS]
set -euo pipefail
lora=$(realpath "$1")
kills=${2:-10}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lay_out() { # folder
    mkdir -p "$1"
    cp -r "$root/Tests/Fixtures/shell/registry" "$root/Tests/Fixtures/shell/policies" "$1/"
    cp -r "$root/Tests/Fixtures/golden/tiny-llama" "$1/model"
    (cd "$1" && "$lora" base add tiny model >/dev/null)
}
adapter() { # folder → SHA-256 of the weights as git holds them
    git --git-dir "$1/registry/.state/versions.git" show greeter/v1:adapter_model.safetensors | sha256sum | cut -d' ' -f1
}
steps=(--max-steps 3000 --save-steps 20)

lay_out "$work/whole"
(cd "$work/whole" && "$lora" train greeter "${steps[@]}" >/dev/null)

lay_out "$work/killed"
cd "$work/killed"
for ((i = 1; i <= kills; i++)); do
    "$lora" train greeter "${steps[@]}" >/dev/null 2>&1 &
    pid=$!
    sleep "0.$((RANDOM % 9))$((RANDOM % 10))"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    "$lora" list --json >list.json 2>/dev/null
    git --git-dir registry/.state/versions.git fsck --strict >/dev/null 2>&1
    listed=$(git --git-dir registry/.state/versions.git tag -l | wc -l)
    shown=$(grep -c '"tag"' list.json || true)
    [ "$listed" = "$shown" ] || { echo "kill $i: git holds $listed versions, the registry lists $shown" >&2; exit 1; }
    echo "kill $i: opens, $shown versions listed, fsck clean"
    [ "$shown" = 0 ] || break
done
git --git-dir registry/.state/versions.git rev-parse -q --verify greeter/v1 >/dev/null || "$lora" train greeter "${steps[@]}" >/dev/null
[ "$(adapter "$work/whole")" = "$(adapter "$work/killed")" ] || { echo "the resumed adapter differs" >&2; exit 1; }
echo "the adapter is the same, byte for byte: $(adapter "$work/killed")"
