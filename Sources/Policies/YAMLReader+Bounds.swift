import Adapters
import StrictYAML

/// Numbers within bounds.
extension YAMLReader {
    func number(_ key: String, in range: ClosedRange<Double>) throws -> Double {
        try number(required(key, as: Double.self), key, in: range)
    }

    private func number(_ value: Double, _ key: String, in range: ClosedRange<Double>) throws -> Double {
        try checked(value, key, "a number between \(range.lowerBound) and \(range.upperBound)", range.contains)
    }

    func optionalNumber(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
        try optional(key, as: Double.self).map { try number($0, key, in: range) }
    }

    /// A share with its ends.
    func share(_ key: String) throws -> Double { try number(key, in: 0...1) }

    /// A share without its ends.
    func openShare(_ key: String) throws -> Double { try openShare(required(key, as: Double.self), key) }

    func optionalOpenShare(_ key: String) throws -> Double? {
        try optional(key, as: Double.self).map { try openShare($0, key) }
    }

    private func openShare(_ value: Double, _ key: String) throws -> Double {
        try checked(value, key, "a number above 0 and below 1") { $0 > 0 && $0 < 1 }
    }

    func count(_ key: String) throws -> Int { try count(required(key, as: Int.self), key) }

    func optionalCount(_ key: String) throws -> Int? {
        try optional(key, as: Int.self).map { try count($0, key) }
    }

    func count(_ key: String, in range: ClosedRange<Int>) throws -> Int {
        try count(required(key, as: Int.self), key, in: range)
    }

    private func count(_ value: Int, _ key: String, in range: ClosedRange<Int> = 0...1_000_000_000) throws -> Int {
        try checked(value, key, "a whole number from \(range.lowerBound) to \(range.upperBound)", range.contains)
    }

    func span(_ key: String) throws -> CalendarSpan {
        try required(key, as: CalendarSpan.self, form: CalendarSpan.form)
    }

    private func checked<Value>(_ value: Value, _ key: String, _ wanted: String, _ isRight: (Value) -> Bool) throws -> Value {
        guard isRight(value) else { throw PolicyError(.outOfRange("\(value)", wanted: wanted), at: place(of: key)) }
        return value
    }
}
