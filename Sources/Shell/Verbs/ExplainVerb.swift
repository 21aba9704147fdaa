import ArgumentParser
import Faults

struct ExplainVerb: Verb {
    static let configuration = Shell.configuration(
        "explain", "Say what the exit status of the last command of this shell means, what decided, and what to do next.",
        example: "lora explain last", notes: "Within `lora>` alone: elsewhere nobody remembers the last command.")

    enum Subject: String, ExpressibleByArgument, CaseIterable { case last }

    @Argument(help: ArgumentHelp("What to explain.", valueName: "what"))
    var subject: Subject

    func perform(in session: Session) throws -> ExitStatus {
        guard let outcome = session.last.latest else { throw NothingToExplain() }
        for line in ExplainedOutcome(outcome).lines { session.console.say(line) }
        return .passed
    }
}

/// No command has been performed before in this shell.
struct NothingToExplain: Explained, Hashable {
    var explanation: Explanation {
        Explanation(
            "No command of this shell came before.",
            next: "Run a verb in `lora>` first; `lora help` has the table of exit statuses.",
            kind: .usage)
    }
}
