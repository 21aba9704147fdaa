import Foundation

/// The message of a version's commit and tag: a subject, a text for people, and trailers for programs.
///
/// ```
/// ticket-router v3: error 4.2 %, base 61.0 %
///
/// Trained on ds-1a2b3c4d …
///
/// Adapter: ticket-router
/// Rank: 16
/// ```
public struct VersionMessage: Sendable, Hashable {
    /// A line `Key: value` at the end of a message, as `git interpret-trailers` reads it.
    public struct Trailer: Sendable, Hashable {
        public let key: String
        public let value: String

        /// What a key cannot hold becomes a dash, what a line cannot hold a space.
        public init(_ key: String, _ value: String) {
            self.key = String(key.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
            self.value = VersionMessage.line(value)
        }
    }

    /// The trailer by which a version's tag names the tag of its data set.
    public static let datasetTagKey = "Dataset-Tag"

    public let subject: String
    public let body: String
    public let trailers: [Trailer]

    public init(subject: String, body: String = "", trailers: [Trailer]) {
        self.subject = Self.line(subject)
        self.body = Self.paragraphs(body)
        self.trailers = trailers
    }

    public var text: String {
        let parts = [subject, body, trailers.map { "\($0.key): \($0.value)" }.joined(separator: "\n")]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    /// Takes a message apart: a last paragraph that is made of trailers alone is the trailers.
    public init(parsing text: String) {
        var paragraphs = text.trimmingCharacters(in: .whitespacesAndNewlines).components(separatedBy: "\n\n")
        let trailers = paragraphs.count > 1 ? Self.trailers(paragraphs[paragraphs.count - 1]) : nil
        if trailers != nil { paragraphs.removeLast() }
        self.init(
            subject: paragraphs[0], body: paragraphs.dropFirst().joined(separator: "\n\n"), trailers: trailers ?? [])
    }

    private static func trailers(_ paragraph: String) -> [Trailer]? {
        var trailers: [Trailer] = []
        for line in paragraph.split(separator: "\n") {
            guard let colon = line.range(of: ": "), colon.lowerBound > line.startIndex else { return nil }
            let key = line[..<colon.lowerBound]
            guard key.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else { return nil }
            trailers.append(Trailer(String(key), String(line[colon.upperBound...])))
        }
        return trailers
    }

    /// Everything that would end a line or a C string becomes a space.
    private static func line(_ text: String) -> String {
        text.components(separatedBy: .controlCharacters.union(.newlines)).joined(separator: " ")
            .trimmingCharacters(in: .whitespaces)
    }

    /// A line of three dashes would end the message for `git interpret-trailers`: it is indented.
    private static func paragraphs(_ text: String) -> String {
        text.components(separatedBy: "\n").map { line in
            let clean = line.components(separatedBy: .controlCharacters.subtracting(CharacterSet(charactersIn: "\t"))).joined(
                separator: " ")
            return clean.hasPrefix("---") ? " \(clean)" : clean
        }.joined(separator: "\n").trimmingCharacters(in: .newlines)
    }
}
