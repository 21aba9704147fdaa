#!/usr/bin/env bash
# A registry's versions on another machine, with other people's tools: pushed to a plain bare repository, cloned by git, weights fetched by
# git-lfs, compared byte for byte with what `lora export` writes; with --peft also loaded by PEFT, which makes its own Python environment.
# Usage: Scripts/check_clone.sh LORA [--peft]
set -euo pipefail
lora=$(realpath "$1")
peft=${2:-}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "check_clone: $1" >&2; exit 1; }
command -v git-lfs >/dev/null || fail "git-lfs is missing; \`make test\` installs it."

cd "$work"
cp -r "$root/Tests/Fixtures/shell/registry" "$root/policies" .
base=$root/registry/models/tiny-prose tickets=$root/registry/data/ticket-router
"$lora" base add tiny "$base" >/dev/null
# large enough for Git LFS, and of another answer than the base
"$lora" train --base "$base" --data "$tickets/train.jsonl" --out big --method lora --rank 32 --learning-rate 4e-3 --max-steps 5 >/dev/null 2>&1
"$lora" adopt big --adapter greeter >/dev/null
git init --bare --quiet adapters.git
"$lora" push adapters.git
"$lora" export greeter@v1 exported >/dev/null

# another machine knows nothing of this one but the repository's address
mkdir elsewhere
other() { env -i HOME="$work/elsewhere" PATH="$PATH" GIT_CONFIG_NOSYSTEM=1 git "$@"; }
cd elsewhere
other lfs install --skip-repo >/dev/null
GIT_LFS_SKIP_SMUDGE=1 other clone --quiet --branch greeter/v1 "file://$work/adapters.git" adapters 2>/dev/null
cd adapters
other lfs pull
[ "$(other lfs ls-files | wc -l)" -gt 0 ] || fail "no file is kept by Git LFS"
other tag -l --format '%(refname:short): %(contents:subject)'
for file in $(other ls-files); do
    [ "$file" = .gitattributes ] && [ ! -e "$work/exported/$file" ] || cmp "$file" "$work/exported/$file" || fail "$file differs"
done
other lfs fsck >/dev/null || fail "git lfs fsck finds damage"
files=$(other ls-files | wc -l)
if [ "$peft" = --peft ]; then
    "$root/Scripts/check_peft.py" --lora "$lora" --base "$base" --adapter "$PWD" --data "$tickets/held_out.jsonl" ||
        fail "PEFT gives other numbers"
fi
echo "$files files of greeter@v1 cloned by git and git-lfs: the same bytes as \`lora export\`"
