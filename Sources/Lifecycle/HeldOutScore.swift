import Adapters
import Foundation
import StrictJSON
import Training

/// Which held-out rows a model answered rightly: what an error rate and every comparison are made of.
public struct HeldOutScore: Sendable, Hashable {
    /// One for each row of the held-out file, in its order.
    public let correct: [Bool]
    public let measuredAt: Timestamp

    public init(_ result: EvaluationResult, at time: Timestamp) {
        correct = result.rows.map(\.isCorrect)
        measuredAt = time
    }

    init(correct: [Bool], at time: Timestamp) { (self.correct, measuredAt) = (correct, time) }

    init?(_ measurement: RecordedMeasurement) { self.init(json: measurement.result, at: measurement.at) }

    /// Nil unless it is what `json` writes.
    init?(json: JSONValue, at time: Timestamp) {
        guard let marks = json["correct"]?.stringValue, !marks.isEmpty, marks.allSatisfy({ "01".contains($0) }) else {
            return nil
        }
        correct = marks.map { $0 == "1" }
        measuredAt = time
    }

    public var errors: Int { correct.count { !$0 } }

    /// The share of wrong answers; nil without rows.
    public var error: MeasuredRate? { MeasuredRate(errors: errors, rows: correct.count, measuredAt: measuredAt) }

    /// How often only one of two models was right on a row.
    public func pairs(against other: HeldOutScore) -> PairedCounts? {
        correct.count == other.correct.count ? PairedCounts(first: correct, second: other.correct) : nil
    }

    public var json: JSONValue {
        [
            "rows": .integer(correct.count), "errors": .integer(errors),
            "correct": .string(String(correct.map { $0 ? "1" : "0" })),
        ]
    }
}
