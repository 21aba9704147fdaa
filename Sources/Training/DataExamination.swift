import SharedWork
import Similarity

/// Compares the rows of a data set with one another and with the held-out rows.
public struct DataExamination: Sendable {
    /// What was found of one row.
    public struct Standing: Sendable, Hashable {
        public var finding: DataReport.Finding?
        /// The place among the rows of the one that this row repeats.
        public var twin: Int?
        /// The place among the held-out rows of one with the same or nearly the same input.
        public var leak: Int?
        public var leaksWordForWord = false
    }

    public let rows: ExaminedRows
    /// One for each row.
    public let standings: [Standing]

    /// - Parameter heldOut: the inputs of the held-out rows.
    public init(_ rows: ExaminedRows, heldOut: TextStore = TextStore()) {
        self.rows = rows
        var texts = rows.inputs
        texts.append(contentsOf: heldOut)
        let table = GramTable(texts)
        var comparison = RowComparison(rows, table, heldOut: rows.count..<rows.count + heldOut.count)
        standings = comparison.standings()
    }

    /// The lines of every row that the held-out set knows, also of those that the report counts under another finding.
    public var leakedLines: [Int] { standings.indices.filter { standings[$0].leak != nil }.map { rows.line($0) } }

    var findings: [DataReport.Finding: [Int]] {
        var findings: [DataReport.Finding: [Int]] = [:]
        for (place, standing) in standings.enumerated() {
            if let finding = standing.finding { findings[finding, default: []].append(rows.line(place)) }
        }
        return findings
    }

    /// The places of rows that have the same input and different answers, group by group.
    public func conflicts() -> [[Int]] {
        var answers: [TextKey: TextKey] = [:]
        var contested: Set<TextKey> = []
        for place in 0..<rows.count where rows.fault(place) == nil {
            let (input, answer) = (rows.inputKeys[place], rows.answerKeys[place])
            if let other = answers[input] {
                if other != answer { contested.insert(input) }
            } else {
                answers[input] = answer
            }
        }
        var groups: [TextKey: [Int]] = [:]
        for place in 0..<rows.count where rows.fault(place) == nil && contested.contains(rows.inputKeys[place]) {
            groups[rows.inputKeys[place], default: []].append(place)
        }
        return groups.values.sorted { $0[0] < $1[0] }
    }
}

/// The rows, block by block: what costs most is shared among processors, what depends on order is not.
private struct RowComparison {
    private let rows: ExaminedRows
    private let table: GramTable
    /// The held-out texts, as the table numbers them.
    private let heldOut: Range<Int>
    private var heldOutKeys: [TextKey: Int] = [:]
    private var heldOutIndex: SimilarityIndex
    private var exact: [TextKey: Int] = [:]
    private var normal: [TextKey: Int] = [:]
    private var index: SimilarityIndex

    private static let block = 8_192

    init(_ rows: ExaminedRows, _ table: GramTable, heldOut: Range<Int>) {
        self.rows = rows
        self.table = table
        self.heldOut = heldOut
        heldOutIndex = SimilarityIndex(table, capacity: heldOut.count)
        index = SimilarityIndex(table, capacity: rows.count)
        for number in heldOut.reversed() { heldOutKeys[TextKey(table.texts[number])] = number }
    }

    mutating func standings() -> [DataExamination.Standing] {
        for block in blocks(of: heldOut) {
            let signatures = inSharesOfEach(block) { [table] in GramSignature(table.occurrences(of: $0)) }
            for number in block { heldOutIndex.insert(number, signatures[number - block.lowerBound]) }
        }
        var standings: [DataExamination.Standing] = []
        for block in blocks(of: 0..<rows.count) {
            let before = index.count
            let looks = inSharesOfEach(block) { [self] in look($0) }
            for number in block { standings.append(standing(number, looks[number - block.lowerBound], since: before)) }
        }
        return standings
    }

    private func blocks(of range: Range<Int>) -> [Range<Int>] {
        stride(from: range.lowerBound, to: range.upperBound, by: Self.block).map { $0..<min(range.upperBound, $0 + Self.block) }
    }

    /// What can be seen of a row without those of its own block.
    private struct Look: Sendable {
        /// Among the rows of the same answer.
        let signature: GramSignature
        var leak: Int?
        var isExact = false
        var twin: Int?
    }

    private func look(_ number: Int) -> Look {
        let signature = GramSignature(table.occurrences(of: number))
        var look = Look(signature: signature.salted(rows.answerKeys[number]))
        if let known = heldOutKeys[rows.inputKeys[number]] {
            (look.leak, look.isExact) = (known - heldOut.lowerBound, true)
        } else if let known = heldOutIndex.match(number, signature) {
            look.leak = known - heldOut.lowerBound
        }
        if rows.contentFinding(number) == nil, look.leak == nil { look.twin = twin(number, look.signature, since: 0) }
        return look
    }

    private func twin(_ number: Int, _ signature: GramSignature, since: Int) -> Int? {
        index.match(number, signature, since: since) { rows.answerKeys[$0] == rows.answerKeys[number] }
    }

    /// Remembers the row, unless something is wrong with it or it repeats one that counted.
    private mutating func standing(_ number: Int, _ look: Look, since: Int) -> DataExamination.Standing {
        var standing = DataExamination.Standing(leak: look.leak, leaksWordForWord: look.isExact)
        if let finding = rows.contentFinding(number) ?? (look.leak == nil ? nil : .leaked) {
            standing.finding = finding
        } else if let first = exact[rows.exactKeys[number]] {
            (standing.finding, standing.twin) = (.exactDuplicate, first)
        } else {
            exact[rows.exactKeys[number]] = number
            let key = TextKey(rows.inputKeys[number], rows.answerKeys[number])
            if let twin = normal[key] ?? look.twin ?? twin(number, look.signature, since: since) {
                (standing.finding, standing.twin) = (.nearDuplicate, twin)
            } else {
                index.insert(number, look.signature)
            }
            if normal[key] == nil { normal[key] = standing.twin ?? number }
        }
        return standing
    }
}
