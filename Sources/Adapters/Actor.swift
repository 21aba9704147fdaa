/// Who did something: the author of commits and of events.
public struct Actor: Sendable, Hashable, CustomStringConvertible {
    public let name: String
    public let email: String

    /// What git cannot write in a signature (`<`, `>`, line ends, other control characters) becomes a space.
    public init(name: String, email: String) {
        self.name = Self.clean(name, otherwise: "unknown")
        self.email = Self.clean(email, otherwise: "unknown@localhost")
    }

    /// The person that git's own variables name, else the account.
    public init(environment: [String: String]) {
        let account = environment["USER"] ?? environment["LOGNAME"] ?? "lora"
        self.init(
            name: environment["GIT_AUTHOR_NAME"] ?? account,
            email: environment["GIT_AUTHOR_EMAIL"] ?? "\(account)@\(environment["HOSTNAME"] ?? "localhost")")
    }

    public var description: String { "\(name) <\(email)>" }

    private static func clean(_ text: String, otherwise fallback: String) -> String {
        let visible = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { "<>".unicodeScalars.contains($0) || $0.value < 32 || $0.value == 127 ? " " : $0 }))
        let words = visible.split(separator: " ").joined(separator: " ")
        return words.isEmpty ? fallback : words
    }
}

extension Actor {
    /// Reads `Name <mail>`, the form that `description` writes.
    public init?(_ text: String) {
        guard text.hasSuffix(">"), let opening = text.lastIndex(of: "<") else { return nil }
        self.init(
            name: String(text[..<opening]), email: String(text[text.index(after: opening)...].dropLast()))
    }
}
