/// What other shells load to complete `lora`: they ask the program itself, which knows its verbs and the names in the registry.
enum CompletionScript: String, CaseIterable {
    case bash, zsh, fish

    /// The option that prints one, as ArgumentParser has it.
    static let option = "--generate-completion-script"

    /// The script that a command line asks for; nil when it asks for something else, or for a shell that is not known.
    static func asked(by words: [String], environment: [String: String]) -> CompletionScript? {
        guard let first = words.first, first == option || first.hasPrefix(option + "=") else { return nil }
        let named = first == option ? words.dropFirst().first : String(first.dropFirst(option.count + 1))
        let shell = named ?? environment["SHELL"]?.split(separator: "/").last.map(String.init)
        return shell.flatMap(CompletionScript.init(rawValue:))
    }

    var text: String {
        switch self {
        case .bash: Self.bashText
        case .zsh: Self.zshText
        case .fish: Self.fishText
        }
    }

    /// bash parts words at `@` and `=` too, and replaces only what follows the last of these.
    private static let bashText = #"""
        # Completes lora in bash.
        _lora() {
            local line="${COMP_LINE:0:COMP_POINT}" candidate head
            local -a words
            read -ra words <<< "$line"
            [[ $line == *[[:space:]] ]] && words+=("")
            local word="${words[${#words[@]} - 1]}"
            head="${word%"${word##*["$COMP_WORDBREAKS"]}"}"
            COMPREPLY=()
            while IFS= read -r candidate; do
                # a folder is no finished word
                [[ $candidate == */ ]] && compopt -o nospace 2> /dev/null
                COMPREPLY+=("${candidate#"$head"}")
            done < <("$1" complete -- "${words[@]:1}" 2> /dev/null)
        }
        complete -F _lora lora
        """#

    private static let zshText = #"""
        #compdef lora
        # Completes lora in zsh.
        _lora() {
            local -a found folders
            found=("${(@f)$(lora complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null)}")
            folders=(${(M)found:#*/})
            found=(${found:#*/})
            (( $#found )) && compadd -- $found
            # a folder is no finished word
            (( $#folders )) && compadd -S '' -- $folders
            (( $#found + $#folders ))
        }
        if [ "$funcstack[1]" = "_lora" ]; then _lora "$@"; else compdef _lora lora; fi
        """#

    private static let fishText = #"""
        # Completes lora in fish.
        function __lora_candidates
            set -l words (commandline -opc)
            set -e words[1]
            lora complete -- $words (commandline -ct) 2> /dev/null
        end
        complete -c lora -f -a '(__lora_candidates)'
        """#
}
