/// A length of calendar time: `90d`, `6w`, `9mo` or `2y`.
///
/// Spans are compared by their mean length: a day is a day, a week 7 days, and a month 146,097 / 4,800 days
/// (30.436875, the mean over the 400-year cycle of the Gregorian calendar), a year 12 months. So `12mo` equals `1y`, and `180d` is
/// less than `6mo` while `183d` is more.
public struct CalendarSpan: Sendable {
    public enum Unit: String, Sendable, CaseIterable {
        case day = "d"
        case week = "w"
        case month = "mo"
        case year = "y"
    }

    public let count: Int
    public let unit: Unit

    /// How a span is written, for messages.
    public static let form = "a span such as 90d, 6w, 9mo or 2y"

    /// The largest count, whatever the unit; it keeps all arithmetic far from overflow.
    public static let largestCount = 100_000

    /// Nil when the count is negative or above `largestCount`.
    public init?(_ count: Int, _ unit: Unit) {
        guard (0...Self.largestCount).contains(count) else { return nil }
        self.count = count
        self.unit = unit
    }

    /// The whole months of a span given in months or years.
    public var months: Int? {
        switch unit {
        case .month: count
        case .year: 12 * count
        case .day, .week: nil
        }
    }

    /// The days of a span given in days or weeks.
    public var days: Int? {
        switch unit {
        case .day: count
        case .week: 7 * count
        case .month, .year: nil
        }
    }

    /// Mean length in 1/4,800 of a day, in which a mean month is a whole number.
    private var meanLength: Int {
        switch unit {
        case .day: 4_800 * count
        case .week: 7 * 4_800 * count
        case .month: 146_097 * count
        case .year: 12 * 146_097 * count
        }
    }
}

extension CalendarSpan: LosslessStringConvertible {
    public init?(_ text: String) {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let count = Int(String(decoding: digits, as: UTF8.self)),
            let unit = Unit(rawValue: String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self))
        else { return nil }
        self.init(count, unit)
    }

    public var description: String { "\(count)\(unit.rawValue)" }
}

extension CalendarSpan: Comparable, Hashable {
    public static func == (first: CalendarSpan, second: CalendarSpan) -> Bool { first.meanLength == second.meanLength }
    public static func < (first: CalendarSpan, second: CalendarSpan) -> Bool { first.meanLength < second.meanLength }
    public func hash(into hasher: inout Hasher) { hasher.combine(meanLength) }
}
