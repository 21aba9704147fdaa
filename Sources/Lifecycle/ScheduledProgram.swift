import DurableFiles
import Foundation

/// A program of the system that keeps schedules, `crontab` or `systemctl`, found through PATH.
struct ScheduledProgram {
    struct Outcome {
        let status: Int32
        let output: Data
        /// What it complained about, in one line.
        let complaint: String
    }

    let file: URL
    let environment: [String: String]

    /// - Throws: `ScheduleError.noProgram`
    init(_ name: String, environment: [String: String]) throws(ScheduleError) {
        let folders = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map(String.init)
        let files = folders.filter { $0.hasPrefix("/") }.map { URL(filePath: $0).appending(path: name) }
        guard let file = files.first(where: { access($0.path, X_OK) == 0 && !$0.hasDirectoryPath }) else {
            throw .noProgram(name)
        }
        self.file = file
        self.environment = environment
    }

    /// - Parameter input: what it reads; nothing by default.
    func run(_ words: [String], input: [UInt8] = []) throws -> Outcome {
        let folder = try FileManager.default.url(
            for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: FileManager.default.temporaryDirectory,
            create: true)
        defer { _ = Result { try FileManager.default.removeItem(at: folder) } }
        let (given, complaints) = (folder.appending(path: "in"), folder.appending(path: "err"))
        try DurableFile.write(Data(input), to: given, permissions: 0o600)
        try DurableFile.write(Data(), to: complaints, permissions: 0o600)
        let (process, output) = (Process(), Pipe())
        process.executableURL = file
        process.arguments = words
        // its words are compared with English ones
        process.environment = environment.merging(["LC_ALL": "C"]) { _, new in new }
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: complaints)
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let told = String(decoding: try Data(contentsOf: complaints), as: UTF8.self)
        return Outcome(
            status: process.terminationStatus, output: bytes,
            complaint: told.split(whereSeparator: \.isNewline).joined(separator: "; "))
    }
}
