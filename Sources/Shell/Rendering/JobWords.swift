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

    static func row(_ entry: JobShelf.Entry) -> [String] {
        switch entry {
        case .job(let job, let state): ["\(job.number)", self.state(state), "\(job.began)", command(job)]
        case .damaged(let number): ["\(number)", "unknown: its record is damaged", "–", "–"]
        }
    }

    static func json(_ entry: JobShelf.Entry) -> JSONValue {
        switch entry {
        case .job(let job, let state): json(job, state)
        case .damaged(let number):
            [
                "job": .integer(number), "state": "damaged", "words": .null, "folder": .null, "began": .null, "ended": .null,
                "status": .null,
            ]
        }
    }

    private static func json(_ job: Job, _ state: Job.State) -> JSONValue {
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
