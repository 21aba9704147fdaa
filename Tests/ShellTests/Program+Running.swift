import Foundation
import TestSupport

/// The built `lora`, run the way a user runs it: as a process of its own in a folder of its own.
struct BuiltProgram {
    static let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()

    let home: TemporaryFolder
    var environment: [String: String]

    /// A home folder that holds a copy of the small registry of the fixtures.
    init() throws {
        home = try TemporaryFolder()
        environment = [
            "HOME": home.url.path, "LANG": "C.UTF-8", "TERM": "xterm", "USER": "ada", "LORA_NOW": "2026-05-01T10:00:00Z",
            // programs run side by side here, and threads that wait awake would take the cores from one another
            "OMP_NUM_THREADS": "1", "FIXTURES": Fixture.root.path,
            "PATH": BuiltProgram.folder.path + ":/usr/local/bin:/usr/bin:/bin",
        ]
        let parts = ["registry": Fixture.root.appending(path: "shell/registry"), "policies": Fixture.policies]
        for (name, folder) in parts {
            try FileManager.default.copyItem(
                at: folder, to: home.url.appending(path: name))
        }
        try FileManager.default.copyItem(at: Fixture.golden("tiny-llama"), to: home.url.appending(path: "model"))
    }

    struct Outcome {
        let output: String
        let status: Int32
    }

    /// Runs a line of `sh`, with both streams together as a person sees them.
    func run(_ line: String, input: String = "") throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "exec 2>&1; \(line)"]
        process.currentDirectoryURL = home.url
        process.environment = environment
        let (inlet, outlet) = (Pipe(), Pipe())
        process.standardInput = inlet
        process.standardOutput = outlet
        try process.run()
        try inlet.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try inlet.fileHandleForWriting.close()
        let output = try outlet.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Outcome(output: String(decoding: output, as: UTF8.self), status: process.terminationStatus)
    }

    /// Runs one of the campaigns under `Scripts/` against the built program.
    func runScript(_ name: String, _ arguments: String) throws -> Outcome {
        let script = Fixture.root.deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scripts/\(name)")
        return try run("'\(script.path)' --lora \"$(command -v lora)\" \(arguments)")
    }
}
