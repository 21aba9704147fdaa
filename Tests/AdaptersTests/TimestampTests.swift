import Adapters
import Foundation
import Testing

@Suite struct TimestampTests {
    /// Seconds since the epoch by `datetime(…, tzinfo=timezone.utc).timestamp()` of Python 3.
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("0001-01-01T00:00:00Z", -62_135_596_800),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("1969-12-31T23:59:59Z", -1),
        ("2000-02-29T12:00:00Z", 951_825_600),
        ("1900-03-01T00:00:00Z", -2_203_891_200),
        ("2026-05-01T10:00:00Z", 1_777_629_600),
        ("2038-01-19T03:14:08Z", 2_147_483_648),
        ("2100-02-28T23:59:59Z", 4_107_542_399),
    ])
    func momentsAgreeWithPython(text: String, seconds: Int) throws {
        #expect(Timestamp(text)?.secondsSinceEpoch == seconds)
        #expect(Timestamp(secondsSinceEpoch: seconds).description == text)
    }

    @Test(arguments: [
        ("2026-05-01", "2026-05-01T00:00:00Z"),
        ("2026-05-01T10:00:00", "2026-05-01T10:00:00Z"),
        ("2026-05-01T10:00:00+02:00", "2026-05-01T08:00:00Z"),
        ("2026-05-01T00:30:00+05:30", "2026-04-30T19:00:00Z"),
        ("2026-12-31T23:30:00-0100", "2027-01-01T00:30:00Z"),
        ("2026-05-01t10:00:00.999z", "2026-05-01T10:00:00Z"),
    ])
    func everyAcceptedFormBecomesUTC(text: String, utc: String) {
        #expect(Timestamp(text)?.description == utc)
    }

    @Test(arguments: [
        "", "2026", "2026-5-1", "2026-13-01", "2026-02-29", "2100-02-29", "2026-04-31", "2026-05-01T", "2026-05-01T24:00:00Z",
        "2026-05-01T10:60:00Z", "2026-05-01T10:00:60Z", "2026-05-01T10:00Z", "2026-05-01T10:00:00.Z", "2026-05-01T10:00:00ZZ",
        "2026-05-01T10:00:00+24:00", "2026-05-01 10:00:00Z", "0000-01-01", "10000-01-01", "２026-05-01", "2026-05-01T10:00:00 ",
    ])
    func otherTextsAreNoMoments(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [
        ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-08-31", 6, "2027-02-28"),
        ("2024-02-29", 12, "2025-02-28"), ("2024-02-29", 48, "2028-02-29"), ("2026-03-31", -1, "2026-02-28"),
        ("2026-11-30", 3, "2027-02-28"), ("2026-12-15", 1, "2027-01-15"), ("2026-01-15", -1, "2025-12-15"),
        ("2099-11-30", 3, "2100-02-28"), ("2026-05-31", 0, "2026-05-31"),
    ])
    func monthsEndWhereTheMonthEnds(start: String, months: Int, end: String) throws {
        #expect(Timestamp(start)?.adding(months: months) == Timestamp(end))
    }

    @Test func spansKeepTheTimeOfDay() throws {
        let start = try #require(Timestamp("2026-01-31T23:59:58Z"))
        let ends = try ["1mo", "1y", "4w", "30d"].map { start.adding(try #require(CalendarSpan($0))).description }
        #expect(ends == ["2026-02-28T23:59:58Z", "2027-01-31T23:59:58Z", "2026-02-28T23:59:58Z", "2026-03-02T23:59:58Z"])
    }

    @Test func arithmeticStopsAtTheEndsOfTheCalendar() {
        #expect(Timestamp.latest.adding(seconds: 1) == .latest)
        #expect(Timestamp.latest.adding(seconds: .max) == .latest)
        #expect(Timestamp.earliest.adding(seconds: .min) == .earliest)
        #expect(Timestamp.latest.adding(months: 1) == .latest)
        #expect(Timestamp.earliest.adding(months: -1) == .earliest)
        #expect(Timestamp(secondsSinceEpoch: .max) == .latest)
        #expect(Timestamp(Date(timeIntervalSince1970: .infinity)) == .latest)
    }

    /// Foundation's Gregorian calendar is Julian before 1582, so the comparison starts after it.
    @Test func everyDayOfFourCenturiesAgreesWithFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for day in stride(from: -100_000, to: 46_097, by: 7) {
            let parts = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: 86_400 * Double(day)))
            let date = Timestamp(secondsSinceEpoch: 86_400 * day + 86_399).date
            #expect(date.year == parts.year && date.month == parts.month && date.day == parts.day)
        }
    }

    @Test func laterMonthsNeverComeEarlier() {
        var seed: UInt64 = 7
        for _ in 0..<500 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1
            let moment = Timestamp(secondsSinceEpoch: Int(seed >> 33) - 1_000_000_000)
            let sums = (0...24).map { moment.adding(months: $0) }
            #expect(sums == sums.sorted() && Set(sums).count == 25)
        }
    }
}
