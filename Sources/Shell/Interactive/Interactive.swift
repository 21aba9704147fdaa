import CReadline
import Foundation

/// The `lora>` prompt on GNU readline: history in a file, completion, Ctrl-C abandons a line, Ctrl-D leaves.
struct Interactive {
    /// Lines of history kept in the file.
    static let historyLimit: Int32 = 2_000

    let session: Session

    func run() -> ExitStatus {
        greet()
        Completion.install(for: session)
        let history = History(environment: session.environment)
        history.load()
        while let line = ShellLine.next(nextLine) {
            history.add(line)
            if case .leave = ShellLine.perform(line, in: session) { return .passed }
        }
        session.console.print()
        return .passed
    }

    private func greet() {
        session.console.say("LoRA Keeper \(LoraCommand.version). `help` lists the verbs, Tab completes, Ctrl-D leaves.")
    }

    /// Ctrl-C abandons the beginning too.
    private func nextLine(goingOnFrom beginning: String) -> String? {
        Completion.beginning = beginning
        guard let line = lora_read_line(beginning.isEmpty ? "lora> " : "    > ", "lora> ") else { return nil }
        defer { free(line) }
        return (lora_line_was_abandoned() ? "" : beginning) + String(cString: line)
    }
}
