/// A day of the proleptic Gregorian calendar, in the years 1 to 9999; written `2026-05-01`.
public struct CivilDate: Sendable, Hashable, CustomStringConvertible {
    public let year: Int
    public let month: Int
    public let day: Int

    /// Nil when there is no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.lengthOfMonth(month, year: year)).contains(day)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    public var description: String { "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))" }

    public static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    public static func lengthOfMonth(_ month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The same day some months on, or the last day of that month; nil outside the years 1 to 9999.
    public func adding(months: Int) -> CivilDate? {
        let (sum, overflows) = (12 * year + month - 1).addingReportingOverflow(months)
        guard !overflows, (12..<120_000).contains(sum) else { return nil }
        let (newYear, newMonth) = (sum / 12, sum % 12 + 1)
        return CivilDate(year: newYear, month: newMonth, day: min(day, Self.lengthOfMonth(newMonth, year: newYear)))
    }
}

/// Day counts, by the method of Howard Hinnant's "chrono-compatible low-level date algorithms": years begin on 1 March,
/// so that the leap day is the last of its year, and are counted in eras of 400 years (146,097 days).
extension CivilDate {
    /// Days since 1970-01-01.
    public var daysSinceEpoch: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = (shiftedYear / 400, shiftedYear % 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return 146_097 * era + dayOfEra - 719_468
    }

    /// - Precondition: the day lies in the years 1 to 9999.
    init(daysSinceEpoch: Int) {
        let shifted = daysSinceEpoch + 719_468
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = 400 * era + yearOfEra + (month <= 2 ? 1 : 0)
        precondition(daysSinceEpoch == self.daysSinceEpoch && (1...9999).contains(year), "a day outside the calendar")
    }
}

extension CivilDate: LosslessStringConvertible {
    public static let form = "a day such as 2026-05-01"

    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else {
            return nil
        }
        self.init(year: year, month: month, day: day)
    }
}
