#!/usr/bin/env bash
# Kills pushes and pulls between two registries and a bare repository at random moments, within twice what such a transfer has lately taken,
# so that about half of them come to their end. After every kill all three must be sound and list no version by half; what a push
# acknowledged must be there, and what was cut off must go on.
# Usage: Scripts/kill_push.sh LORA [KILLS]
set -euo pipefail
lora=$(realpath "$1")
kills=${2:-10}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "kill $done_kills: $1" >&2; exit 1; }
done_kills=0

for side in here there; do
    mkdir $side
    cp -r "$root/Tests/Fixtures/shell/registry" "$root/policies" $side
    cp -r "$root/Tests/Fixtures/golden/tiny-llama" $side/model
    (cd $side && "$lora" base add tiny model >/dev/null)
done
git init --quiet --bare remote.git
# large enough for Git LFS; each version gets other bytes
(cd here && "$lora" train --base model --data registry/data/train.jsonl --out big --rank 128 --max-steps 1 >/dev/null 2>&1)
version() {
    local weights=here/big/adapter_model.safetensors
    head -c 2 /dev/urandom | dd of=$weights bs=1 seek=$(($(stat -c %s $weights) - 4)) conv=notrunc 2>/dev/null
    (cd here && "$lora" adopt big --adapter greeter >/dev/null)
}

# Each version tag of a repository has its files under their digests, and the objects that lead there.
whole() {
    git --git-dir "$1" fsck --strict >fsck 2>&1 || fail "$1: $(cat fsck)"
    local tag blob oid
    for tag in $(git --git-dir "$1" tag -l 'greeter/v*'); do
        for blob in $(git --git-dir "$1" ls-tree -r "$tag" | awk '$4 ~ /safetensors$/ { print $3 }'); do
            oid=$(git --git-dir "$1" cat-file blob "$blob" | sed -n 's/^oid sha256://p')
            [ -n "$oid" ] || continue
            echo "$oid  $1/lfs/objects/${oid:0:2}/${oid:2:2}/$oid" >>sums
        done
    done
    [ ! -s sums ] || sha256sum --check --quiet --strict sums >summed 2>&1 || fail "$1: $(cat summed)"
    : >sums
}

# what a push and a pull took lately, in milliseconds
declare -A usual
milliseconds() { date +%s%3N; }

deeds=0 acknowledged=0
version
while [ "$done_kills" -lt "$kills" ]; do
    deeds=$((deeds + 1))
    [ $((RANDOM % 3)) -ne 0 ] || version
    newest=$(git --git-dir here/registry/.state/versions.git tag -l 'greeter/v*' | sort -V | tail -n 1)
    case $((RANDOM % 2)) in
        0) side=here words=(push ../remote.git) ;;
        *) side=there words=(pull ../remote.git) ;;
    esac
    begun=$(milliseconds)
    (cd $side && exec "$lora" "${words[@]}") >out 2>&1 &
    pid=$!
    # the first of a kind is left to end, so that there is a usual
    pause=60000
    [ -z "${usual[$side]:-}" ] || pause=$((RANDOM % (2 * usual[$side] + 1)))
    while kill -0 "$pid" 2>/dev/null && [ $(($(milliseconds) - begun)) -lt "$pause" ]; do sleep 0.005; done
    took=$(($(milliseconds) - begun))
    if kill -9 "$pid" 2>/dev/null; then done_kills=$((done_kills + 1)); fi
    status=0
    wait "$pid" 2>/dev/null || status=$?
    case $status in
        0) acknowledged=$((acknowledged + 1))
            usual[$side]=$(((3 * ${usual[$side]:-$took} + took) / 4))
            if [ $side = here ]; then
                git --git-dir remote.git rev-parse --quiet --verify "refs/tags/$newest" >/dev/null || fail "$newest was acknowledged and is lost"
            fi ;;
        137) ;;
        *) [ "$side" = there ] && grep -q "There is nothing\|Nothing to move" out || fail "$(cat out)" ;;
    esac
    whole remote.git
    for side in here there; do (cd $side && "$lora" verify >../verified 2>&1) || fail "$side: $(cat verified)"; done
    [ $((deeds % 50)) -ne 0 ] || echo "$done_kills kills, $deeds pushes and pulls, $acknowledged acknowledged" >&2
done
# what was cut off goes on
(cd here && "$lora" push ../remote.git >/dev/null) || fail "the last push did not go through"
(cd there && "$lora" pull ../remote.git >/dev/null) || fail "the last pull did not go through"
for side in here there; do
    whole $side/registry/.state/versions.git
    git --git-dir $side/registry/.state/versions.git for-each-ref --format '%(refname) %(objectname)' refs/heads refs/tags >$side/references
done
git --git-dir remote.git for-each-ref --format '%(refname) %(objectname)' refs/heads refs/tags >references
whole remote.git
cmp -s references here/references && cmp -s references there/references || fail "the three repositories differ"
litter=$(find remote.git here/registry/.state/versions.git there/registry/.state/versions.git -name '*.lock' -o -name '*_git2_*' -o -name '.draft-*')
[ -z "$litter" ] || fail "left behind: $litter"
echo "$done_kills kills of $deeds pushes and pulls, $acknowledged acknowledged: none lost, nothing by half, three repositories the same"
