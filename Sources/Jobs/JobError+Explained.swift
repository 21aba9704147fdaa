import Faults

extension JobError: Explained {
    public var explanation: Explanation {
        switch self {
        case .unknown(let number, let last?):
            Explanation("There is no job \(number); the last one is \(last).", next: "`lora jobs` lists them.", kind: .usage)
        case .unknown(let number, nil):
            Explanation(
                "There is no job \(number), nor any other.", next: "End a line of `lora>` with ` &` to begin one.", kind: .usage)
        case .notRunning(let number):
            Explanation("Job \(number) does not run.", next: "`lora attach \(number)` shows what it said.", kind: .usage)
        case .notStarted(let said):
            Explanation(
                said.isEmpty ? "The job could not begin." : "The job could not begin: \(said)",
                next: "Run it without the '&' to see why.")
        case .damaged(let path):
            Explanation(
                "This is no record of a job.", at: path, next: "Delete it; what the job printed is beside it.", kind: .integrity)
        }
    }
}
