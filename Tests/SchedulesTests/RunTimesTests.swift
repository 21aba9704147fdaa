import Adapters
import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Schedules

/// When cron would run a job, in zones with odd offsets, across the days on which clocks are put forward and back.
///
/// One after the other: the C library has one zone for the whole process.
@Suite(.serialized)
struct RunTimesTests {
    struct Case: Sendable {
        let zone: String
        let times: RunTimes
        let from: String
        let next: [String]
    }

    private static let daily = RunTimes(.daily, hour: 2, minute: 30)

    static let cases = [
        Case(zone: "UTC", times: daily, from: "2026-02-28T00:00:00Z", next: ["2026-02-28T02:30:00Z", "2026-03-01T02:30:00Z"]),
        Case(
            zone: "UTC", times: daily, from: "2028-02-28T02:30:00Z",
            next: ["2028-02-28T02:30:00Z", "2028-02-29T02:30:00Z", "2028-03-01T02:30:00Z"]),
        Case(zone: "UTC", times: daily, from: "2026-12-31T02:30:01Z", next: ["2027-01-01T02:30:00Z"]),
        // 02:30 does not exist on 8 March: it comes an hour later on the clock
        Case(
            zone: "America/New_York", times: daily, from: "2026-03-07T00:00:00Z",
            next: ["2026-03-07T07:30:00Z", "2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"]),
        // 01:30 is there twice on 1 November: the first counts
        Case(
            zone: "America/New_York", times: RunTimes(.daily, hour: 1, minute: 30), from: "2026-10-31T12:00:00Z",
            next: ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]),
        Case(
            zone: "Europe/Berlin", times: daily, from: "2026-03-28T12:00:00Z",
            next: ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]),
        Case(
            zone: "Europe/Berlin", times: daily, from: "2026-10-24T12:00:00Z",
            next: ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
        Case(
            zone: "Asia/Kolkata", times: RunTimes(.daily, hour: 5, minute: 45), from: "2026-05-01T00:00:00Z",
            next: ["2026-05-01T00:15:00Z", "2026-05-02T00:15:00Z"]),
        // clocks there go by half an hour
        Case(
            zone: "Australia/Lord_Howe", times: daily, from: "2026-04-04T12:00:00Z",
            next: ["2026-04-04T16:00:00Z", "2026-04-05T16:00:00Z"]),
        Case(
            zone: "Pacific/Apia", times: daily, from: "2026-01-01T00:00:00Z",
            next: ["2026-01-01T13:30:00Z", "2026-01-02T13:30:00Z"]),
        Case(
            zone: "UTC", times: RunTimes(.weekly(weekday: 1), hour: 6, minute: 0), from: "2026-11-24T00:00:00Z",
            next: ["2026-11-30T06:00:00Z", "2026-12-07T06:00:00Z"]),
        Case(
            zone: "UTC", times: RunTimes(.weekly(weekday: 0), hour: 6, minute: 0), from: "2026-11-29T06:00:00Z",
            next: ["2026-11-29T06:00:00Z", "2026-12-06T06:00:00Z"]),
        Case(
            zone: "UTC", times: RunTimes(.monthly(day: 1), hour: 6, minute: 0), from: "2026-01-31T23:59:59Z",
            next: ["2026-02-01T06:00:00Z", "2026-03-01T06:00:00Z", "2026-04-01T06:00:00Z"]),
        Case(
            zone: "America/New_York", times: RunTimes(.monthly(day: 28), hour: 23, minute: 59), from: "2026-02-28T23:00:00Z",
            next: ["2026-03-01T04:59:00Z", "2026-03-29T03:59:00Z"]),
        // beyond 32 bits of seconds
        Case(zone: "UTC", times: daily, from: "2038-01-19T03:14:08Z", next: ["2038-01-20T02:30:00Z"]),
    ]

    @Test(arguments: cases)
    func itRunsWhenCronWould(_ item: Case) throws {
        expect(
            try item.next.map { try #require(Timestamp($0)) }, of: item.times, from: try #require(Timestamp(item.from)),
            in: item.zone)
    }

    /// The runs of a job one after the other, in a zone.
    private func expect(_ runs: [Timestamp], of times: RunTimes, from start: Timestamp, in name: String) {
        let old = ProcessInfo.processInfo.environment["TZ"]
        setenv("TZ", name, 1)
        defer {
            if let old { setenv("TZ", old, 1) } else { unsetenv("TZ") }
            tzset()
        }
        let zone = LocalZone()
        let found = runs.indices.reduce(into: [Timestamp]()) { found, _ in
            found.append(zone.next(times, from: found.last?.adding(seconds: 1) ?? start))
        }
        #expect(found == runs, "\(name) \(times.words) from \(start)")
    }

    /// Six zones across their changes of clocks, by Python's tables of zones (Scripts/make_schedule_cases.py).
    @Test func itRunsWhenPythonsZonesSay() throws {
        let file = Fixture.root.appending(path: "schedules/next-runs.json")
        let cases = try #require(JSONValue(parsing: Data(contentsOf: file)).arrayValue)
        #expect(cases.count >= 60)
        for item in cases {
            func number(_ key: String) throws -> Int { try #require(item[key]?.intValue) }
            let days: RunTimes.Days =
                switch item["every"]?.stringValue {
                case "week": .weekly(weekday: try number("number"))
                case "month": .monthly(day: try number("number"))
                default: .daily
                }
            let times = RunTimes(days, hour: try number("hour"), minute: try number("minute"))
            let name = try #require(item["zone"]?.stringValue)
            let runs = try #require(item["runs"]?.arrayValue).map { try #require($0.intValue) }
            expect(
                runs.map { Timestamp(secondsSinceEpoch: $0) }, of: times, from: Timestamp(secondsSinceEpoch: try number("from")),
                in: name)
        }
    }

    @Test func cronAndSystemdAreToldTheSame() {
        #expect(RunTimes(.daily, hour: 6, minute: 5).cronFields == "5 6 * * *")
        #expect(RunTimes(.daily, hour: 6, minute: 5).calendarEvent == "*-*-* 06:05:00")
        #expect(RunTimes(.weekly(weekday: 1), hour: 23, minute: 0).cronFields == "0 23 * * 1")
        #expect(RunTimes(.monthly(day: 1), hour: 0, minute: 59).cronFields == "59 0 1 * *")
        #expect(RunTimes(.monthly(day: 9), hour: 0, minute: 59).calendarEvent == "*-*-09 00:59:00")
    }
}
