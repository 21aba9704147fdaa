import Adapters
import Foundation

/// When a job runs: at one time of the day in the machine's own zone, every day or on one day of the week or month.
public struct RunTimes: Sendable, Hashable {
    public enum Days: Sendable, Hashable {
        case daily
        /// 0 is Sunday.
        case weekly(weekday: Int)
        /// 1 … 28, which every month has.
        case monthly(day: Int)
    }

    public let days: Days
    public let hour: Int
    public let minute: Int

    /// - Precondition: numbers that a clock and every week or month have.
    public init(_ days: Days, hour: Int, minute: Int) {
        switch days {
        case .daily: break
        case .weekly(let weekday): precondition((0...6).contains(weekday))
        case .monthly(let day): precondition((1...28).contains(day))
        }
        precondition((0...23).contains(hour) && (0...59).contains(minute))
        self.days = days
        self.hour = hour
        self.minute = minute
    }

    /// The five fields of a line for cron, which takes the machine's zone.
    public var cronFields: String {
        switch days {
        case .daily: "\(minute) \(hour) * * *"
        case .weekly(let weekday): "\(minute) \(hour) * * \(weekday)"
        case .monthly(let day): "\(minute) \(hour) \(day) * *"
        }
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    /// The same as `OnCalendar=` of systemd has it.
    public var calendarEvent: String {
        let time = "\(padded(hour)):\(padded(minute)):00"
        return switch days {
        case .daily: "*-*-* \(time)"
        case .weekly(let weekday): "\(Self.weekdays[weekday]) *-*-* \(time)"
        case .monthly(let day): "*-*-\(padded(day)) \(time)"
        }
    }

    public var words: String {
        let time = "\(padded(hour)):\(padded(minute))"
        return switch days {
        case .daily: "every day at \(time)"
        case .weekly(let weekday): "every \(Self.weekdays[weekday]) at \(time)"
        case .monthly(let day): "on day \(day) of every month at \(time)"
        }
    }

    private func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// A zone as the C library knows it: the one of `TZ`, or else the machine's.
///
/// Not Foundation's, which needs its own tables; cron and systemd take this one.
public struct LocalZone: Sendable {
    public init() { tzset() }

    /// Year, month, day, weekday, hour and minute at a moment.
    private func civil(_ moment: Timestamp) -> tm {
        var (seconds, parts) = (time_t(moment.secondsSinceEpoch), tm())
        localtime_r(&seconds, &parts)
        return parts
    }

    /// The day of the week (0 is Sunday) and the minutes after midnight that the clock on the wall shows.
    public func wallClock(_ moment: Timestamp) -> (weekday: Int, minute: Int) {
        let parts = civil(moment)
        return (Int(parts.tm_wday), 60 * Int(parts.tm_hour) + Int(parts.tm_min))
    }

    /// The moment of a civil time; one that is skipped when clocks go forward comes as much later as they are put forward, one that is
    /// there twice is the first.
    private func moment(of parts: tm) -> Timestamp {
        var parts = parts
        parts.tm_isdst = -1
        let seconds = mktime(&parts)
        var earlier = parts
        earlier.tm_isdst = 1
        // where it is there twice, daylight time comes first
        let first = mktime(&earlier)
        let isSame = (earlier.tm_hour, earlier.tm_min, earlier.tm_mday) == (parts.tm_hour, parts.tm_min, parts.tm_mday)
        return Timestamp(secondsSinceEpoch: isSame ? min(seconds, first) : seconds)
    }

    /// The first moment at or after another at which a job runs.
    public func next(_ times: RunTimes, from start: Timestamp) -> Timestamp {
        let today = civil(start)
        // a month and its longest gap hold every kind of day
        for offset in 0...32 {
            var day = today
            (day.tm_mday, day.tm_hour, day.tm_min, day.tm_sec) = (today.tm_mday + Int32(offset), 12, 0, 0)
            day.tm_isdst = -1
            // brings the day into its month, and tells the weekday
            _ = mktime(&day)
            guard times.isOn(weekday: Int(day.tm_wday), day: Int(day.tm_mday)) else { continue }
            (day.tm_hour, day.tm_min) = (Int32(times.hour), Int32(times.minute))
            let moment = moment(of: day)
            if moment >= start { return moment }
        }
        return .latest
    }
}

extension RunTimes {
    fileprivate func isOn(weekday: Int, day: Int) -> Bool {
        switch days {
        case .daily: true
        case .weekly(let wanted): wanted == weekday
        case .monthly(let wanted): wanted == day
        }
    }
}
