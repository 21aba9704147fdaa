import Foundation

/// A training done by another process of this program.
public struct TrainingProcess {
    public enum Failure: Sendable, Hashable {
        case status(Int32)
        case signal(Int32)
    }

    public enum Ending: Sendable, Hashable {
        case finished
        /// It was asked to stop, and its state is saved.
        case interrupted
        case failed(Failure)
    }

    private let program: URL
    private let environment: [String: String]
    private let workingFolder: URL
    private let showsOutput: Bool

    /// - Parameter showsOutput: whether its words are printed where ours are; its complaints are in any case.
    public init(program: URL, environment: [String: String], workingFolder: URL, showsOutput: Bool) {
        self.program = program
        self.environment = environment
        self.workingFolder = workingFolder
        self.showsOutput = showsOutput
    }

    /// - Parameters:
    ///   - stopped: the status of a process that saved its state and stopped.
    ///   - shouldStop: asked again and again; then the process is asked to stop, once.
    public func run(_ words: [String], stopped: Int32, shouldStop: () -> Bool) throws -> Ending {
        let process = Process()
        process.executableURL = program
        process.arguments = words
        process.environment = environment
        process.currentDirectoryURL = workingFolder
        process.standardInput = FileHandle.nullDevice
        if !showsOutput { process.standardOutput = FileHandle.nullDevice }
        try process.run()
        // Ctrl-C at the terminal reaches every process of this one's group; a second interrupt would end the training at once.
        let isAlone = getpgid(process.processIdentifier) != getpgrp()
        var isAsked = false
        while process.isRunning {
            if shouldStop(), !isAsked {
                if isAlone { process.interrupt() }
                isAsked = true
            }
            usleep(20_000)
        }
        process.waitUntilExit()
        if process.terminationReason == .uncaughtSignal { return .failed(.signal(process.terminationStatus)) }
        switch process.terminationStatus {
        case 0: return .finished
        case stopped: return .interrupted
        case let status: return .failed(.status(status))
        }
    }
}
