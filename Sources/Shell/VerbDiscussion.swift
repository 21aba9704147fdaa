/// What the help of a verb says beneath its first line: an example, notes, and the table of exit statuses.
struct VerbDiscussion: Sendable, Hashable {
    let example: String?
    let notes: String?

    init(example: String?, notes: String?) {
        self.example = example
        self.notes = notes
    }

    private static let heading = "EXAMPLE\n"

    var text: String {
        let parts = [example.map { "\(Self.heading)  \($0)" }, notes, ExitStatus.table]
        return parts.compactMap(\.self).joined(separator: "\n\n")
    }

    /// Reads a text back into its parts: the manual is written from what ArgumentParser hands out of the verbs.
    init(of text: String) {
        var rest = text[...]
        if rest.hasSuffix(ExitStatus.table) { rest.removeLast(ExitStatus.table.count) }
        var example: String?
        if rest.hasPrefix(Self.heading) {
            let end = rest.firstRange(of: "\n\n")
            example = Self.trimmed(rest[..<(end?.lowerBound ?? rest.endIndex)].dropFirst(Self.heading.count))
            rest = end.map { rest[$0.upperBound...] } ?? ""
        }
        let notes = Self.trimmed(rest)
        self.init(example: example, notes: notes.isEmpty ? nil : notes)
    }

    private static func trimmed(_ text: Substring) -> String {
        String(String(text.drop(while: \.isWhitespace)).reversed().drop(while: \.isWhitespace).reversed())
    }
}
