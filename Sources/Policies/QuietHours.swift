import Adapters

/// A stretch of the day, on some or all days of the week, in which no training begins; written `22:00-06:00` or `Mon-Fri 08:00-18:00`.
///
/// A stretch that ends no later than it begins goes on into the next day, and belongs to the day on which it begins.
public struct QuietHours: Sendable, Hashable {
    /// How one is written, for messages.
    public static let form = "hours such as 22:00-06:00 or Mon-Fri 08:00-18:00"

    private static let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    /// 0 is Sunday.
    public let weekdays: Set<Int>
    /// Minutes after midnight.
    public let begins: Int
    /// Minutes after midnight; the first minute that is no longer quiet.
    public let ends: Int

    private var crossesMidnight: Bool { ends <= begins }

    /// The minutes until the stretch in which a minute lies is over; nil when it lies in none.
    ///
    /// - Parameter weekday: 0 is Sunday.
    func minutesLeft(weekday: Int, minute: Int) -> Int? {
        if weekdays.contains(weekday), minute >= begins, crossesMidnight || minute < ends {
            return ends - minute + (crossesMidnight ? 1_440 : 0)
        }
        let yesterday = (weekday + 6) % 7
        return crossesMidnight && weekdays.contains(yesterday) && minute < ends ? ends - minute : nil
    }
}

extension QuietHours: LosslessStringConvertible {
    public init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 1 || words.count == 2, let hours = words.last else { return nil }
        let ends = hours.split(separator: "-", omittingEmptySubsequences: false).map(Self.minute)
        guard ends.count == 2, let begins = ends[0], let end = ends[1] else { return nil }
        guard let weekdays = words.count == 1 ? Set(0...6) : Self.weekdays(words[0]) else { return nil }
        self.init(weekdays: weekdays, begins: begins, ends: end)
    }

    public var description: String {
        let days = weekdays.count == 7 ? "" : weekdays.sorted().map { Self.names[$0] }.joined(separator: ",") + " "
        return days + Self.text(begins) + "-" + Self.text(ends)
    }

    /// `Mon-Fri`, `Sat,Sun` or both.
    private static func weekdays(_ text: Substring) -> Set<Int>? {
        var days: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { names.firstIndex(of: String($0)) }
            guard ends.count == 1 || ends.count == 2, let first = ends.first ?? nil, let last = ends.last ?? nil else {
                return nil
            }
            for step in 0...(last - first + 7) % 7 { days.insert((first + step) % 7) }
        }
        return days
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour < 24 || hour == 24 && minute == 0
        else { return nil }
        return 60 * hour + minute
    }

    private static func text(_ minute: Int) -> String {
        let parts = [minute / 60, minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return parts.joined(separator: ":")
    }
}

/// A moment as the clock on the wall tells it.
public struct WallClock: Sendable, Hashable {
    /// 0 is Sunday.
    public let weekday: Int
    /// Minutes after midnight.
    public let minute: Int

    public init(weekday: Int, minute: Int) {
        self.weekday = weekday
        self.minute = minute
    }
}

extension [QuietHours] {
    /// When the quiet hours in which a moment lies are over, stretches that follow each other taken as one; nil when it lies in none.
    ///
    /// To the minute. A change of the clocks in between moves the end by as much.
    ///
    /// - Parameter wallClock: of the zone in which the hours are meant.
    public func end(at moment: Timestamp, _ wallClock: (Timestamp) -> WallClock) -> Timestamp? {
        var end: Timestamp?
        // a week holds every stretch; one that never ends is quiet for ever
        for _ in 0...count * 7 {
            let time = wallClock(end ?? moment)
            let left = compactMap { $0.minutesLeft(weekday: time.weekday, minute: time.minute) }.max()
            guard let left else { return end }
            let start = end ?? moment
            end = start.adding(seconds: 60 * left - start.secondOfDay % 60)
        }
        return .latest
    }
}
