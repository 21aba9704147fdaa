import Adapters
import DurableFiles
import Foundation
import StrictJSON

/// What the process of a job does before and after its verb.
public struct RunningJob {
    private let shelf: JobShelf
    private var job: Job
    /// Held until the process is gone, whatever ends it.
    private let life: FileLock

    /// Takes the lock, writes the record, and tells whoever started it.
    public init(_ number: Int, on shelf: JobShelf, words: [String], folder: String, at now: Timestamp) throws {
        // somebody who looks whether it is held, holds it for a moment
        guard let process = ProcessIdentity(of: getpid()),
            let life = try FileLock.take(shelf.output(of: number), waiting: .seconds(10))
        else { throw JobError.notStarted(said: "") }
        self.shelf = shelf
        self.life = life
        job = Job(number: number, words: words, folder: folder, began: now, process: process)
        try write()
        _ = "!".withCString { Foundation.write(JobShelf.readiness, $0, 1) }
        close(JobShelf.readiness)
    }

    /// Notes how the verb ended.
    public mutating func end(status: Int32, at now: Timestamp) throws {
        job.ending = Job.Ending(at: now, status: status)
        try write()
    }

    private func write() throws {
        let text = job.record.text(.pretty) + "\n"
        try DurableFile.write(Data(text.utf8), to: shelf.record(of: job.number), permissions: 0o600)
    }
}
