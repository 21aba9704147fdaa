/// What a released version adds to the card that its training wrote.
public struct CardEvidence: Sendable, Hashable {
    /// Lines of front matter, such as `model-index:` with what belongs to it.
    public let front: [String]
    /// Markdown with a heading of its own.
    public let section: String

    public init(front: [String], section: String) { (self.front, self.section) = (front, section) }
}

extension ModelCard {
    private static let fence = "---"
    private static let heading = "## Evaluation"
    private static let next = "## Training"

    /// The text of a card with evidence in its front matter and before what tells of the training. What an earlier call added is replaced, so
    /// that a release which is tried again leaves the same card.
    public static func text(_ card: String, with evidence: CardEvidence) -> String {
        var lines = card.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.first == fence, let end = lines.dropFirst().firstIndex(of: fence) else { return card }
        let front = lines[1..<end]
        let own = front.prefix { !evidence.front.contains($0) }
        var body = Array(lines[(end + 1)...])
        if let start = body.firstIndex(of: heading), let training = body[start...].firstIndex(of: next) {
            body.removeSubrange(start..<training)
        }
        let place = body.firstIndex(of: next) ?? body.endIndex
        body.insert(contentsOf: ["\(heading)", "", evidence.section, ""], at: place)
        lines = [fence] + own + evidence.front + [fence] + body
        return lines.joined(separator: "\n")
    }

    /// Plain where YAML allows it, else in double quotes.
    public static func scalar(_ text: String) -> String { quoted(text) }
}
