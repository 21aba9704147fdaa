import Adapters
import DurableFiles
import Foundation
import StrictJSON

/// The jobs of a registry: for each `N.log`, what it prints, and `N.json`, its record.
///
/// A job holds the lock on its output as long as it lives. The kernel frees it whatever becomes of the process, so that nobody has to
/// guess from a process number whether a job still runs.
public struct JobShelf: Sendable {
    /// Jobs that ended and are kept; older ones are forgotten when another begins.
    static let kept = 100

    private static let lastNumber = 999_999_999

    public let folder: URL

    public init(in folder: URL) { self.folder = folder }

    public func output(of number: Int) -> URL { folder.appending(path: "\(number).log") }
    func record(of number: Int) -> URL { folder.appending(path: "\(number).json") }

    /// What stands under a number.
    public enum Entry: Sendable, Hashable {
        case job(Job, Job.State)
        /// Its record is none, or cannot be read: nothing is known of it but what it printed.
        case damaged(number: Int)
    }

    /// All that is there, the oldest first; what is damaged hides nothing else.
    public func entries() throws -> [Entry] {
        try numbers.compactMap { number in
            do {
                return try read(number).map { .job($0, try state(of: $0)) }
            } catch {
                return .damaged(number: number)
            }
        }
    }

    /// Those whose records are sound, the oldest first.
    public func jobs() throws -> [Job] {
        try entries().compactMap { if case .job(let job, _) = $0 { job } else { nil } }
    }

    /// Their numbers alone, the oldest first.
    public var numbers: [Int] { get throws { try numbers(of: ".json") } }

    /// - Throws: `JobError.unknown`
    public func job(_ number: Int) throws -> Job {
        guard let job = try read(number) else { throw JobError.unknown(number: number, last: try numbers.last) }
        return job
    }

    /// More than any record has.
    private static let recordLimit = 1 << 20

    /// - Throws: `JobError.damaged` when the record is none; nil when there is no record.
    private func read(_ number: Int) throws -> Job? {
        let file = record(of: number)
        do {
            let data = try FileBytes.contents(of: file, limit: Self.recordLimit)
            guard let job = Job(record: try JSONValue(parsing: data)), job.number == number else {
                throw JobError.damaged(path: file.path)
            }
            return job
        } catch let error as FileError where error.code == ENOENT {
            return nil
        } catch is JSONError {
            throw JobError.damaged(path: file.path)
        }
    }

    public func state(of job: Job) throws -> Job.State {
        if let ending = job.ending { return .ended(ending) }
        if try FileLock.isHeld(output(of: job.number)) { return .running }
        // it may have ended between the two looks
        return try read(job.number)?.ending.map(Job.State.ended) ?? .lost
    }

    /// The numbers of the files that end so, in order.
    func numbers(of suffix: String) throws -> [Int] {
        guard access(folder.path, F_OK) == 0 else { return [] }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(suffix) }
        return names.compactMap { name in
            let text = name.dropLast(suffix.count)
            // a copy such as 007 is no job's, and after the largest number none could begin
            return Int(text).flatMap { (1...Self.lastNumber).contains($0) && "\($0)" == text ? $0 : nil }
        }.sorted()
    }

    /// Asks a job to stop as Ctrl-C would, and all that it started.
    ///
    /// - Throws: `JobError.notRunning`
    public func stop(_ number: Int) throws {
        let job = try job(number)
        // the lock tells that it lives, the start that this is its process also in a container that counts processes anew
        guard try state(of: job) == .running, job.process.isAlive, kill(-job.process.pid, SIGINT) == 0 else {
            throw JobError.notRunning(number: number)
        }
    }

    /// Forgets the oldest jobs that are over, but for so many.
    func forgetOldest() throws {
        let over: [Job] = try entries().compactMap { entry in
            if case .job(let job, let state) = entry, state != .running { job } else { nil }
        }
        for job in over.dropLast(Self.kept) {
            // the record last: without it nobody would find the output
            try DurableFile.remove(output(of: job.number))
            try DurableFile.remove(record(of: job.number))
        }
    }
}
