#!/usr/bin/env bash
# Runs the kernel tests under the address and undefined-behaviour sanitizers, once on each kernel path of this processor.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=${1:-.build/sanitized}
flags=(
    --scratch-path "$scratch" --sanitize=address -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined
    -Xswiftc -DEXACT_MEMORY)
export LORA_KERNEL_TESTS_ALONE=1
# the runtime of Swift keeps what it has allocated once
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1

swift build --build-tests "${flags[@]}"
for path in portable avx2 avx512 avx512bf16; do
    log=$scratch/$path.log
    if ! LORA_KERNELS=$path swift test --skip-build "${flags[@]}" --filter thePathAskedForRuns >"$log" 2>&1 &&
        grep -q 'error: .unsupported' "$log"; then
        echo "sanitize: this processor cannot run the $path kernels; left out"
        continue
    fi
    echo "sanitize: kernels of path $path"
    LORA_KERNELS=$path swift test --skip-build "${flags[@]}" --filter '^TensorsTests\.' > "$log" 2>&1 || {
        grep -A 12 -E 'ERROR: AddressSanitizer|runtime error|✘|error:' "$log" >&2
        echo "sanitize: path $path failed; see $log" >&2
        exit 1
    }
    grep -F 'Test run with' "$log"
done
