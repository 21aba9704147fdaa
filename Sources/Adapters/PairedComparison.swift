import StrictJSON

/// Two systems on the same rows: how much better the first is, and how sure that is.
public struct PairedComparison: Sendable, Hashable {
    public enum Test: String, Sendable, Hashable {
        /// Of right and wrong answers.
        case mcNemar = "mcnemar"
        /// Of scores: rows change sides at random; the interval is of the paired bootstrap.
        case exchange = "paired_bootstrap"
    }

    public let test: Test
    public let rows: Int
    /// Errors of the two, in 0 … 1.
    public let first: Double
    public let second: Double
    /// Of `difference`.
    public let lower: Double
    public let upper: Double
    public let confidence: Double
    /// Two-sided.
    public let pValue: Double
    /// Nil for metrics that do not judge right or wrong.
    public let pairs: PairedCounts?
    /// Rows at which a difference as large would be significant at this confidence; nil without a difference.
    public let rowsNeeded: Int?

    public init(
        test: Test, rows: Int, first: Double, second: Double, lower: Double, upper: Double, confidence: Double, pValue: Double,
        pairs: PairedCounts?, rowsNeeded: Int?
    ) {
        (self.test, self.rows, self.first, self.second) = (test, rows, first, second)
        (self.lower, self.upper, self.confidence) = (lower, upper, confidence)
        (self.pValue, self.pairs, self.rowsNeeded) = (pValue, pairs, rowsNeeded)
    }

    /// The second's error less the first's: above 0 the first is better.
    public var difference: Double { second - first }

    public var isSignificant: Bool { pValue <= 1 - confidence }

    public enum Finding: String, Sendable, Hashable {
        case better, worse, indistinguishable
    }

    /// Of the first against the second.
    public var finding: Finding { finding(pValue: pValue) }

    /// - Parameter pValue: corrected where several comparisons were made.
    func finding(pValue: Double) -> Finding {
        guard pValue <= 1 - confidence, difference != 0 else { return .indistinguishable }
        return difference > 0 ? .better : .worse
    }

    public var members: [(String, JSONValue)] {
        func rounded(_ value: Double) -> JSONValue { .number(value.recorded) }
        return [
            ("test", .string(test.rawValue)), ("rows", .integer(rows)), ("first_error", rounded(first)),
            ("second_error", rounded(second)),
            ("difference", rounded(difference)), ("interval", [rounded(lower), rounded(upper)]),
            ("confidence", .number(confidence)),
            ("p_value", rounded(pValue)), ("finding", .string(finding.rawValue)),
            ("only_first_right", pairs.map { .integer($0.onlyFirst) } ?? .null),
            ("only_second_right", pairs.map { .integer($0.onlySecond) } ?? .null),
            ("rows_needed", rowsNeeded.map { .integer($0) } ?? .null),
        ]
    }
}

/// Rows that have one value in a column.
public struct SliceName: Sendable, Hashable {
    public let column: String
    public let value: String

    public init(column: String, value: String) { (self.column, self.value) = (column, value) }
}

/// Two systems on the rows of one slice.
public struct SliceComparison: Sendable, Hashable {
    public let slice: SliceName
    public let comparison: PairedComparison
    /// By Holm's correction for all slices that were looked at.
    public let adjustedPValue: Double

    public init(slice: SliceName, comparison: PairedComparison, adjustedPValue: Double) {
        (self.slice, self.comparison, self.adjustedPValue) = (slice, comparison, adjustedPValue)
    }

    /// By the corrected p-value.
    public var finding: PairedComparison.Finding { comparison.finding(pValue: adjustedPValue) }

    public var json: JSONValue {
        var object = JSONObject([("column", .string(slice.column)), ("value", .string(slice.value))] + comparison.members)
        object["adjusted_p_value"] = .number(adjustedPValue.recorded)
        object["finding"] = .string(finding.rawValue)
        return .object(object)
    }
}

/// Two systems on the rows of an out-of-domain suite.
public struct SuiteComparison: Sendable, Hashable {
    public let suite: String
    public let comparison: PairedComparison
    /// By Holm's correction for all suites that were looked at.
    public let adjustedPValue: Double

    public init(suite: String, comparison: PairedComparison, adjustedPValue: Double) {
        (self.suite, self.comparison, self.adjustedPValue) = (suite, comparison, adjustedPValue)
    }

    /// By the corrected p-value.
    public var finding: PairedComparison.Finding { comparison.finding(pValue: adjustedPValue) }

    public var json: JSONValue {
        var object = JSONObject([("suite", .string(suite))] + comparison.members)
        object["adjusted_p_value"] = .number(adjustedPValue.recorded)
        object["finding"] = .string(finding.rawValue)
        return .object(object)
    }
}
