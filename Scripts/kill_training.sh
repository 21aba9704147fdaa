#!/usr/bin/env bash
# Kills managed trainings at random moments and goes on with them, through planned steps, extension and release: nothing half-written
# may be listed, and adapter, log and reasons that come out must be those of an undisturbed run, byte for byte. A training that is
# done before all kills are spent is followed by another. The run rule of every training is such that it is extended once.
# Usage: Scripts/kill_training.sh LORA [KILLS [STEPS]]
set -euo pipefail
lora=$(realpath "$1")
kills=${2:-10}
steps=${3:-100}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lay_out() { # folder
    mkdir -p "$1"
    cp -r "$root/Tests/Fixtures/shell/registry" "$root/policies" "$1/"
    cp -r "$root/Tests/Fixtures/golden/tiny-llama" "$1/model"
    printf '%s\n' 'schema: lora.policy/1' 'extends: default' 'name: extending' 'summary: Extends every run.' 'run_rule:' \
        '  falling: {by: 0.0, over: 1000}' '  patience: 1000' >"$1/policies/extending.yaml"
    (cd "$1" && "$lora" base add tiny model >/dev/null)
}
train=("$lora" train greeter --policy policies/extending.yaml --max-steps "$steps" --save-steps 7 --eval-steps 0.1
    --logging-steps 3)
in_git() { git --git-dir registry/.state/versions.git "$@"; }
result() { # SHA-256 of weights, log with decisions, and the run rule's part of the evidence, as git holds them
    in_git show greeter/v1:adapter_model.safetensors | sha256sum
    in_git show greeter/v1:trainer_state.json | sha256sum
    in_git for-each-ref --format='%(contents)' refs/tags/greeter/v1 | grep -E '^(Stop-Reason|Metric-(Eval-Loss|Best-Step|Last-Step)):'
}
lists_what_git_holds() {
    "$lora" list --json >list.json 2>/dev/null
    in_git fsck --strict >/dev/null 2>&1
    [ "$(in_git tag -l 'greeter/*' | wc -l)" = "$(grep -c '"tag"' list.json || true)" ]
}

lay_out "$work/whole"
cd "$work/whole"
"${train[@]}" >/dev/null
expected=$(result)
grep -q '^Stop-Reason: extended_max_steps$' <<<"$expected" || { echo "the run was not extended:"$'\n'"$expected" >&2; exit 1; }

done_kills=0 trainings=0
while [ "$done_kills" -lt "$kills" ]; do
    trainings=$((trainings + 1))
    lay_out "$work/killed-$trainings"
    cd "$work/killed-$trainings"
    while [ "$done_kills" -lt "$kills" ] && ! in_git rev-parse -q --verify greeter/v1 >/dev/null 2>&1; do
        # Itself, not a function: the signal must reach the program and nothing around it.
        "${train[@]}" >/dev/null 2>&1 &
        pid=$!
        sleep "0.$((RANDOM % 6))$((RANDOM % 10))"
        # A training that ended before its kill counts for nothing.
        if kill -9 "$pid" 2>/dev/null; then done_kills=$((done_kills + 1)); fi
        wait "$pid" 2>/dev/null || true
        lists_what_git_holds || { echo "kill $done_kills: git and registry disagree" >&2; exit 1; }
    done
    in_git rev-parse -q --verify greeter/v1 >/dev/null 2>&1 || "${train[@]}" >/dev/null
    [ "$(result)" = "$expected" ] || { printf 'training %s differs:\n%s\nexpected:\n%s\n' "$trainings" "$(result)" "$expected" >&2; exit 1; }
    echo "$done_kills kills, $trainings trainings: the same bytes and the same reasons as undisturbed"
    cd "$work"
    rm -rf "$work/killed-$trainings"
done
