#!/usr/bin/env bash
# usage: install.sh install|uninstall LORA PREFIX [DESTDIR]
# Puts the program, its manual pages and its completion scripts where systems look for them, or takes them away again.
set -euo pipefail
[ $# -ge 3 ] || { sed -n 2p "$0" | cut -c3- >&2; exit 2; }
action=$1 lora=$2 root=${4:-}${3%/}
[[ $root == /* ]] || { echo "install: PREFIX with DESTDIR before it must be an absolute path, not '$root'" >&2; exit 2; }
program=$root/bin/lora
manual=$root/share/man/man1
bash=$root/share/bash-completion/completions/lora
zsh=$root/share/zsh/site-functions/_lora
fish=$root/share/fish/vendor_completions.d/lora.fish
marker='^\.\\" Written by `lora manual`\.$'

# Pages that an earlier version wrote and this one no longer has are taken away; nobody else's are.
remove_pages() {
    local page
    for page in "$manual"/lora.1 "$manual"/lora-*.1; do
        [ ! -f "$page" ] || ! head -n 1 "$page" | grep -q "$marker" || rm -f -- "$page"
    done
}

case $action in
install)
    [ -x "$lora" ] || { echo "install: $lora is not there yet; 'make release' builds it" >&2; exit 1; }
    # everything is made before anything is put in place
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    "$lora" manual "$made/man"
    for shell in bash zsh fish; do "$lora" --generate-completion-script $shell > "$made/$shell"; done
    install -d "$manual" "$(dirname "$program")" "$(dirname "$bash")" "$(dirname "$zsh")" "$(dirname "$fish")"
    # beside its place first: whoever starts it meanwhile gets the old one or the new one whole
    install -m 755 "$lora" "$program.new"
    mv -f "$program.new" "$program"
    remove_pages
    install -m 644 "$made"/man/*.1 "$manual"
    install -m 644 "$made/bash" "$bash"
    install -m 644 "$made/zsh" "$zsh"
    install -m 644 "$made/fish" "$fish"
    echo "Installed $program with $(find "$made/man" -name '*.1' | wc -l) manual pages and completions for bash, zsh and fish."
    ;;
uninstall)
    remove_pages
    rm -f -- "$program" "$bash" "$zsh" "$fish"
    echo "Removed $program, its manual pages and its completions."
    ;;
*)
    echo "install: '$action' is neither install nor uninstall" >&2
    exit 2
    ;;
esac
