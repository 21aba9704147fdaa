import Similarity

/// What a data report knows of each row, in columns, so that a million rows fit into memory.
public struct ExaminedRows: Sendable {
    private var lines: [Int32] = []
    private var forms: [UInt8] = []
    private var faults: [UInt8] = []
    private var lengths: [Int32] = []
    private var keptLengths: [Int32] = []
    private var supervisedCounts: [Int32] = []
    /// Of input and answer, byte for byte.
    private(set) var exactKeys: [TextKey] = []
    /// Of the normal form of the input.
    public private(set) var inputKeys: [TextKey] = []
    public private(set) var answerKeys: [TextKey] = []
    public private(set) var inputs = TextStore()
    public private(set) var answers = TextStore()

    private static let noFault: UInt8 = .max

    public init() {}

    public var count: Int { lines.count }

    /// - Parameter encoded: nil where nobody knows the base; then no row is over-long.
    public mutating func append(_ row: DataRow, _ encoded: EncodedRow?) {
        let (input, answer) = row.content.inputAndAnswer
        let fault = encoded.map(\.fault) ?? row.content.fault
        lines.append(Int32(row.line))
        forms.append(UInt8(RowForm.allCases.firstIndex(of: row.form) ?? 0))
        faults.append(fault.flatMap { EncodedRow.Fault.allCases.firstIndex(of: $0) }.map { UInt8($0) } ?? Self.noFault)
        lengths.append(Int32(encoded?.length ?? 0))
        keptLengths.append(Int32(encoded?.tokens.count ?? 0))
        supervisedCounts.append(Int32(encoded?.supervisedCount ?? 0))
        exactKeys.append(TextKey(TextKey(input), TextKey(answer)))
        inputs.append(normalizing: input)
        answers.append(normalizing: answer)
        inputKeys.append(TextKey(inputs[inputs.count - 1]))
        answerKeys.append(TextKey(answers[answers.count - 1]))
    }

    public mutating func append(contentsOf other: ExaminedRows) {
        lines += other.lines
        forms += other.forms
        faults += other.faults
        lengths += other.lengths
        keptLengths += other.keptLengths
        supervisedCounts += other.supervisedCounts
        exactKeys += other.exactKeys
        inputKeys += other.inputKeys
        answerKeys += other.answerKeys
        inputs.append(contentsOf: other.inputs)
        answers.append(contentsOf: other.answers)
    }

    // MARK: One row

    public func line(_ place: Int) -> Int { Int(lines[place]) }
    public func form(_ place: Int) -> RowForm { RowForm.allCases[Int(forms[place])] }
    public func fault(_ place: Int) -> EncodedRow.Fault? {
        faults[place] == Self.noFault ? nil : EncodedRow.Fault.allCases[Int(faults[place])]
    }
    /// Tokens before truncation; 0 where the base is not known.
    public func length(_ place: Int) -> Int { Int(lengths[place]) }
    public func keptLength(_ place: Int) -> Int { Int(keptLengths[place]) }
    public func supervisedCount(_ place: Int) -> Int { Int(supervisedCounts[place]) }
    public func isTruncated(_ place: Int) -> Bool { keptLengths[place] < lengths[place] }

    /// What is wrong with a row by itself.
    func contentFinding(_ place: Int) -> DataReport.Finding? {
        switch fault(place) {
        case .empty: .empty
        case .unlabelled: .unlabelled
        case .answerCutOff: .overLong
        case nil: isTruncated(place) ? .overLong : nil
        }
    }
}

extension RowContent {
    /// What is wrong with a row whatever base reads it.
    var fault: EncodedRow.Fault? { isBlank ? .empty : lacksAnswer ? .unlabelled : nil }
}

extension ExaminedRows {
    init(_ dataset: Dataset) {
        self.init()
        for (row, encoded) in zip(dataset.rows, dataset.encoded) { append(row, encoded) }
    }
}
