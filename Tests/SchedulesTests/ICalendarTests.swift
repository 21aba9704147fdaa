import Adapters
import Testing

@testable import Schedules

struct ICalendarTests {
    @Test func anEventIsWrittenAsCalendarsReadIt() throws {
        let day = try #require(CivilDate(year: 2026, month: 11, day: 1))
        let stamp = try #require(Timestamp("2026-05-01T10:00:00Z"))
        let event = ICalendar.Event(id: "a@b", day: day, title: "Retrain greeter", notes: "one, two; three\nfour \\")
        #expect(
            ICalendar([event], stamp: stamp).text.split(separator: "\r\n") == [
                "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//LoRA Keeper//lora//EN", "BEGIN:VEVENT", "UID:a@b",
                "DTSTAMP:20260501T100000Z", "DTSTART;VALUE=DATE:20261101", "SUMMARY:Retrain greeter",
                #"DESCRIPTION:one\, two\; three\nfour \\"#, "TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR",
            ])
    }

    /// At most 75 bytes to a line, and no character is cut.
    @Test(arguments: ["x", "ä", "漢", "🙂", "a\u{308}"])
    func longLinesAreFolded(_ character: String) throws {
        let day = try #require(CivilDate(year: 2026, month: 11, day: 1))
        let notes = String(repeating: character, count: 200)
        let text = ICalendar([.init(id: "i", day: day, title: "t", notes: notes)], stamp: .earliest).text
        let lines = text.utf8.split { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
        #expect(lines.allSatisfy { $0.count <= 75 && String(validating: $0, as: UTF8.self) != nil })
        // by bytes: to Swift's texts a mark that follows a space is part of it
        let joined = lines.reduce(into: [[UInt8]]()) { joined, line in
            if line.first == UInt8(ascii: " ") {
                joined[joined.count - 1] += line.dropFirst()
            } else {
                joined.append(Array(line))
            }
        }
        #expect(joined.contains(Array("DESCRIPTION:\(notes)".utf8)))
    }
}
