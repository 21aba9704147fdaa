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
        ///
        /// - Throws: `NoticeError.badAddress`: what begins like an address is never a command; `NoticeError.nobody`.
        public init(_ text: String) throws(NoticeError) {
            guard text.contains(where: { !$0.isWhitespace }) else { throw .nobody }
            guard ["http://", "https://"].contains(where: text.lowercased().hasPrefix) else {
                self = .command(text)
                return
            }
            guard let url = URL(string: text), url.origin != nil else { throw .badAddress(text) }
            self = .hook(url)
        }
    }

    /// How long a command may take.
    static let patience: Duration = .seconds(60)

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
        let end = ContinuousClock.now + Self.patience
        while process.isRunning {
            guard ContinuousClock.now < end else {
                Self.stop(process)
                throw NoticeError.tooSlow(text, seconds: Int(Self.patience.components.seconds))
            }
            Thread.sleep(forTimeInterval: 0.01)
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw NoticeError.failed(text, status: process.terminationStatus) }
    }
}

extension MaintenanceNotice {
    /// With all that it started, where it leads a group of its own.
    private static func stop(_ process: Process) {
        let id = process.processIdentifier
        let target = getpgid(id) == id ? -id : id
        kill(target, SIGTERM)
        Thread.sleep(forTimeInterval: 0.5)
        kill(target, SIGKILL)
        process.waitUntilExit()
    }
}

public enum NoticeError: Error, Hashable, Explained {
    /// Neither an address nor a command.
    case nobody
    case badAddress(String)
    case failed(String, status: Int32)
    case tooSlow(String, seconds: Int)

    public var explanation: Explanation {
        switch self {
        case .nobody:
            Explanation("Nobody is named to be told.", next: "Give an address (https://HOST/PATH) or a command.", kind: .usage)
        case .badAddress(let text):
            Explanation("'\(text)' is no address of a server.", next: "Write it as https://HOST/PATH.", kind: .usage)
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
