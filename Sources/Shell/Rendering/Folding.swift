/// A line of words, cut into several between them.
enum Folding {
    /// Lines that are narrower are left to the terminal.
    private static let narrowest = 20

    /// Lines of at most `width` characters, all but the first indented by four more than the first. A word that is longer, and a command
    /// between backticks, stays whole, so that it can be copied.
    static func lines(_ line: String, within width: Int) -> [String] {
        guard width >= narrowest, line.count > width else { return [line] }
        let indent = String(line.prefix { $0 == " " })
        let next = indent + "    "
        var lines: [String] = []
        var current = indent
        var isEmpty = true
        for (blanks, word) in words(line.dropFirst(indent.count)) {
            if !isEmpty, current.count + blanks + word.count > width {
                lines.append(current)
                (current, isEmpty) = (next, true)
            }
            current += (isEmpty ? "" : String(repeating: " ", count: blanks)) + word
            isEmpty = false
        }
        return lines + [current]
    }

    /// Each with the number of blanks before it.
    private static func words(_ text: Substring) -> [(blanks: Int, word: String)] {
        var words: [(blanks: Int, word: String)] = []
        var (blanks, word, isQuoted) = (0, "", false)
        for character in text {
            if character == "`" { isQuoted.toggle() }
            guard character == " ", !isQuoted else {
                word.append(character)
                continue
            }
            if !word.isEmpty {
                words.append((blanks, word))
                (blanks, word) = (0, "")
            }
            blanks += 1
        }
        return word.isEmpty ? words : words + [(blanks, word)]
    }
}
