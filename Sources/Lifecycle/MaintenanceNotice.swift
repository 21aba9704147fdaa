import Faults
import Foundation
import HTTP
import StrictJSON

/// Tells somebody what maintenance found and did: a web hook gets it posted, a command gets it on its input.
public struct MaintenanceNotice {
    public enum Target: Sendable, Hashable {
        case hook(URL)
        /// For the shell.
        case command(String)

        /// An address of the web is a hook, all else a command.
        public init(_ text: String) {
            let url = text.lowercased().hasPrefix("http://") || text.lowercased().hasPrefix("https://") ? URL(string: text) : nil
            self = url.map(Target.hook) ?? .command(text)
        }
    }

    /// How long a command may take.
    static let patience: TimeInterval = 60

    private let target: Target
    private let environment: [String: String]

    public init(to target: Target, environment: [String: String]) {
        self.target = target
        self.environment = environment
    }

    /// - Throws: `HTTPError`, `NoticeError`.
    public func send(_ news: JSONValue) throws {
        switch target {
        case .hook(let url): _ = try HTTPClient().reply(to: .post(json: news.text(), to: url))
        case .command(let text): try run(text, Data((news.text() + "\n").utf8))
        }
    }

    private func run(_ text: String, _ input: Data) throws {
        let folder = try FileManager.default.url(
            for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: FileManager.default.temporaryDirectory,
            create: true)
        defer { _ = Result { try FileManager.default.removeItem(at: folder) } }
        // a file, so that a command that does not read it cannot hold us
        let file = folder.appending(path: "news.json")
        try input.write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", text]
        process.environment = environment
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let end = Date(timeIntervalSinceNow: Self.patience)
        while process.isRunning {
            guard Date() < end else {
                process.terminate()
                throw NoticeError.tooSlow(text, seconds: Int(Self.patience))
            }
            Thread.sleep(forTimeInterval: 0.01)
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw NoticeError.failed(text, status: process.terminationStatus) }
    }
}

public enum NoticeError: Error, Hashable, Explained {
    case failed(String, status: Int32)
    case tooSlow(String, seconds: Int)

    public var explanation: Explanation {
        switch self {
        case .failed(let command, let status):
            Explanation(
                "The command that was to be told failed with status \(status): \(command)",
                next: "Run it by hand with the output of `lora retrain-check --json` on its input.")
        case .tooSlow(let command, let seconds):
            Explanation(
                "The command that was to be told took longer than \(seconds) seconds and was stopped: \(command)",
                next: "Let it hand the news on and return.")
        }
    }
}
