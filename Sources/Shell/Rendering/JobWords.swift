import Jobs
import StrictJSON

/// How jobs are told of.
enum JobWords {
    static func command(_ job: Job) -> String { job.words.map(WordSplitter.quoted).joined(separator: " ") }

    static func state(_ state: Job.State) -> String {
        switch state {
        case .running: "running"
        case .ended(let ending) where ending.status == 0: "done"
        case .ended(let ending):
            "exit \(ending.status)" + (ExitStatus(rawValue: ending.status).map { ": \($0.meaning)" } ?? "")
        case .lost: "lost: killed, or the machine went down"
        }
    }

    static func json(_ job: Job, _ state: Job.State) -> JSONValue {
        let (word, ending): (JSONValue, Job.Ending?) =
            switch state {
            case .running: ("running", nil)
            case .ended(let ending): (ending.status == 0 ? "done" : "failed", ending)
            case .lost: ("lost", nil)
            }
        return [
            "job": .integer(job.number), "state": word, "words": .array(job.words.map(JSONValue.string)),
            "folder": .string(job.folder), "began": .string("\(job.began)"),
            "ended": ending.map { .string("\($0.at)") } ?? .null, "status": ending.map { .integer(Int($0.status)) } ?? .null,
        ]
    }
}
