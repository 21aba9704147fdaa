import StrictJSON

extension DataFile {
    private static let mostLabels = 20

    /// Whether the rows choose among a few answers that recur, as rows of a classification do: from 2 to 20 of them, and at least twice as
    /// many rows.
    public var hasLabels: Bool {
        let answers = rows.compactMap { $0.content.finalAnswer?.trimmed }
        let labels = Set(answers.map(ByteText.init)).count
        return answers.count == rows.count && (2...Self.mostLabels).contains(labels) && 2 * labels <= rows.count
    }
}
