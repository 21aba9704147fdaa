import Adapters

/// All-day events as RFC 5545 writes them, for any calendar program.
public struct ICalendar: Sendable, Hashable {
    public struct Event: Sendable, Hashable {
        /// The same for the same event in every edition of the calendar.
        public let id: String
        public let day: CivilDate
        public let title: String
        public let notes: String

        public init(id: String, day: CivilDate, title: String, notes: String) {
            self.id = id
            self.day = day
            self.title = title
            self.notes = notes
        }
    }

    public let events: [Event]
    /// When this edition was made.
    public let stamp: Timestamp

    public init(_ events: [Event], stamp: Timestamp) {
        self.events = events
        self.stamp = stamp
    }

    public var text: String {
        let lines =
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//LoRA Keeper//lora//EN"] + events.flatMap(lines) + ["END:VCALENDAR"]
        return lines.flatMap(Self.folded).map { $0 + "\r\n" }.joined()
    }

    private func lines(_ event: Event) -> [String] {
        [
            "BEGIN:VEVENT", "UID:\(Self.escaped(event.id))", "DTSTAMP:\(Self.compact("\(stamp)"))",
            "DTSTART;VALUE=DATE:\(Self.compact("\(event.day)"))", "SUMMARY:\(Self.escaped(event.title))",
            "DESCRIPTION:\(Self.escaped(event.notes))", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]
    }

    /// The basic form of ISO 8601.
    private static func compact(_ text: String) -> String { text.filter { $0 != "-" && $0 != ":" } }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ";", ",": escaped += "\\\(scalar)"
            case "\n": escaped += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A line in pieces of at most 75 bytes, no character cut; all but the first begin with a space.
    private static func folded(_ line: String) -> [String] {
        var (pieces, piece, room) = ([String](), "", 75)
        for scalar in line.unicodeScalars {
            let size = UTF8.width(scalar)
            if size > room {
                pieces.append(piece)
                (piece, room) = (" ", 74)
            }
            piece.unicodeScalars.append(scalar)
            room -= size
        }
        return pieces + [piece]
    }
}
