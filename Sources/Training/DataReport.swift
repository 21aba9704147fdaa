import Similarity
import StrictJSON

/// What a data set holds and which of its rows count.
public struct DataReport: Sendable, Hashable {
    /// Why a row is not effective. A row with several reasons is counted under the first of them in this order.
    public enum Finding: String, Sendable, Hashable, CaseIterable {
        case empty
        /// No answer, or no token that carries loss.
        case unlabelled
        /// More tokens than max_length.
        case overLong = "over_long"
        /// Its input also stands in the held-out set, word for word or nearly.
        case leaked
        /// Input and answer are those of an earlier row, byte for byte.
        case exactDuplicate = "exact_duplicate"
        /// The answer of an earlier row, and an input that equals its input but for case and white space, or shares with it
        /// 80 % of their 5-grams.
        case nearDuplicate = "near_duplicate"
    }

    /// Rows that have the same input, but for case and white space, and different answers.
    public struct Conflict: Sendable, Hashable {
        public let lines: [Int]
        public let answers: [String]
    }

    public let rows: Int
    public let forms: [RowForm: Int]
    /// The lines of the rows that are not effective, ascending.
    public let findings: [Finding: [Int]]
    /// The lines of all rows whose input also stands in the held-out set, whatever else is wrong with them; none is trained on.
    public let leakedLines: [Int]
    public let conflicts: [Conflict]
    /// Rows longer than max_length: trained on their first tokens.
    public let truncatedRows: Int
    /// Rows that training uses: those with something to learn that the held-out set does not know, duplicates included.
    public let trainableRows: Int
    public let lengths: LengthSummary
    /// Tokens of the trainable rows after truncation.
    public let tokens: Int
    /// Those of them that carry loss.
    public let supervisedTokens: Int

    /// The number that the decision rule judges.
    public var effectiveRows: Int { rows - findings.values.reduce(0) { $0 + $1.count } }
    public var supervisedShare: Double { tokens == 0 ? 0 : Double(supervisedTokens) / Double(tokens) }

    public func count(_ finding: Finding) -> Int { findings[finding]?.count ?? 0 }

    public init(_ dataset: Dataset, heldOut: [DataRow] = []) {
        let inputs = TextStore(normalizing: heldOut.lazy.map(\.content.inputAndAnswer.input))
        self.init(DataExamination(ExaminedRows(dataset), heldOut: inputs))
    }

    public init(_ examination: DataExamination) {
        let rows = examination.rows
        self.rows = rows.count
        forms = Dictionary((0..<rows.count).map { (rows.form($0), 1) }, uniquingKeysWith: +)
        findings = examination.findings
        conflicts = examination.conflicts().map { Conflict(rows, $0) }
        truncatedRows = (0..<rows.count).count { rows.isTruncated($0) }
        leakedLines = examination.leakedLines
        let examples = (0..<rows.count).filter { rows.fault($0) == nil && examination.standings[$0].leak == nil }
        trainableRows = examples.count
        lengths = LengthSummary((0..<rows.count).map { rows.length($0) })
        tokens = examples.reduce(0) { $0 + rows.keptLength($1) }
        supervisedTokens = examples.reduce(0) { $0 + rows.supervisedCount($1) }
    }
}

extension DataReport.Conflict {
    fileprivate init(_ rows: ExaminedRows, _ places: [Int]) {
        lines = places.map { rows.line($0) }
        answers = Set(places.map { rows.answers.text($0) }).sorted()
    }
}

/// Tokens per row before truncation; quantiles are the smallest length that the share of rows does not exceed.
public struct LengthSummary: Sendable, Hashable {
    public let minimum: Int
    public let median: Int
    public let percentile95: Int
    public let maximum: Int
    public let mean: Double

    init(_ lengths: [Int]) {
        let sorted = lengths.sorted()
        func quantile(_ share: Double) -> Int {
            sorted.isEmpty ? 0 : sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
        }
        minimum = sorted.first ?? 0
        median = quantile(0.5)
        percentile95 = quantile(0.95)
        maximum = sorted.last ?? 0
        mean = sorted.isEmpty ? 0 : Double(sorted.reduce(0, +)) / Double(sorted.count)
    }
}

extension DataReport {
    /// The report with every finding present, also those that found nothing.
    public var json: JSONValue { json(quotesAnswers: true) }

    /// - Parameter quotesAnswers: whether conflicts show what the rows answer; only their lines otherwise.
    public func json(quotesAnswers: Bool) -> JSONValue {
        let found = Finding.allCases.map { ($0.rawValue, JSONValue.array((findings[$0] ?? []).map { .integer($0) })) }
        return [
            "schema": "lora.data-report/1",
            "rows": .integer(rows),
            "effective_rows": .integer(effectiveRows),
            "trainable_rows": .integer(trainableRows),
            "leaked_rows": .integer(leakedLines.count),
            "truncated_rows": .integer(truncatedRows),
            "forms": .object(
                JSONObject(RowForm.allCases.compactMap { form in forms[form].map { (form.rawValue, .integer($0)) } })),
            "counts": .object(JSONObject(Finding.allCases.map { ($0.rawValue, .integer(count($0))) })),
            "lines": .object(JSONObject(found)),
            "conflicts": .array(conflicts.map { $0.json(quotesAnswers: quotesAnswers) }),
            "token_lengths": lengths.json,
            "tokens": .integer(tokens),
            "supervised_tokens": .integer(supervisedTokens),
            "supervised_share": .number(supervisedShare),
        ]
    }
}

extension DataReport.Conflict {
    func json(quotesAnswers: Bool) -> JSONValue {
        var object = JSONObject([("lines", .array(lines.map { .integer($0) }))])
        if quotesAnswers { object["answers"] = .array(answers.map { .string($0) }) }
        return .object(object)
    }
}

extension LengthSummary {
    var json: JSONValue {
        [
            "min": .integer(minimum), "median": .integer(median), "p95": .integer(percentile95), "max": .integer(maximum),
            "mean": .number(mean),
        ]
    }
}
