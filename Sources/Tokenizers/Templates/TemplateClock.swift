import Foundation

/// What `strftime_now` reads: one moment, broken into the fields of the civil calendar.
struct TemplateClock: Sendable {
    private let epochSeconds: Int
    private let microsecond: Int
    private let year: Int
    private let month: Int
    private let day: Int
    private let hour: Int
    private let minute: Int
    private let second: Int
    /// 0 is Sunday.
    private let weekday: Int
    /// 0 is January 1st.
    private let dayOfYear: Int

    init(now: Date, timeZone: TimeZone) {
        let moment = now.timeIntervalSince1970
        epochSeconds = Int(moment.rounded(.down))
        // Dates carry sub-microsecond noise, so the nearest microsecond is the one that was meant.
        microsecond = min(999_999, Int(((moment - moment.rounded(.down)) * 1e6).rounded()))
        let local = epochSeconds + timeZone.secondsFromGMT(for: now)
        let days = local.floorDivided(by: 86_400)
        let secondOfDay = local - days * 86_400
        (year, month, day) = Self.civil(daysSinceEpoch: days)
        (hour, minute, second) = (secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
        weekday = (days + 4) - (days + 4).floorDivided(by: 7) * 7
        dayOfYear = days - Self.days(to: year)
    }

    /// The Gregorian date of a day counted from 1970-01-01.
    private static func civil(daysSinceEpoch days: Int) -> (Int, Int, Int) {
        var year = 1970 + days.floorDivided(by: 366)
        while Self.days(to: year + 1) <= days { year += 1 }
        var rest = days - Self.days(to: year)
        var month = 1
        while rest >= length(of: month, in: year) {
            rest -= length(of: month, in: year)
            month += 1
        }
        return (year, month, rest + 1)
    }

    /// Days from 1970-01-01 to January 1st of a year.
    private static func days(to year: Int) -> Int {
        let before = year - 1
        let leaps = before.floorDivided(by: 4) - before.floorDivided(by: 100) + before.floorDivided(by: 400)
        return 365 * (year - 1970) + leaps - 477
    }

    private static func length(of month: Int, in year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    // MARK: Formats

    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// `strftime` of C in its own locale, for a time without a zone. Widths and the flags `-`, `_`, `0`, `^` and `#` work as in
    /// glibc.
    ///
    /// Unknown codes stay as they are.
    func formatted(_ format: String) -> String {
        var text = ""
        var scalars = Array(format.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%" else {
                text.unicodeScalars.append(scalar)
                continue
            }
            let flags = scalars.prefix { "-_0^#".unicodeScalars.contains($0) }
            let digits = scalars.dropFirst(flags.count).prefix { ("0"..."9").contains($0) }.prefix(3)
            guard let code = scalars.dropFirst(flags.count + digits.count).first, let field = field(code) else {
                text += "%"
                continue
            }
            scalars = scalars.dropFirst(flags.count + digits.count + 1)
            text += Self.applied(flags, width: Int(String(String.UnicodeScalarView(digits))), to: field)
        }
        return text
    }

    private enum Field {
        case number(Int, width: Int, pad: Character)
        case text(String)
    }

    private static func applied(_ flags: ArraySlice<Unicode.Scalar>, width given: Int?, to field: Field) -> String {
        switch field {
        case .text(let text):
            let cased = flags.contains("^") ? text.uppercased() : flags.contains("#") ? text.swappedCase : text
            return cased.padded(to: given ?? 0, with: flags.contains("0") ? "0" : " ", .right)
        case .number(let value, let width, let pad):
            let digits = String(value)
            guard !flags.contains("-") else { return digits }
            let fill = flags.contains("_") ? " " : flags.contains("0") ? "0" : pad
            return String(repeating: fill, count: max(0, (given ?? width) - digits.count)) + digits
        }
    }

    private func field(_ code: Unicode.Scalar) -> Field? { dateField(code) ?? timeField(code) ?? compound(code) }

    private func dateField(_ code: Unicode.Scalar) -> Field? {
        switch code {
        case "a": .text(String(Self.weekdays[weekday].prefix(3)))
        case "A": .text(Self.weekdays[weekday])
        case "b", "h": .text(String(Self.months[month - 1].prefix(3)))
        case "B": .text(Self.months[month - 1])
        case "C": .number(year / 100, width: 2, pad: "0")
        case "d": .number(day, width: 2, pad: "0")
        case "e": .number(day, width: 2, pad: " ")
        case "g": .number(isoWeek.year % 100, width: 2, pad: "0")
        case "G": .number(isoWeek.year, width: 0, pad: "0")
        case "j": .number(dayOfYear + 1, width: 3, pad: "0")
        case "m": .number(month, width: 2, pad: "0")
        case "u": .number(weekday == 0 ? 7 : weekday, width: 0, pad: "0")
        case "U": .number((dayOfYear + 7 - weekday) / 7, width: 2, pad: "0")
        case "V": .number(isoWeek.week, width: 2, pad: "0")
        case "w": .number(weekday, width: 0, pad: "0")
        case "W": .number((dayOfYear + 7 - (weekday + 6) % 7) / 7, width: 2, pad: "0")
        case "y": .number(year % 100, width: 2, pad: "0")
        case "Y": .number(year, width: 0, pad: "0")
        default: nil
        }
    }

    private func timeField(_ code: Unicode.Scalar) -> Field? {
        let hourOf12 = hour % 12 == 0 ? 12 : hour % 12
        return switch code {
        case "f": .number(microsecond, width: 6, pad: "0")
        case "H": .number(hour, width: 2, pad: "0")
        case "I": .number(hourOf12, width: 2, pad: "0")
        case "k": .number(hour, width: 2, pad: " ")
        case "l": .number(hourOf12, width: 2, pad: " ")
        case "M": .number(minute, width: 2, pad: "0")
        case "p": .text(hour < 12 ? "AM" : "PM")
        case "P": .text(hour < 12 ? "am" : "pm")
        case "s": .number(epochSeconds, width: 0, pad: "0")
        case "S": .number(second, width: 2, pad: "0")
        case "n": .text("\n")
        case "t": .text("\t")
        case "z", "Z": .text("")
        case "%": .text("%")
        default: nil
        }
    }

    private func compound(_ code: Unicode.Scalar) -> Field? {
        let format: String
        switch code {
        case "c": format = "%a %b %e %H:%M:%S %Y"
        case "D", "x": format = "%m/%d/%y"
        case "F": format = "%Y-%m-%d"
        case "r": format = "%I:%M:%S %p"
        case "R": format = "%H:%M"
        case "T", "X": format = "%H:%M:%S"
        default: return nil
        }
        return .text(formatted(format))
    }

    /// The ISO 8601 week, and the year it belongs to: the one that its Thursday lies in.
    private var isoWeek: (year: Int, week: Int) {
        let thursday = dayOfYear + 3 - (weekday + 6) % 7
        let yearLength = Self.days(to: year + 1) - Self.days(to: year)
        if thursday < 0 {
            let before = Self.days(to: year) - Self.days(to: year - 1)
            return (year - 1, (thursday + before) / 7 + 1)
        }
        return thursday >= yearLength ? (year + 1, (thursday - yearLength) / 7 + 1) : (year, thursday / 7 + 1)
    }
}

extension Int {
    fileprivate func floorDivided(by divisor: Int) -> Int { self >= 0 ? self / divisor : -((-self + divisor - 1) / divisor) }
}

extension String {
    fileprivate var swappedCase: String { contains(where: \.isLowercase) ? uppercased() : lowercased() }
}
