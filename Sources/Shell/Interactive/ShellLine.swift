/// One line of the shell language: a verb with its words, `&` behind them to run it in the background, or a word to leave.
enum ShellLine {
    enum Outcome {
        case done(ExitStatus)
        case leave
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
