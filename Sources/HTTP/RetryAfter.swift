import Foundation

/// The header `Retry-After`: seconds, or a moment in HTTP's form.
enum RetryAfter {
    static func duration(_ text: String, now: Date) -> Duration? {
        if let seconds = Int(text.trimmingCharacters(in: .whitespaces)) { return seconds >= 0 ? .seconds(seconds) : nil }
        return moment(text).map { .seconds(max(0, Int($0.timeIntervalSince(now).rounded(.up)))) }
    }

    /// Such as `Sun, 06 Nov 1994 08:49:37 GMT`; the two older forms are no longer written.
    static func moment(_ text: String) -> Date? {
        let parts = text.split { " ,:".contains($0) }.map(String.init)
        guard parts.count == 8, parts[7] == "GMT", let day = Int(parts[1]), let month = months.firstIndex(of: parts[2]),
            let year = Int(parts[3]), let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6]),
            let zone = TimeZone(secondsFromGMT: 0)
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar.date(
            from: DateComponents(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second))
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
