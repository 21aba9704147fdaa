#!/usr/bin/env bash
# Runs the main job on the embedded demo with the given `lora`, in the repository's own registry.
set -euo pipefail
[ -x "${1:-}" ] || { echo "usage: Scripts/demo.sh LORA; \`make demo\` builds it first" >&2; exit 2; }
lora=$1
cd "$(dirname "$0")/.."
export LORA_REGISTRY=registry
state=registry/.state

say() { printf '\n\033[1m$ lora %s\033[0m\n' "$*"; }
step() { say "$@"; "$lora" "$@"; }
start=$SECONDS

step should-finetune ticket-router
step train ticket-router
step evaluate ticket-router@candidate
step promote ticket-router --reason "beats its base on the held-out tickets"
# ticket-router is not due before its window; ticket-namer is declared and waits for its first training, which exit 10 says
step retrain-check || [ $? -eq 10 ]
step list
step why ticket-router
step report ticket-router --out "$state/ticket-router.html" --force

version=$(git --git-dir "$state/versions.git" tag --sort=-creatordate | head -n 1)
cat <<EOF

The job took $((SECONDS - start)) s, and the gate let $version in. Look at:
  $state/ticket-router.html       the report: decisions, curves, slices, suites, answers side by side
  registry/adapters/ticket-router.yaml   what was declared
  policies/default.yaml                  the rules that decided
  registry/models/tiny-prose/README.md   what the base is and is not
  $state/versions.git             versions as git commits: git --git-dir $state/versions.git log --stat $version
                                         and their tags: git --git-dir $state/versions.git show $version | head -60
  $state/lora.sqlite              the index beside them
EOF
