import ArgumentParser
import Faults
import Foundation

struct WatchVerb: Verb {
    static let configuration = Shell.configuration(
        "watch", "Repeat a verb on a terminal until Ctrl-C, drawing over what it said before.",
        example: "lora watch --every 10 retrain-check",
        notes: "Exits with the verb's last status. Options of `watch` stand before the verb.")

    @Option(help: ArgumentHelp("Seconds between two times, from 1 to 86400.", valueName: "n"))
    var every = 2
    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The verb with its words.", valueName: "verb"))
    var words: [String] = []

    func validate() throws {
        guard (1...86_400).contains(every) else { throw ValidationError("--every takes from 1 to 86400 seconds.") }
        guard let verb = words.first else { throw ValidationError("Say which verb to repeat.") }
        guard verb != "watch" else { throw ValidationError("To watch is repeated already; name another verb.") }
    }

    func perform(in session: Session) throws -> ExitStatus {
        // everything behind `watch` is the other verb's, but for this
        if words == ["--help"] || words == ["-h"] { throw CleanExit.helpRequest(Self.self) }
        guard session.console.isScreen else { throw NoTerminalToWatch() }
        let title = "Every \(every) s until Ctrl-C: \(words.map(WordSplitter.quoted).joined(separator: " "))"
        while true {
            let (text, status) = session.console.gathering(withComplaints: true) {
                Program.carryOut(words, in: session.withoutPager)
            }
            session.console.redraw("\(title)\n\n\(text)")
            // what is typed wrong does not get better
            if status == .usage || waitsUntilInterrupted(session) { return status }
        }
    }

    private func waitsUntilInterrupted(_ session: Session) -> Bool {
        let end = ContinuousClock.now + .seconds(every)
        while ContinuousClock.now < end {
            if session.isInterrupted { return true }
            usleep(50_000)
        }
        return session.isInterrupted
    }
}

/// Whoever reads a pipe wants the verb once.
struct NoTerminalToWatch: Explained, Hashable {
    var explanation: Explanation {
        Explanation("`watch` draws on a terminal, and there is none.", next: "Run the verb without `watch`.", kind: .usage)
    }
}
