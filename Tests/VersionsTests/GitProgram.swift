import Foundation
import Testing

/// The git program, as the reader that our repositories must please.
struct GitProgram {
    let folder: URL

    struct Outcome {
        let status: Int32
        let output: String
        let complaints: String
    }

    func callAsFunction(_ arguments: String..., input: String? = nil) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder.path] + arguments
        // Neither the person's own settings nor a hook that runs the tests must decide one.
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GIT_") }
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
        environment["GIT_CONFIG_NOSYSTEM"] = "1"
        process.environment = environment
        let (output, complaints, typed) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = complaints
        process.standardInput = typed
        try process.run()
        try typed.fileHandleForWriting.write(contentsOf: Data((input ?? "").utf8))
        try typed.fileHandleForWriting.close()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let errors = try complaints.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            complaints: String(decoding: errors, as: UTF8.self))
    }

    /// Git finds every object readable, named by its content and referred to rightly.
    func expectSound(_ location: SourceLocation = #_sourceLocation) throws {
        let check = try self("fsck", "--full", "--strict", "--no-dangling")
        #expect(check.status == 0, "\(check.complaints)", sourceLocation: location)
        #expect(!check.complaints.contains("error"), "\(check.complaints)", sourceLocation: location)
    }
}
