import Foundation

/// A moment in UTC to the second, between the years 1 and 9999; written `2026-05-01T10:00:00Z`.
///
/// Days follow the proleptic Gregorian calendar and have 86,400 seconds; leap seconds do not exist, as in POSIX time.
/// Arithmetic that would leave the range stops at its end.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let secondsSinceEpoch: Int

    public static let earliest = Timestamp(uncheckedSeconds: -62_135_596_800)
    public static let latest = Timestamp(uncheckedSeconds: 253_402_300_799)

    /// How a moment is written, for messages.
    public static let form = "a date such as 2026-05-01 or a time such as 2026-05-01T10:00:00Z"

    public init(secondsSinceEpoch: Int) {
        let range = Self.earliest.secondsSinceEpoch...Self.latest.secondsSinceEpoch
        self.secondsSinceEpoch = min(max(secondsSinceEpoch, range.lowerBound), range.upperBound)
    }

    private init(uncheckedSeconds: Int) { secondsSinceEpoch = uncheckedSeconds }

    /// The second in which a date lies.
    public init(_ date: Date) {
        let bounds = Double(Self.earliest.secondsSinceEpoch)...Double(Self.latest.secondsSinceEpoch)
        let seconds = date.timeIntervalSince1970.rounded(.down)
        self.init(secondsSinceEpoch: Int(min(max(seconds, bounds.lowerBound), bounds.upperBound)))
    }

    /// Nil when no such day or time of day exists.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard let date = CivilDate(year: year, month: month, day: day), (0..<24).contains(hour), (0..<60).contains(minute),
            (0..<60).contains(second)
        else { return nil }
        self.init(uncheckedSeconds: 86_400 * date.daysSinceEpoch + 3_600 * hour + 60 * minute + second)
    }

    public static func < (first: Timestamp, second: Timestamp) -> Bool {
        first.secondsSinceEpoch < second.secondsSinceEpoch
    }

    /// The calendar day, in UTC.
    public var date: CivilDate {
        CivilDate(daysSinceEpoch: Int((Double(secondsSinceEpoch) / 86_400).rounded(.down)))
    }

    /// Seconds since midnight UTC, in 0 ..< 86,400.
    public var secondOfDay: Int { secondsSinceEpoch - 86_400 * date.daysSinceEpoch }

    public func adding(seconds: Int) -> Timestamp {
        let (sum, overflows) = secondsSinceEpoch.addingReportingOverflow(seconds)
        return overflows ? (seconds > 0 ? .latest : .earliest) : Timestamp(secondsSinceEpoch: sum)
    }

    /// The same day of the month and time of day, some months on; the last day of the month where that day does not exist,
    /// so that 31 January + 1 month is 28 or 29 February.
    public func adding(months: Int) -> Timestamp {
        guard let date = date.adding(months: months) else { return months > 0 ? .latest : .earliest }
        return Timestamp(secondsSinceEpoch: 86_400 * date.daysSinceEpoch + secondOfDay)
    }

    /// Days and weeks are counted in days of 86,400 s, months and years as `adding(months:)` does.
    public func adding(_ span: CalendarSpan) -> Timestamp {
        switch (span.months, span.days) {
        case (let months?, _): adding(months: months)
        case (nil, let days?): adding(seconds: 86_400 * days)
        case (nil, nil): self
        }
    }
}

extension Timestamp: LosslessStringConvertible {
    public var description: String {
        let second = secondOfDay
        let time = [second / 3_600, second / 60 % 60, second % 60].map { padded($0, to: 2) }.joined(separator: ":")
        return "\(date)T\(time)Z"
    }

    /// Reads `2026-05-01` (midnight), `2026-05-01T10:00:00Z`, a time with an offset (`+02:00`), or one without (UTC).
    /// Fractions of a second are dropped.
    public init?(_ text: String) {
        var scanner = TimestampScanner(text)
        guard let moment = scanner.moment() else { return nil }
        self = moment
    }
}

/// A whole number with leading zeros.
func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
