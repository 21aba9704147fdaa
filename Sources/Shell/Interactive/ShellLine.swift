/// One line of the shell language: a verb with its words, `&` behind them to run it in the background, or a word to leave.
enum ShellLine {
    enum Outcome {
        case done(ExitStatus)
        case leave
    }

    /// The next line with those that it goes on in: a `\` at its end takes the end of the line away. Nil at the end of the input.
    ///
    /// - Parameter read: a line, and whether it goes on with the one before.
    static func next(_ read: (_ isContinuation: Bool) -> String?) -> String? {
        guard var line = read(false) else { return nil }
        while isUnfinished(line), let more = read(true) { line = line.dropLast() + more }
        return line
    }

    private static func isUnfinished(_ line: String) -> Bool { line.reversed().prefix { $0 == "\\" }.count % 2 == 1 }

    static func perform(_ line: String, in session: Session) -> Outcome {
        do throws(UnclosedQuote) {
            let line = try WordSplitter.line(line)
            let words = line.words.first == "lora" ? Array(line.words.dropFirst()) : line.words
            if line.isBackground { return .done(Program.begin(words, in: session)) }
            switch line.words.first {
            case nil: return .done(.passed)
            case "exit", "quit": return .leave
            default: return .done(Program.perform(words, in: session))
            }
        } catch {
            session.console.complain(Wording.text(of: error.explanation))
            return .done(.usage)
        }
    }
}
