#!/usr/bin/env bash
# Who may read and write what: under three umasks, in folders of other users, in a folder whose group is passed on, and in a registry
# that may only be read. Cases of other users need root and are told of where there is none.
# Usage: Scripts/permissions.sh LORA
set -euo pipefail
lora=$(realpath "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
chmod 755 "$work"
cp "$lora" "$work/lora"
export LORA_CACHE=$work/cache XDG_STATE_HOME=$work/state HOME=$work
unset LORA_REGISTRY || true
cases=0 failed=0

holds() { # what, a test that must succeed…
    local what=$1
    shift
    cases=$((cases + 1))
    if ! "$@" >"$work/said" 2>&1; then
        failed=$((failed + 1))
        echo "not so: $what" >&2
        tail -5 "$work/said" >&2
    fi
}
modes() { # octal mode, paths…: each has exactly this mode
    local mode=$1
    shift
    for path in "$@"; do
        [ "$(stat -c %a "$path")" = "$mode" ] || { echo "$path is $(stat -c %a "$path"), not $mode"; return 1; }
    done
}
closed() { # folder: nobody but the owner may write its files, nor everybody into a folder
    local found
    found=$(find "$1" \( -type f -perm /022 -o -perm /002 \) -not -type l | head -3)
    [ -z "$found" ] || { echo "others may write $found"; return 1; }
}
refused() { # status, part of the message, a command…: refused so, by what is said and what is done next
    local status=0 wanted=$1 words=$2
    shift 2
    "$@" >"$work/refusal" 2>&1 || status=$?
    cat "$work/refusal"
    [ "$status" = "$wanted" ] && grep -q "$words" "$work/refusal" && grep -q '^ next: ' "$work/refusal"
}
lay_out() { # folder
    mkdir -p "$1"
    cp -r "$root/Tests/Fixtures/shell/registry" "$root/policies" "$1/"
    cp -r "$root/Tests/Fixtures/golden/tiny-llama" "$1/model"
    chmod -R u+rwX,go+rX,go-w "$1"
    cd "$1"
}

umask 022
lay_out "$work/made"
"$lora" base add tiny model >/dev/null
"$lora" train --base model --data registry/data/train.jsonl --out small --rank 2 --max-steps 1 >/dev/null 2>&1
cp -r "$work/made/small" "$work/small"
for mask in 000 022 077; do
    umask $mask
    mkdir "$work/under-$mask"
    cd "$work/under-$mask"
    "$lora" init . >/dev/null
    holds "umask $mask: what init lays out is for its owner to write" closed registry
    lay_out "$work/umask-$mask"
    "$lora" base add tiny model >/dev/null
    "$lora" adopt "$work/small" --adapter greeter >/dev/null 2>&1
    "$lora" adopt "$work/small" --adapter greeter >/dev/null 2>&1
    "$lora" promote greeter@v1 --force --reason first >/dev/null
    holds "umask $mask: state is its owner's alone" modes 700 registry/.state registry/.state/{staging,caches,locks}
    holds "umask $mask: index, locks and notes are their owner's alone" modes 600 registry/.state/lora.sqlite \
        registry/.state/versions.git.lease registry/.state/locks/greeter.lease
    holds "umask $mask: a pinned base is for its owner to write" closed registry/bases
    "$lora" export greeter@v1 out >/dev/null
    holds "umask $mask: an exported folder's files are for their owner to write" sh -c '[ -z "$(find out -type f -perm /022)" ]'
    "$lora" registry rebuild >/dev/null
    holds "umask $mask: an index made again is its owner's alone" modes 600 registry/.state/lora.sqlite
    rm registry/.state/lora.sqlite
    "$lora" list >/dev/null
    holds "umask $mask: so is one made from nothing" modes 600 registry/.state/lora.sqlite
    chmod 666 registry/.state/lora.sqlite
    "$lora" list >/dev/null
    holds "umask $mask: one that was opened to others is closed" modes 600 registry/.state/lora.sqlite
    rm -rf "$work/state"
    printf 'list\nexit\n' | timeout 10 script -qec "$lora" /dev/null >/dev/null 2>&1 || true
    holds "umask $mask: the shell's history is its owner's alone" modes 600 "$work/state/lora/history"
done

umask 022
if [ "$(id -u)" != 0 ]; then
    echo "not root: the cases of other users are left out" >&2
else
    as() { # user id, a command…
        local id=$1
        shift
        setpriv --reuid="$id" --regid="$id" --clear-groups env HOME="$work/home-$id" USER="user-$id" LORA_CACHE="$work/home-$id/cache" "$@"
    }
    for id in 1 65534; do install -d -o "$id" -g "$id" "$work/home-$id"; done

    # of another user, as it is made
    cd "$work/umask-022"
    before=$(find registry -printf '%p %s %m %T@\n' | sort | sha256sum)
    for words in list "show greeter" verify "promote greeter@v2 --force --reason x" "export greeter@v1 $work/home-1/out"; do
        holds "another user's registry is told to be another's: $words" refused 1 "another user" as 1 "$work/lora" $words
    done
    holds "and nothing in it has changed" test "$before" = "$(find registry -printf '%p %s %m %T@\n' | sort | sha256sum)"

    # a registry that its owner has opened for reading
    chmod -R a+rX registry
    before=$(find registry -printf '%p %s %m %T@\n' | sort | sha256sum)
    for words in list "show greeter" "show greeter@v1" "history greeter" verify "export greeter@v1 $work/home-1/exported"; do
        holds "whoever may read can: $words" as 1 "$work/lora" $words
    done
    for words in "promote greeter@v2 --force --reason x" "alias set greeter@staging v1" "archive greeter" "registry rebuild" \
        "adopt $work/small --adapter greeter" "rename greeter other"; do
        holds "whoever may only read is told so: $words" refused 1 "can only be read" as 1 "$work/lora" $words
    done
    holds "whoever may only read is told how to use a version" refused 1 "can only be read" as 1 \
        "$work/lora" generate --base tiny --adapter greeter@v1 --prompt ab --max-new-tokens 1
    holds "and an exported folder can be used" as 1 \
        "$work/lora" generate --base tiny --adapter "$work/home-1/exported" --prompt ab --max-new-tokens 1
    holds "and nothing in it has changed" test "$before" = "$(find registry -printf '%p %s %m %T@\n' | sort | sha256sum)"

    # an owner whose own registry is on a place that is only to be read
    cp -r "$work/umask-022" "$work/resting"
    cd "$work/resting"
    chown -R 65534:65534 .
    chmod -R u+rwX,go-rwx registry/.state
    chmod -R a-w registry
    holds "an owner reads what is not to be written" as 65534 "$work/lora" history greeter
    holds "and is told that it is not" refused 1 "can only be read" as 65534 "$work/lora" archive greeter --reason x

    # a folder whose group is passed on
    cd "$work"
    mkdir shared && chown 65534:1 shared && chmod 2775 shared
    cp -r "$root/Tests/Fixtures/golden/tiny-llama" "$work/home-65534/model"
    chmod -R a+rX "$work/home-65534"
    cd shared
    holds "init in a folder that passes its group on" as 65534 "$work/lora" init .
    as 65534 "$work/lora" base add tiny "$work/home-65534/model" >/dev/null
    as 65534 "$work/lora" create sorter --task Sort --owner ada --base tiny --train a.jsonl --held-out b.jsonl --horizon 12mo \
        --labels one,two >/dev/null
    as 65534 "$work/lora" adopt "$work/small" --adapter sorter >/dev/null 2>&1
    holds "every file has that group" sh -c '[ -z "$(find . -not -group 1)" ]'
    holds "state stays the owner's alone" test "$(stat -c %a registry/.state | tail -c 4)" = 700
    holds "and so does the index" modes 600 registry/.state/lora.sqlite

    # what root did in a user's registry
    as 65534 "$work/lora" list >/dev/null
    chown root registry/.state/lora.sqlite
    holds "a file that became root's is told" refused 1 "" as 65534 "$work/lora" list
fi
echo "$cases cases of who may do what: $failed not as they should be"
[ "$failed" -eq 0 ]
