import StrictJSON

/// A number that a rule compares, with its unit.
public enum RuleValue: Sendable, Hashable {
    /// A share in 0...1, or a difference of two shares.
    case rate(Double)
    case count(Int)
    case ratio(Double)
    case span(CalendarSpan)
    case moment(Timestamp)

    public var json: JSONValue {
        switch self {
        case .rate(let value), .ratio(let value): .number(value)
        case .count(let value): .integer(value)
        case .span(let value): .string(value.description)
        case .moment(let value): .string("\(value)")
        }
    }

    /// `16.5 %`, `2,000`, `1.35`, `9mo`; rates and ratios to two decimals, ratios below 0.01 to two digits that count.
    public var words: String {
        switch self {
        case .rate(let value): "\(Self.decimal(100 * value)) %"
        case .ratio(let value): abs(value) < 0.00995 && abs(value) >= 1e-9 ? Self.small(value) : Self.decimal(value)
        case .count(let value): Self.grouped(value)
        case .span(let value): value.description
        case .moment(let value): "\(value.date)"
        }
    }

    /// At most two decimals, without trailing zeros; values beyond 10¹² as Swift writes them.
    private static func decimal(_ value: Double) -> String {
        guard abs(value) < 1e12 else { return "\(value)" }
        let hundredths = Int((100 * abs(value)).rounded())
        let sign = value < 0 && hundredths > 0 ? "-" : ""
        let (whole, rest) = (hundredths / 100, hundredths % 100)
        let fraction = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : ".\(padded(rest, to: 2))"
        return sign + grouped(whole) + fraction
    }

    /// Two digits behind the zeros, a trailing zero left out. What is smaller still is the rounding of a sum.
    private static func small(_ value: Double) -> String {
        var (places, scaled) = (0, abs(value))
        while scaled < 9.95 { (places, scaled) = (places + 1, scaled * 10) }
        let digits = Int(scaled.rounded())
        let (shown, count) = digits % 10 == 0 ? (digits / 10, places - 1) : (digits, places)
        return "\(value < 0 ? "-" : "")0.\(padded(shown, to: count))"
    }

    private static func grouped(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var end = digits.count - 3
        while end > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: end))
            end -= 3
        }
        return (value < 0 ? "-" : "") + digits
    }
}

/// A number and what it counts: `1 row`, `1,977 rows`.
public func counted(_ count: Int, _ noun: String) -> String {
    "\(RuleValue.count(count).words) \(noun)\(count == 1 ? "" : "s")"
}
