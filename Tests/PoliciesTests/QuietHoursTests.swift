import Adapters
import Policies
import Testing

@Suite struct QuietHoursTests {
    /// UTC; 2026-06-01 is a Monday.
    private func utc(_ moment: Timestamp) -> WallClock {
        WallClock(weekday: (moment.date.daysSinceEpoch + 4) % 7, minute: moment.secondOfDay / 60)
    }

    private func end(_ hours: [String], at moment: String) throws -> String? {
        let parsed = try hours.map { try #require(QuietHours($0)) }
        return parsed.end(at: try #require(Timestamp(moment)), utc).map { "\($0)" }
    }

    @Test(
        arguments: [
            (["08:00-18:00"], "2026-06-01T07:59:59Z", nil), (["08:00-18:00"], "2026-06-01T08:00:00Z", "2026-06-01T18:00:00Z"),
            (["08:00-18:00"], "2026-06-01T17:59:30Z", "2026-06-01T18:00:00Z"), (["08:00-18:00"], "2026-06-01T18:00:00Z", nil),
            // over midnight, and the day on which it began counts
            (["22:00-06:00"], "2026-06-01T23:10:20Z", "2026-06-02T06:00:00Z"),
            (["22:00-06:00"], "2026-06-02T05:59:00Z", "2026-06-02T06:00:00Z"),
            (["Mon 22:00-06:00"], "2026-06-02T05:00:00Z", "2026-06-02T06:00:00Z"),
            (["Mon 22:00-06:00"], "2026-06-01T05:00:00Z", nil),
            (["Mon-Fri 08:00-18:00"], "2026-06-06T12:00:00Z", nil),
            (["Fri-Mon 08:00-18:00"], "2026-06-07T12:00:00Z", "2026-06-07T18:00:00Z"),
            (["Sat,Sun 00:00-24:00"], "2026-06-06T12:00:00Z", "2026-06-08T00:00:00Z"),
            // stretches that follow each other are one
            (["08:00-12:00", "12:00-18:00"], "2026-06-01T09:00:00Z", "2026-06-01T18:00:00Z"),
            (["08:00-13:00", "12:00-18:00"], "2026-06-01T12:30:00Z", "2026-06-01T18:00:00Z"),
            (["00:00-24:00"], "2026-06-01T12:30:00Z", "9999-12-31T23:59:59Z"), ([], "2026-06-01T12:30:00Z", nil),
        ] as [([String], String, String?)])
    func theyEndWhenTheyShould(_ hours: [String], _ moment: String, _ wanted: String?) throws {
        #expect(try end(hours, at: moment) == wanted)
    }

    @Test(arguments: [
        "", "8:00-18:00", "08:00", "08:00-25:00", "24:01-06:00", "Mon-Fri", "Mo 08:00-18:00", "Mon 08:00-18:00 UTC",
        "08:60-09:00",
        "Mon-Tue-Wed 08:00-09:00", ",Mon 08:00-09:00", "08:00–18:00",
    ])
    func whatIsNoStretchIsRefused(_ text: String) { #expect(QuietHours(text) == nil) }

    @Test func whatIsWrittenIsReadAgain() throws {
        for text in ["22:00-06:00", "Mon,Tue,Wed,Thu,Fri 08:00-18:00", "Sun 00:00-24:00"] {
            #expect(try #require(QuietHours(text)).description == text)
        }
    }
}
