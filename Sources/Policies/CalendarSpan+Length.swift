import Adapters

extension CalendarSpan {
    /// Days of a mean month over the 400-year cycle of the calendar.
    public static let daysOfMonth = 146_097.0 / 4_800

    /// Mean length in days.
    public var meanDays: Double { months.map { Double($0) * Self.daysOfMonth } ?? Double(days ?? 0) }

    /// Mean length in months.
    public var meanMonths: Double { months.map(Double.init) ?? meanDays / Self.daysOfMonth }
}
