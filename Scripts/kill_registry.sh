#!/usr/bin/env bash
# Kills promotions, rollbacks and rebuilds of the index at random moments. Whatever was acknowledged must be in the history, once and in its
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
fail() { echo "kill $done_kills: $1" >&2; exit 1; }

done_kills=0 deeds=0 acknowledged=()
while [ "$done_kills" -lt "$kills" ]; do
    deeds=$((deeds + 1))
    case $((RANDOM % 6)) in
        0) words=(registry rebuild) ;;
        1) words=(rollback greeter --reason "deed-$deeds.") ;;
        # what is not in production yet, so that there is something to write
        *) words=(promote "greeter@v$((${production:-2} % 2 + 1))" --reason "deed-$deeds.") ;;
    esac
    "$lora" "${words[@]}" >out 2>&1 &
    pid=$!
    sleep "0.$((RANDOM % 4))$((RANDOM % 10))$((RANDOM % 10))"
    if kill -9 "$pid" 2>/dev/null; then done_kills=$((done_kills + 1)); fi
    if wait "$pid" 2>/dev/null && grep -q "deed-$deeds\.\$" out; then acknowledged+=("deed-$deeds."); fi
    production=$("$lora" show greeter@production 2>/dev/null | sed -n 's/^greeter@v//p' || true)
    "$lora" verify >verified 2>&1 || fail "$(cat verified)"
done
git --git-dir registry/.state/versions.git fsck --strict >fsck 2>&1 || fail "$(cat fsck)"
"$lora" history greeter --json >history.json
grep -o 'deed-[0-9]*\.' history.json >deeds || true
[ -z "$(sort deeds | uniq -d)" ] || fail "written twice: $(sort deeds | uniq -d)"
[ "$(sort -t- -k2 -n deeds)" = "$(cat deeds)" ] || fail "out of order: $(tr '\n' ' ' <deeds)"
for deed in "${acknowledged[@]}"; do grep -qxF "$deed" deeds || fail "$deed was acknowledged and is lost"; done
"$lora" registry rebuild | grep -q 'is what it was' || fail "the index made again is another"
"$lora" history greeter --json | cmp -s - history.json || fail "the history made again is another"
echo "$done_kills kills of $deeds deeds, ${#acknowledged[@]} acknowledged: none lost, none twice, index and git agree"
