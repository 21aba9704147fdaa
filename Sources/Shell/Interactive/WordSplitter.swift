import Faults

/// Splits a typed line into words the way a POSIX shell does, without expansions.
///
/// Blanks separate words; single quotes keep everything; double quotes keep everything but `\"` and `\\`; a backslash
/// outside quotes takes the next character as it is; `#` at the start of a word begins a comment; `&` at the end of the line asks for
/// the background.
struct WordSplitter {
    private(set) var words: [String] = []
    /// Whether the line ended with `&`.
    private(set) var isBackground = false
    /// Whether the line ended with a `\` that takes the end of the line away.
    private(set) var isUnfinished = false
    private var word: String?

    static func line(_ line: String) throws(UnclosedQuote) -> WordSplitter {
        var splitter = WordSplitter()
        try splitter.read(line)
        return splitter
    }

    static func words(in line: String) throws(UnclosedQuote) -> [String] { try self.line(line).words }

    /// A word as it must be typed to be read as this one word, here and by a POSIX shell.
    static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "-_./@=:,+%".utf8.contains(byte)
            }
        return isPlain ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
    }

    private mutating func read(_ line: String) throws(UnclosedQuote) {
        var characters = line.makeIterator()
        while let character = characters.next() {
            switch character {
            case "#" where word == nil: return endWord()
            case "'", "\"": try readQuoted(by: character, from: &characters)
            case "&" where Self.isOver(characters): isBackground = true
            case "\\":
                guard let next = characters.next() else {
                    isUnfinished = true
                    append("\\")
                    break
                }
                append(next)
            case _ where character.isWhitespace: endWord()
            default: append(character)
            }
        }
        endWord()
    }

    /// Whether nothing but blanks or a comment follows.
    private static func isOver(_ characters: String.Iterator) -> Bool {
        var rest = characters
        while let next = rest.next() {
            if next == "#" { return true }
            guard next.isWhitespace else { return false }
        }
        return true
    }

    private mutating func readQuoted(by quote: Character, from characters: inout String.Iterator) throws(UnclosedQuote) {
        word = word ?? ""
        while let character = characters.next() {
            if character == quote { return }
            guard quote == "\"", character == "\\", let next = characters.next() else {
                append(character)
                continue
            }
            if next != "\"" && next != "\\" { append("\\") }
            append(next)
        }
        throw UnclosedQuote(quote: quote)
    }

    private mutating func append(_ character: Character) { word = (word ?? "") + String(character) }

    private mutating func endWord() {
        if let word { words.append(word) }
        word = nil
    }
}

struct UnclosedQuote: Explained {
    let quote: Character

    var explanation: Explanation {
        Explanation("The quote \(quote) is never closed.", next: "Close it on the same line.", kind: .usage)
    }
}
