import StrictJSON

/// Compares the rows of a data set with one another and with the held-out rows.
struct DataExamination {
    private let dataset: Dataset
    private let texts: [(input: String, answer: String)]
    private let heldOutInputs: [String]
    private let sets: [[Int32]]

    static let similarity = 0.8

    init(_ dataset: Dataset, heldOut: [DataRow]) {
        self.dataset = dataset
        texts = dataset.rows.map(\.content.inputAndAnswer)
        heldOutInputs = heldOut.map(\.content.inputAndAnswer.input)
        sets = GramSets(texts.map(\.input) + heldOutInputs).sets
    }

    func findings() -> [DataReport.Finding: [Int]] {
        let leaks = leakedRows()
        var seen = SeenRows()
        var findings: [DataReport.Finding: [Int]] = [:]
        for (index, row) in dataset.encoded.enumerated() {
            let finding =
                Self.finding(row) ?? (leaks[index] ? .leaked : nil)
                ?? seen.finding(input: texts[index].input, answer: texts[index].answer, set: sets[index])
            if let finding { findings[finding, default: []].append(row.line) }
        }
        return findings
    }

    func conflicts() -> [DataReport.Conflict] {
        var groups: [ByteText: [Int]] = [:]
        for (index, row) in dataset.encoded.enumerated() where row.fault == nil {
            groups[ByteText(normalized(texts[index].input)), default: []].append(index)
        }
        return groups.values.compactMap { group in
            let answers = Set(group.map { normalized(texts[$0].answer) })
            guard answers.count > 1 else { return nil }
            return DataReport.Conflict(lines: group.map { dataset.encoded[$0].line }, answers: answers.sorted())
        }.sorted { $0.lines[0] < $1.lines[0] }
    }

    private static func finding(_ row: EncodedRow) -> DataReport.Finding? {
        switch row.fault {
        case .empty: .empty
        case .unlabelled: .unlabelled
        case .answerCutOff: .overLong
        case nil: row.isTruncated ? .overLong : nil
        }
    }

    private func leakedRows() -> [Bool] {
        let exact = Set(heldOutInputs.map { ByteText(normalized($0)) })
        var index = SimilarityIndex(threshold: Self.similarity)
        for set in sets[texts.count...] { index.insert(set) }
        return texts.indices.map { row in
            exact.contains(ByteText(normalized(texts[row].input))) || !index.matches(sets[row]).isEmpty
        }
    }
}

/// The rows that counted so far.
private struct SeenRows {
    private var exact: Set<[ByteText]> = []
    private var normal: Set<[ByteText]> = []
    private var index = SimilarityIndex(threshold: DataExamination.similarity)
    private var answers: [ByteText] = []

    /// Remembers the row, unless it repeats one that counted.
    mutating func finding(input: String, answer: String, set: [Int32]) -> DataReport.Finding? {
        guard exact.insert([ByteText(input), ByteText(answer)]).inserted else { return .exactDuplicate }
        let answer = ByteText(normalized(answer))
        guard normal.insert([ByteText(normalized(input)), answer]).inserted else { return .nearDuplicate }
        guard !index.matches(set).contains(where: { answers[$0] == answer }) else { return .nearDuplicate }
        index.insert(set)
        answers.append(answer)
        return nil
    }
}
