import DurableFiles
import Foundation

extension JobShelf {
    /// The descriptor on which a job tells whoever started it that its record stands.
    static let readiness: Int32 = 3

    /// Starts this program once more, apart from the terminal and whatever becomes of us, and waits until its record stands.
    ///
    /// - Parameter arguments: the program's words for the job of a number; they must lead to `RunningJob`.
    /// - Throws: `JobError.notStarted` when it ended before; what it said is in the error.
    public func start(environment: [String: String], arguments: (_ number: Int) -> [String]) throws -> Job {
        try DurableFile.makeFolder(folder, permissions: 0o700)
        try forgetOldest()
        let number = try takeNumber()
        do {
            try launch(number, arguments(number), environment)
            return try job(number)
        } catch {
            let said = try String(decoding: FileBytes.contents(of: output(of: number), limit: 4_096), as: UTF8.self)
            try DurableFile.remove(output(of: number))
            guard case JobError.unknown = error else { throw error }
            throw JobError.notStarted(said: said.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// A number that no job has or had among those that are kept; its output is there from then on.
    private func takeNumber() throws -> Int {
        var number = (try numbers(of: ".json").last ?? 0) + 1
        while true {
            let file = output(of: number)
            let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 {
                close(descriptor)
                return number
            }
            guard errno == EEXIST else { throw FileError(.create, file) }
            number += 1
        }
    }

    /// Returns once the process has written its record, or is gone.
    private func launch(_ number: Int, _ words: [String], _ environment: [String: String]) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw FileError(.create, output(of: number)) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let pid: pid_t
        do {
            defer { close(ends[1]) }
            pid = try DetachedProcess.spawn(
                ["lora"] + words, environment: environment, output: output(of: number), telling: (ends[1], Self.readiness))
        }
        // what has ended is collected, lest it stay in the table of processes as long as this shell
        Thread.detachNewThread {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        }
        var byte: UInt8 = 0
        while read(ends[0], &byte, 1) < 0 && errno == EINTR {}
    }
}
