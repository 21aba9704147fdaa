import Adapters
import ArgumentParser
import CReadline
import Faults
import Foundation
import Tensors

/// The program: one verb from the command line, or a shell when none is given.
public struct Program {
    private let console: Console
    private let environment: [String: String]
    private let workingFolder: URL

    public init(
        console: Console = Console(), environment: [String: String] = ProcessInfo.processInfo.environment,
        workingFolder: URL = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    ) {
        self.console = console
        self.environment = environment
        self.workingFolder = workingFolder
    }

    /// Runs what the words ask for and returns the exit status.
    public func run(_ words: [String]) -> Int32 {
        lora_interrupts_catch()
        let interactive = words.isEmpty
        let clock = Clock(environment: environment)
        let session = Session(
            console: console, environment: environment, workingFolder: workingFolder, isInteractive: interactive,
            clock: { clock.now })
        do {
            try clock.check()
            try KernelPath.check()
        } catch {
            return Program.report(error, of: words, in: session).rawValue
        }
        let status = interactive ? Program.converse(in: session) : Program.perform(words, in: session)
        do {
            try console.check()
            return status.rawValue
        } catch {
            let lost = Program.report(error, of: words, in: session)
            return (status == .passed ? lost : status).rawValue
        }
    }

    private static func converse(in session: Session) -> ExitStatus {
        isatty(STDIN_FILENO) == 1 ? Interactive(session: session).run() : Script(session: session).run()
    }

    /// Parses and performs one verb; every failure becomes words on the error stream and a status.
    static func perform(_ words: [String], in session: Session) -> ExitStatus {
        lora_interrupts_clear()
        // what explains the last command is not what is explained next
        guard session.isInteractive, words.first != ExplainVerb.configuration.commandName else {
            return carryOut(words, in: session)
        }
        session.console.beginKeeping()
        let status = carryOut(words, in: session)
        session.last.note(LastCommand.Outcome(words: words, status: status, lines: session.console.endKeeping()))
        return status
    }

    /// As `perform`, for whoever wants to hear of Ctrl-C himself.
    static func carryOut(_ words: [String], in session: Session) -> ExitStatus {
        if let script = CompletionScript.asked(by: words, environment: session.environment) {
            session.console.print(script.text)
            return .passed
        }
        do {
            try VerbName.check(words)
            var command = try LoraCommand.parseAsRoot(OptionValues.joined(words))
            if let verb = command as? any Verb { return try perform(verb, in: session.typing(words)) }
            // What is no verb is a request for help: it throws the text of the command it is about.
            try command.run()
            return .passed
        } catch {
            return Program.report(error, of: words, in: session)
        }
    }

    private static func perform(_ verb: any Verb, in session: Session) throws -> ExitStatus {
        guard verb is any PagedVerb, let pager = session.pager else { return try verb.perform(in: session) }
        let (text, status) = try session.console.gathering { try verb.perform(in: session) }
        session.console.show(text, by: pager)
        return status
    }

    static func report(_ error: any Error, of words: [String], in session: Session) -> ExitStatus {
        if let explained = error as? any Explained {
            session.console.complain(Wording.text(of: explained.explanation))
            return ExitStatus(explained.explanation.kind)
        }
        guard LoraCommand.exitCode(for: error) != .failure else {
            session.console.complain(Wording.text(of: Wording.explanation(ofForeign: error)))
            return .runtimeError
        }
        let message = LoraCommand.fullMessage(for: error, columns: session.console.width)
        if LoraCommand.exitCode(for: error).isSuccess {
            session.console.show(message + "\n", by: session.pager)
            return .passed
        }
        session.console.complain(message)
        return .usage
    }
}
