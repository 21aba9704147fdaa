#!/usr/bin/env bash
# Kills registrations, creations, promotions, rollbacks, alias moves, archivings, prunings, renamings, pushes and rebuilds of the index at
# random moments, within what such a deed has lately taken, so that about half of them come to their end. Whatever was acknowledged must be
# in the history, once and in its order, whatever was not either once or not at all; index, journals and git must agree after every kill.
# Usage: Scripts/kill_registry.sh LORA [KILLS]
set -euo pipefail
lora=$(realpath "$1")
kills=${2:-25}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp -r "$root/Tests/Fixtures/shell/registry" "$root/policies" .
cp -r "$root/Tests/Fixtures/golden/tiny-llama" model
"$lora" base add tiny model >/dev/null
for _ in 1 2; do "$lora" train greeter >/dev/null 2>&1; done
# an adapter large enough for Git LFS, from which versions are made that a pruning finds
"$lora" train --base model --data registry/data/train.jsonl --out big --rank 128 --max-steps 1 >/dev/null 2>&1
"$lora" train --base model --data registry/data/train.jsonl --out small --rank 2 --max-steps 1 >/dev/null 2>&1
name=greeter
fodder() {
    local weights=big/adapter_model.safetensors
    printf "\\x$(printf %02x $((RANDOM % 256)))" |
        dd of=$weights bs=1 seek=$(($(stat -c %s $weights) - 4)) conv=notrunc 2>/dev/null
    "$lora" adopt big --adapter "$name" >/dev/null 2>&1 || true
}
git init -q --bare remote.git
# what a deed of each kind took lately, in milliseconds
declare -A usual tried done_of
milliseconds() { date +%s%3N; }
fail() { echo "kill $done_kills: $1" >&2; exit 1; }

done_kills=0 deeds=0 acknowledged=()
while [ "$done_kills" -lt "$kills" ]; do
    deeds=$((deeds + 1))
    reason=(--reason "deed-$deeds.")
    case $((RANDOM % 20)) in
        0) words=(registry rebuild) ;;
        1) words=(rollback "$name" "${reason[@]}") ;;
        2 | 3) words=(alias set "$name@staging" "v$((RANDOM % 2 + 1))" "${reason[@]}") ;;
        4) words=(alias remove "$name@staging" "${reason[@]}") ;;
        5) words=(archive "$name" "${reason[@]}") ;;
        6 | 7) words=(unarchive "$name" "${reason[@]}") ;;
        # one pruning may write of several versions
        8 | 9) fodder && words=(prune "$name" --unpushed --execute --reason "disk is short") ;;
        10) words=(rename "$name" "greeter-$deeds" "${reason[@]}") ;;
        11 | 12) words=(adopt small --adapter "$name" "${reason[@]}") ;;
        13) words=(create "other-$deeds" --task "Name it" --owner ada --base tiny --train data/train.jsonl
            --held-out data/held_out.jsonl --horizon 12mo --labels one,two) ;;
        14 | 15) words=(push remote.git) ;;
        # what is not in production yet, so that there is something to write
        *) words=(promote "$name@v$((${production:-2} % 2 + 1))" "${reason[@]}") ;;
    esac
    deed=${words[0]}
    tried[$deed]=$((${tried[$deed]:-0} + 1))
    begun=$(milliseconds)
    "$lora" "${words[@]}" >out 2>&1 &
    pid=$!
    # up to twice the usual: half of the deeds are over by then; the first of a kind is left to end, so that there is a usual
    pause=60000
    [ -z "${usual[$deed]:-}" ] || pause=$((RANDOM % (2 * usual[$deed] + 1)))
    until=$((begun + pause))
    while kill -0 "$pid" 2>/dev/null && [ "$(milliseconds)" -lt "$until" ]; do sleep 0.005; done
    took=$(($(milliseconds) - begun))
    if kill -9 "$pid" 2>/dev/null; then done_kills=$((done_kills + 1)); fi
    if wait "$pid" 2>/dev/null; then
        usual[$deed]=$(((3 * ${usual[$deed]:-$took} + took) / 4))
        done_of[$deed]=$((${done_of[$deed]:-0} + 1))
        if grep -q "deed-$deeds\.\$" out; then acknowledged+=("deed-$deeds."); fi
        case $deed in
            adopt) tagged=$(sed -n 's/.* tagged //p' out)
                git --git-dir registry/.state/versions.git rev-parse -q --verify "$tagged" >/dev/null || fail "$tagged was acknowledged and is lost"
                acknowledged+=("deed-$deeds.") ;;
            create) [ -f "registry/adapters/other-$deeds.yaml" ] || fail "other-$deeds was acknowledged and is lost" ;;
            push) for tag in $(git --git-dir registry/.state/versions.git tag -l "$name/*"); do
                    git --git-dir remote.git rev-parse -q --verify "$tag" >/dev/null || fail "the push of $tag was acknowledged and is lost"
                done ;;
        esac
    else
        # it took longer than that, or the machine is slower than it was; or it was refused, which says nothing
        [ -z "${usual[$deed]:-}" ] || usual[$deed]=$((usual[$deed] * 9 / 8 + 1))
    fi
    rm -f registry/adapters/other-*.yaml
    "$lora" verify >verified 2>&1 || fail "$(cat verified)"
    name=$(basename registry/adapters/*.yaml .yaml)
    production=$("$lora" show "$name@production" 2>/dev/null | sed -n "s/^$name@v//p" || true)
    [ $((deeds % 100)) -ne 0 ] || echo "$done_kills kills, $deeds deeds, ${#acknowledged[@]} acknowledged" >&2
done
for repository in registry/.state/versions.git remote.git; do
    git --git-dir "$repository" fsck --strict >fsck 2>&1 || fail "$(cat fsck)"
done
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
finished=0
for deed in "${!tried[@]}"; do
    echo "$deed: ${done_of[$deed]:-0} of ${tried[$deed]} came to their end"
    finished=$((finished + ${done_of[$deed]:-0}))
done
echo "$done_kills kills of $deeds deeds, $finished came to their end, ${#acknowledged[@]} acknowledged in the history: none lost, none twice, index and git agree"
