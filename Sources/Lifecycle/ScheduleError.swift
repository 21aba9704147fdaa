import Faults

/// Why the retrain check cannot be put on, or taken off, the machine's schedule.
public enum ScheduleError: Error, Hashable, Explained {
    case noProgram(String)
    /// A path that a line for cron or a unit file cannot hold.
    case unwritable(String)
    case noHome
    case failed(program: String, words: String, complaint: String, status: Int32)
    /// Somebody else wrote the crontab meanwhile.
    case notKept

    public var explanation: Explanation {
        switch self {
        case .noProgram("crontab"):
            Explanation(
                "This machine has no program 'crontab'.",
                next: "Install cron (`apt-get install cron`), or use `lora schedule install --systemd`.")
        case .noProgram(let name):
            Explanation(
                "This machine has no program '\(name)'.", next: "Use `lora schedule install` without --systemd, which takes cron."
            )
        case .unwritable(let text):
            Explanation(
                "A schedule cannot hold this path: it has a control character, or is too long.", at: text,
                next: "Move the registry or the program, or call `lora retrain-check` from a script of your own.", kind: .usage)
        case .noHome:
            Explanation(
                "Neither XDG_CONFIG_HOME nor HOME is set, so the folder of the user's units is unknown.",
                next: "Set HOME, or use cron.", kind: .usage)
        case .failed(let program, let words, let complaint, let status):
            Explanation(
                "`\(program) \(words)` ended with \(status)\(complaint.isEmpty ? "" : ": \(complaint)").",
                next: "Mend what it says; what was scheduled before is as it was.")
        case .notKept:
            Explanation(
                "The crontab is another than the one that was just written: somebody else wrote it at the same time.",
                next: "Run the command again.", kind: .busy)
        }
    }
}
