import ArgumentParser
import Faults
import Jobs

extension Program {
    /// Begins a verb as a job of its registry. What is typed wrong is told here, not in the job's output.
    static func begin(_ words: [String], in session: Session) -> ExitStatus {
        do {
            guard !words.isEmpty else { throw NothingToBegin() }
            try VerbName.check(words)
            guard try LoraCommand.parseAsRoot(OptionValues.joined(words)) is any Verb else { return perform(words, in: session) }
            let shelf = try session.jobs(RegistryOption.typed(in: words))
            let job = try shelf.start(environment: session.environment) { number in
                ["run-job", shelf.folder.path, "\(number)", "--"] + words
            }
            let (follow, end) = (session.command("attach \(job.number)"), session.command("stop \(job.number)"))
            session.console.say(
                "Job \(job.number) runs. `\(session.command("jobs"))` tells how it fares, `\(follow)` shows it, `\(end)` ends it."
            )
            return .passed
        } catch {
            return report(error, of: words, in: session)
        }
    }
}

/// A line of `&` alone.
struct NothingToBegin: Explained, Hashable {
    var explanation: Explanation {
        Explanation("There is no verb before the '&'.", next: "Write it so: `train ticket-router &`.", kind: .usage)
    }
}
