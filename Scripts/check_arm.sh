#!/usr/bin/env bash
# Builds the kernels for 64-bit ARM, runs them under QEMU, and compares every number with this processor's portable kernels.
set -euo pipefail
cd "$(dirname "$0")/.."
"$(dirname "$0")/setup.sh" qemu-user libc6-dev-arm64-cross libgcc-12-dev-arm64-cross
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
flags=(-O3 -ffp-contract=off -fno-math-errno -Wall -Wextra -Werror -ISources/CKernels/include)
root=/usr/aarch64-linux-gnu

clang "${flags[@]}" Sources/CKernels/*.c Scripts/check_arm.c -lm -o "$out/here"
clang --target=aarch64-linux-gnu -isystem $root/include -B$root/lib -L$root/lib -fuse-ld=lld \
    "${flags[@]}" Sources/CKernels/*.c Scripts/check_arm.c -lm -o "$out/arm"
"$out/here" portable > "$out/here.txt"
qemu-aarch64 -L $root "$out/arm" > "$out/arm.txt" # takes neon: the path it supports

# ARM adds with one rounding where SSE2 takes two: a few units in the last place, or one of a brain float's eight bits
paste -d ' ' "$out/here.txt" "$out/arm.txt" | awk '
    { size = $2 < 0 ? -$2 : $2; off = $2 - $4; off = off < 0 ? -off : off; limit = ($1 ~ /^brain_/ ? 0.01 : 1e-4) * (size > 1 ? size : 1) }
    $1 != $3 || !(off <= limit) { if (bad++ < 10) print "check_arm: " $0 > "/dev/stderr" }
    { if (off > worst) worst = off }
    END { print NR " numbers compared, the largest difference " worst; exit bad > 0 || NR == 0 }'
