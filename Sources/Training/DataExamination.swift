import StrictJSON

/// Compares the rows of a data set with one another and with the held-out rows.
struct DataExamination {
    private let dataset: Dataset
    private let texts: [(input: String, answer: String)]
    private let sets: [[Int32]]
    /// For each row, whether its input also stands in the held-out set.
    private let leaks: [Bool]

    static let similarity = 0.8

    init(_ dataset: Dataset, heldOut: [DataRow]) {
        self.dataset = dataset
        texts = dataset.rows.map(\.content.inputAndAnswer)
        let heldOutInputs = heldOut.map(\.content.inputAndAnswer.input)
        let sets = GramSets(texts.map(\.input) + heldOutInputs).sets
        self.sets = sets
        leaks = Self.leaks(texts.map(\.input), heldOutInputs, sets)
    }

    /// The lines of every row that the held-out set knows, also of those that the report counts under another finding.
    var leakedLines: [Int] { zip(dataset.encoded, leaks).filter(\.1).map(\.0.line) }

    func findings() -> [DataReport.Finding: [Int]] {
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

    private static func leaks(_ inputs: [String], _ heldOut: [String], _ sets: [[Int32]]) -> [Bool] {
        let exact = Set(heldOut.map { ByteText(normalized($0)) })
        var index = SimilarityIndex(threshold: similarity)
        for set in sets[inputs.count...] { index.insert(set) }
        return inputs.indices.map { row in
            exact.contains(ByteText(normalized(inputs[row]))) || !index.matches(sets[row]).isEmpty
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
