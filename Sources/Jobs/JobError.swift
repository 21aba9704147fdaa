/// What can be wrong with a job.
public enum JobError: Error, Hashable {
    /// No job has the number; the last one that is kept.
    case unknown(number: Int, last: Int?)
    case notRunning(number: Int)
    /// Its process ended before its record stood; what it said.
    case notStarted(said: String)
    case damaged(path: String)
}
