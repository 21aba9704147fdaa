import Foundation
import StrictJSON

/// Scores answers by a command of the user's own.
///
/// The command gets one JSON object a line on its input, `{"row", "line", "expected", "predicted"}`, and writes one result a line, in the same
/// order: a number in 0 … 1, true or false, or an object with such a `score`.
public struct ExternalScorer: Sendable {
    public struct Command: Sendable, Hashable {
        /// Seconds that a command may take unless it is declared otherwise.
        public static let patience = 600

        /// For the shell.
        public let text: String
        public let seconds: Int

        public init(_ text: String, seconds: Int = Command.patience) { (self.text, self.seconds) = (text, seconds) }
    }

    /// A result is a short line; more than this is none.
    private static let bytesPerRow = 1 << 12
    private static let shownComplaint = 400

    private let folder: URL?
    private let environment: [String: String]?

    /// - Parameter folder: where the command runs.
    public init(in folder: URL? = nil, environment: [String: String]? = nil) {
        (self.folder, self.environment) = (folder, environment)
    }

    /// - Parameter checking: asked again and again; what it throws ends the command.
    /// - Throws: `ExternalScorerError`.
    public func scores(
        of answers: [WrittenAnswer], by command: Command, checking: () throws -> Void = {}
    ) throws -> [Double] {
        guard !answers.isEmpty else { return [] }
        let place = try FileManager.default.url(
            for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: FileManager.default.temporaryDirectory,
            create: true)
        defer { _ = Result { try FileManager.default.removeItem(at: place) } }
        // files instead of pipes: a command that does not read, or writes without end, cannot hold us
        let (input, output, complaints) = (
            place.appending(path: "in"), place.appending(path: "out"), place.appending(path: "err")
        )
        let lines = answers.enumerated().map { row, answer in Self.line(row, answer) }
        try Data(lines.joined().utf8).write(to: input)
        for file in [output, complaints] { try Data().write(to: file) }
        let status = try run(command, input, output, complaints, limit: (answers.count + 16) * Self.bytesPerRow, checking)
        let said = try Self.complaint(complaints)
        guard status == .exited(0) else { throw ExternalScorerError(.died(status), command: command.text, said: said) }
        return try results(Data(contentsOf: output), answers.count, command, said)
    }

    private static func line(_ row: Int, _ answer: WrittenAnswer) -> String {
        let json: JSONValue = [
            "row": .integer(row), "line": .integer(answer.line), "expected": .string(answer.expected),
            "predicted": .string(answer.predicted),
        ]
        return json.text() + "\n"
    }

    private func run(
        _ command: Command, _ input: URL, _ output: URL, _ complaints: URL, limit: Int, _ checking: () throws -> Void
    ) throws
        -> ExternalScorerError.Ending
    {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command.text]
        if let folder { process.currentDirectoryURL = folder }
        if let environment { process.environment = environment }
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: complaints)
        try process.run()
        let end = ContinuousClock.now + .seconds(command.seconds)
        do {
            while process.isRunning {
                try checking()
                guard ContinuousClock.now < end else {
                    throw ExternalScorerError(
                        .hung(seconds: command.seconds), command: command.text, said: try Self.complaint(complaints))
                }
                guard try Self.size(output) <= limit, try Self.size(complaints) <= max(limit, 1 << 20) else {
                    throw ExternalScorerError(.endless, command: command.text, said: try Self.complaint(complaints))
                }
                Thread.sleep(forTimeInterval: 0.005)
            }
        } catch {
            Self.stop(process)
            throw error
        }
        process.waitUntilExit()
        guard try Self.size(output) <= limit else {
            throw ExternalScorerError(.endless, command: command.text, said: try Self.complaint(complaints))
        }
        return process.terminationReason == .uncaughtSignal
            ? .killed(process.terminationStatus) : .exited(process.terminationStatus)
    }

    /// With all that it started, where it leads a group of its own.
    private static func stop(_ process: Process) {
        let id = process.processIdentifier
        let target = getpgid(id) == id ? -id : id
        kill(target, SIGTERM)
        let end = ContinuousClock.now + .milliseconds(500)
        while process.isRunning, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.01) }
        kill(target, SIGKILL)
        process.waitUntilExit()
    }

    private static func size(_ file: URL) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        return (attributes[.size] as? NSNumber)?.intValue ?? 0
    }

    /// The end of what it wrote beside its results, where complaints stand.
    private static func complaint(_ file: URL) throws -> String {
        let handle = try FileHandle(forReadingFrom: file)
        defer { _ = Result { try handle.close() } }
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: size > UInt64(shownComplaint) ? size - UInt64(shownComplaint) : 0)
        let text = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    private func results(_ output: Data, _ rows: Int, _ command: Command, _ said: String) throws -> [Double] {
        func fault(_ reason: ExternalScorerError.Reason) -> ExternalScorerError {
            ExternalScorerError(reason, command: command.text, said: said)
        }
        let lines = output.split(separator: 0x0A).filter { line in line.contains { ![0x20, 0x09, 0x0D].contains($0) } }
        let scores = try lines.prefix(rows).enumerated().map { number, line in
            guard let score = Self.score(Data(line)) else {
                throw fault(.garbage(result: number + 1, text: String(decoding: line.prefix(80), as: UTF8.self)))
            }
            return score
        }
        guard lines.count == rows else { throw fault(.wrongCount(results: lines.count, rows: rows)) }
        return scores
    }

    private static func score(_ line: Data) -> Double? {
        do throws(JSONError) {
            let json = try JSONValue(parsing: line)
            let value = json["score"] ?? json
            guard let score = value.boolValue.map({ $0 ? 1 : 0 }) ?? value.doubleValue, (0...1).contains(score) else {
                return nil
            }
            return score
        } catch {
            return nil
        }
    }
}
