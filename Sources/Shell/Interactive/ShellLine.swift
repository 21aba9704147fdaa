/// One line of the shell language: a verb with its words, `&` behind them to run it in the background, or a word to leave.
enum ShellLine {
    enum Outcome {
        case done(ExitStatus)
        case leave
    }

    /// The next line with those that it goes on in: a `\` at its end takes the end of the line away. Nil at the end of the input.
    ///
    /// - Parameter read: gives the whole of it, given what it goes on from: nothing, or what was read so far without that `\`.
    static func next(_ read: (_ beginning: String) -> String?) -> String? {
        guard var line = read("") else { return nil }
        while isUnfinished(line), let whole = read(String(line.dropLast())) { line = whole }
        return line
    }

    /// A quote that is not closed does not go on: it is an error that is told at once.
    private static func isUnfinished(_ line: String) -> Bool {
        guard line.hasSuffix("\\") else { return false }
        do throws(UnclosedQuote) {
            return try WordSplitter.line(line).isUnfinished
        } catch {
            return false
        }
    }

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
