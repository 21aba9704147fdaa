import ArgumentParser
import Foundation
import Jobs
import Registry
import StrictJSON

extension Session {
    /// The jobs of a registry.
    func jobs(_ registry: String?) throws -> JobShelf {
        let layout = registryLocation(registry).layout
        _ = try AdapterRegistry.access(to: layout)
        return JobShelf(in: layout.jobs)
    }
}

struct JobsVerb: Verb {
    static let configuration = Shell.configuration(
        "jobs", "List the verbs that run, or ran, in the background of this registry.", example: "lora jobs",
        notes: "A line of `lora>` that ends with ` &` begins one. It goes on when the shell is left.")

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let shelf = try session.jobs(place.registry)
        let entries = try shelf.entries()
        if format.json {
            session.print(["jobs": .array(entries.map(JobWords.json))], as: "lora.jobs/1")
        } else if entries.isEmpty {
            session.console.say("Nothing runs in the background. A line of `lora>` that ends with ` &` begins a job.")
        } else {
            session.print(Table(["JOB", "STATE", "BEGAN", "COMMAND"], entries.map(JobWords.row)))
        }
        return .passed
    }
}

struct AttachVerb: Verb {
    static let configuration = Shell.configuration(
        "attach", "Follow what a job prints until it ends; Ctrl-C only detaches.", example: "lora attach 1",
        notes: "Exits with the job's own status, or with 0 when it still runs.")

    @Argument(help: ArgumentHelp("The job's number, from `jobs`.", valueName: "job"))
    var number: Int
    @OptionGroup var place: RegistryOption

    func perform(in session: Session) throws -> ExitStatus {
        let shelf = try session.jobs(place.registry)
        let job = try shelf.job(number)
        var output = try FollowedOutput(of: job, on: shelf)
        var said = SaidInPieces(session.console)
        defer { said.end() }
        while true {
            // asked first: what a job says before it ends is then among what is read next
            let state = try shelf.state(of: try shelf.job(number))
            while let piece = try output.next() { said.say(piece) }
            switch state {
            case .running:
                if session.isInterrupted {
                    session.console.say("\nDetached. Job \(number) goes on; `\(session.command("stop \(number)"))` ends it.")
                    return .passed
                }
                usleep(100_000)
            case .ended(let ending):
                session.console.say("Job \(number) is over: \(JobWords.state(state)).")
                return ExitStatus(rawValue: ending.status) ?? .runtimeError
            case .lost:
                session.console.say("Job \(number) is over: \(JobWords.state(state)).")
                return .runtimeError
            }
        }
    }
}

struct StopVerb: Verb {
    static let configuration = Shell.configuration(
        "stop", "Ask a job to stop as Ctrl-C would: a training saves its state.", example: "lora stop 1",
        notes: "Asked a second time, it ends at once.")

    @Argument(help: ArgumentHelp("The job's number, from `jobs`.", valueName: "job"))
    var number: Int
    @OptionGroup var place: RegistryOption

    func perform(in session: Session) throws -> ExitStatus {
        try session.jobs(place.registry).stop(number)
        session.console.say("Job \(number) is asked to stop; `\(session.command("attach \(number)"))` shows how it ends.")
        return .passed
    }
}

/// What the process of a job runs.
struct RunJobVerb: Verb {
    static let configuration = Shell.configuration(
        "run-job", "Perform a verb as a job of the registry.",
        example: "lora run-job registry/.state/jobs 1 -- train ticket-router",
        isHidden: true)

    @Argument(help: ArgumentHelp("Where the jobs of the registry are.", valueName: "dir"))
    var folder: String
    @Argument(help: ArgumentHelp("The job's number.", valueName: "job"))
    var number: Int
    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The verb, word by word.", valueName: "word"))
    var words: [String] = []

    func perform(in session: Session) throws -> ExitStatus {
        let verb = words.first == "--" ? Array(words.dropFirst()) : words
        var job = try RunningJob(
            number, on: JobShelf(in: session.url(folder)), words: verb, folder: session.workingFolder.path, at: session.clock())
        let status = Program.perform(verb, in: session)
        try job.end(status: status.rawValue, at: session.clock())
        return status
    }
}
