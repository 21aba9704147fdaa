import DurableFiles
import Foundation
import StrictJSON

/// The answers of a measuring that takes long: a line for each row as soon as it is there, so that what was cut off goes on.
///
/// The first line says what was asked under which conditions; a book of others is begun anew. A last line without an end is what a
/// killed process left, and is asked again. Whoever has a book open holds its lock.
final class AnswerBook {
    private let file: URL
    private let descriptor: Int32
    private let lock: FileLock
    /// By row; what was read and what has been added.
    private(set) var answers: [Int: EndpointAnswer] = [:]
    /// Whether the server has answered any.
    private(set) var hasText = false
    private var unsynced = 0

    private static let syncEvery = 16
    private static let sizeLimit = 1 << 30

    /// - Throws: `EndpointError.busy` while another process has it open.
    init(_ file: URL, conditions: JSONValue, rows: Int) throws {
        try DurableFile.makeFolder(file.deletingLastPathComponent(), permissions: 0o700)
        guard let lock = try FileLock.take(file.appendingPathExtension("lock")) else { throw EndpointError.busy(file.path) }
        let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileError(.open, file) }
        (self.file, self.lock, self.descriptor) = (file, lock, descriptor)
        let title = Self.line(conditions.text())
        let whole = try readLines(title, rows)
        guard ftruncate(descriptor, off_t(whole)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else { throw FileError(.write, file) }
        if whole == 0 { try write(title) }
        try sync()
    }

    deinit { close(descriptor) }

    /// - Returns: the length of what can be gone on with.
    private func readLines(_ title: Data, _ rows: Int) throws -> Int {
        let text = try FileBytes.contents(of: file, limit: Self.sizeLimit)
        guard text.starts(with: title) else { return 0 }
        var end = title.count
        for line in text[title.count...].split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            guard let answer = EndpointAnswer(line: Data(line)), (0..<rows).contains(answer.row) else { break }
            // asked twice by whatever mishap: the first counts, once
            if answers[answer.row] == nil { note(answer) }
            end += line.count + 1
        }
        return end
    }

    func add(_ answer: EndpointAnswer) throws {
        guard answers[answer.row] == nil else { return }
        try write(Self.line(answer.json.text()))
        note(answer)
        unsynced += 1
        if unsynced >= Self.syncEvery { try sync() }
    }

    private func note(_ answer: EndpointAnswer) {
        answers[answer.row] = answer
        hasText = hasText || answer.refusal == nil
    }

    func sync() throws {
        guard fsync(descriptor) == 0 else { throw FileError(.sync, file) }
        unsynced = 0
    }

    /// Once its answers are kept elsewhere.
    func remove() throws { try DurableFile.remove(file) }

    private static func line(_ text: String) -> Data { Data((text + "\n").utf8) }

    private func write(_ data: Data) throws {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(.write, file) }
            rest = rest.dropFirst(count)
        }
    }
}

/// What came of one row.
public struct EndpointAnswer: Sendable, Hashable {
    public let row: Int
    public let text: String
    /// Why the server would not take the question; nil when it answered.
    public let refusal: String?
    /// Whether the model ended its answer itself; nil where the server does not tell.
    public let isStopped: Bool?
    /// Of the answer; nil where the server does not tell.
    public let tokens: Int?

    public init(row: Int, text: String, refusal: String? = nil, isStopped: Bool? = nil, tokens: Int? = nil) {
        (self.row, self.text, self.refusal, self.isStopped, self.tokens) = (row, text, refusal, isStopped, tokens)
    }

    var json: JSONValue {
        [
            "row": .integer(row), "text": .string(text), "refusal": refusal.map { .string($0) } ?? .null,
            "stopped": isStopped.map { .bool($0) } ?? .null, "tokens": tokens.map { .integer($0) } ?? .null,
        ]
    }

    /// Nil unless it is what `json` writes.
    init?(line: Data) {
        do throws(JSONError) {
            let json = try JSONValue(parsing: line)
            guard let row = json["row"]?.intValue, let text = json["text"]?.stringValue, let refusal = json["refusal"] else {
                return nil
            }
            self.init(
                row: row, text: text, refusal: refusal.stringValue, isStopped: json["stopped"]?.boolValue,
                tokens: EndpointReply.count(json["tokens"]))
        } catch {
            return nil
        }
    }
}
