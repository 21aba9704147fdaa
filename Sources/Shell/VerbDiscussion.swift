/// What the help of a verb says beneath its first line: an example, notes, and the table of exit statuses.
struct VerbDiscussion: Sendable, Hashable {
    let example: String?
    let notes: String?

    init(example: String?, notes: String?) {
        self.example = example
        self.notes = notes
    }

    private static let heading = "EXAMPLE\n"
    /// Of a terminal, less the margin.
    private static let width = 76

    /// Lines that are longer than a terminal is wide, broken before options as a shell reads on: help that is wrapped cannot be pasted.
    static func pasteable(_ example: String) -> String {
        example.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.count > width else { return String(line) }
            let (start, parts) = (line.prefix { $0 == " " }, line.split(separator: " --", omittingEmptySubsequences: false))
            var lines = [String(parts[0])]
            for part in parts.dropFirst() {
                if lines[lines.count - 1].count + part.count + 3 > width - 2 {
                    lines.append("\(start)      --\(part)")
                } else {
                    lines[lines.count - 1] += " --\(part)"
                }
            }
            return lines.joined(separator: " \\\n")
        }.joined(separator: "\n")
    }

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
