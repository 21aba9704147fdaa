#!/usr/bin/env bash
# House rules that the formatter does not know: sizes, silenced failures, unfinished work, and printing outside the shell.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0
complain() { echo "lint: $1" >&2; status=1; }

while read -r lines file; do
    [ "$lines" -le 400 ] || complain "$file has $lines lines; 400 is the limit"
done < <(git ls-files -co --exclude-standard 'Sources/*.swift' 'Sources/*.c' 'Sources/*.h' | xargs wc -l | grep -v ' total$')

search() { # pattern, what to say, paths…
    local pattern=$1 say=$2; shift 2
    local found
    found=$(git grep --untracked -nE "$pattern" -- "$@" || true)
    [ -z "$found" ] || complain "$say"$'\n'"$found"
}
search '\btry[?!]|\bas!|\bfatalError\(|\bTODO\b|\bFIXME\b' 'silenced failure or unfinished work:' 'Sources/*.swift'
search '(^|[^.[:alnum:]_])(print|debugPrint)\(' 'only Shell prints:' 'Sources/*.swift' ':!Sources/Shell'
search '\b(malloc|calloc|realloc|free|printf|fprintf|exit|abort)\(' 'kernels neither allocate nor print nor exit:' 'Sources/CKernels/*.[ch]'
search '\bUnsafe(Mutable)?(Raw)?(Buffer)?Pointer' 'unsafe pointers end in Tensors:' 'Sources/Llama' 'Sources/Training' 'Sources/Export' 'Sources/Lifecycle'
# the crew of threads, which outlives a call, is the one exception
globals=$(git grep --untracked -nE '^} *[a-z_]+( = .*|;)$' -- 'Sources/CKernels/*.c' | grep -v 'workers.c:[0-9]*:} crew = {$' || true)
globals+=$(git grep --untracked -nE '^(static )?[A-Za-z_][A-Za-z0-9_ *]*(\[[^]]*\])* *(= *[^;]*)?;$' -- 'Sources/CKernels/*.[ch]' |
    grep -vE '\b(const|typedef|struct|enum)\b' || true)
[ -z "$globals" ] || complain "kernels keep no globals:"$'\n'"$globals"
exit $status
