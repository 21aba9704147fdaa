/// One line of the shell language: a verb with its words, `help`, or a word to leave.
enum ShellLine {
    enum Outcome {
        case done(ExitStatus)
        case leave
    }

    static func perform(_ line: String, in session: Session) -> Outcome {
        do throws(UnclosedQuote) {
            let words = try WordSplitter.words(in: line)
            switch words.first {
            case nil: return .done(.passed)
            case "exit", "quit": return .leave
            case "lora": return .done(Program.perform(Array(words.dropFirst()), in: session))
            default: return .done(Program.perform(words, in: session))
            }
        } catch {
            session.console.complain(Wording.text(of: error.explanation))
            return .done(.usage)
        }
    }
}
