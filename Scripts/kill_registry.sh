#!/usr/bin/env bash
# Kills promotions, rollbacks, alias moves, archivings, prunings, renamings and rebuilds of the index at random moments. Whatever was acknowledged must be in the history, once and in its
# order, whatever was not either once or not at all; index, journals and git must agree after every kill.
# Usage: Scripts/kill_registry.sh LORA [KILLS]
set -euo pipefail
lora=$(realpath "$1")
kills=${2:-25}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp -r "$root/Tests/Fixtures/shell/registry" "$root/Tests/Fixtures/shell/policies" .
cp -r "$root/Tests/Fixtures/golden/tiny-llama" model
"$lora" base add tiny model >/dev/null
for _ in 1 2; do "$lora" train greeter >/dev/null 2>&1; done
# an adapter large enough for Git LFS, from which versions are made that a pruning finds
"$lora" train --base model --data registry/data/train.jsonl --out big --rank 128 --max-steps 1 >/dev/null 2>&1
name=greeter
fodder() {
    local weights=big/adapter_model.safetensors
    printf "\\x$(printf %02x $((RANDOM % 256)))" |
        dd of=$weights bs=1 seek=$(($(stat -c %s $weights) - 4)) conv=notrunc 2>/dev/null
    "$lora" adopt big --adapter "$name" >/dev/null 2>&1 || true
}
fail() { echo "kill $done_kills: $1" >&2; exit 1; }

done_kills=0 deeds=0 acknowledged=()
while [ "$done_kills" -lt "$kills" ]; do
    deeds=$((deeds + 1))
    reason=(--reason "deed-$deeds.")
    case $((RANDOM % 14)) in
        0) words=(registry rebuild) ;;
        1) words=(rollback "$name" "${reason[@]}") ;;
        2 | 3) words=(alias set "$name@staging" "v$((RANDOM % 2 + 1))" "${reason[@]}") ;;
        4) words=(alias remove "$name@staging" "${reason[@]}") ;;
        5) words=(archive "$name" "${reason[@]}") ;;
        6 | 7) words=(unarchive "$name" "${reason[@]}") ;;
        # one pruning may write of several versions
        8 | 9) fodder && words=(prune "$name" --unpushed --execute --reason "disk is short") ;;
        10) words=(rename "$name" "greeter-$deeds" "${reason[@]}") ;;
        # what is not in production yet, so that there is something to write
        *) words=(promote "$name@v$((${production:-2} % 2 + 1))" "${reason[@]}") ;;
    esac
    "$lora" "${words[@]}" >out 2>&1 &
    pid=$!
    sleep "0.$((RANDOM % 4))$((RANDOM % 10))$((RANDOM % 10))"
    if kill -9 "$pid" 2>/dev/null; then done_kills=$((done_kills + 1)); fi
    if wait "$pid" 2>/dev/null && grep -q "deed-$deeds\.\$" out; then acknowledged+=("deed-$deeds."); fi
    "$lora" verify >verified 2>&1 || fail "$(cat verified)"
    name=$(basename registry/adapters/*.yaml .yaml)
    production=$("$lora" show "$name@production" 2>/dev/null | sed -n "s/^$name@v//p" || true)
done
git --git-dir registry/.state/versions.git fsck --strict >fsck 2>&1 || fail "$(cat fsck)"
"$lora" history "$name" --json >history.json
grep -o 'deed-[0-9]*\.' history.json >deeds || true
[ -z "$(sort deeds | uniq -d)" ] || fail "written twice: $(sort deeds | uniq -d)"
[ "$(sort -t- -k2 -n deeds)" = "$(cat deeds)" ] || fail "out of order: $(tr '\n' ' ' <deeds)"
for deed in "${acknowledged[@]}"; do grep -qxF "$deed" deeds || fail "$deed was acknowledged and is lost"; done
"$lora" registry rebuild | grep -q 'is what it was' || fail "the index made again is another"
"$lora" history "$name" --json | cmp -s - history.json || fail "the history made again is another"
objects=$(find registry/.state/versions.git/lfs/objects -type f | wc -l)
"$lora" prune --unpushed --execute >/dev/null
[ "$(find registry/.state/versions.git/lfs/objects -type f | wc -l)" -le "$objects" ] || fail "pruning made objects"
"$lora" verify >verified 2>&1 || fail "$(cat verified)"
echo "$done_kills kills of $deeds deeds, ${#acknowledged[@]} acknowledged: none lost, none twice, index and git agree"
