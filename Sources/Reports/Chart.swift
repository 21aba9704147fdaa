/// Curves over the steps of a training.
public struct Chart: Sendable, Hashable {
    public struct Point: Sendable, Hashable {
        public let step: Int
        public let value: Double

        public init(_ step: Int, _ value: Double) { (self.step, self.value) = (step, value) }
    }

    public struct Curve: Sendable, Hashable {
        public let name: String
        /// By step, ascending, in whatever order they came; what is no number is left out.
        public let points: [Point]

        public init(_ name: String, _ points: [Point]) {
            self.name = name
            self.points = points.filter(\.value.isFinite).sorted { $0.step < $1.step }
        }
    }

    public let title: String
    public let curves: [Curve]

    public init(_ title: String, _ curves: [Curve]) {
        self.title = title
        self.curves = curves.filter { !$0.points.isEmpty }
    }

    public var isEmpty: Bool { curves.isEmpty }

    /// From the first step to the last; nil without points.
    var steps: ClosedRange<Int>? {
        let all = curves.flatMap { [$0.points.first, $0.points.last].compactMap { $0?.step } }
        return all.min().flatMap { first in all.max().map { first...$0 } }
    }

    var values: ClosedRange<Double>? {
        let all = curves.flatMap { $0.points.map(\.value) }
        return all.min().flatMap { least in all.max().map { least...$0 } }
    }
}

extension Chart.Curve {
    /// At most about so many points, among them the least and the greatest of each stretch: no spike is smoothed away.
    func thinned(to count: Int) -> [Chart.Point] {
        guard points.count > count, count >= 4, let first = points.first, let last = points.last else { return points }
        let stretches = count / 2
        var kept = [first]
        for stretch in 0..<stretches {
            let part = points[points.count * stretch / stretches..<points.count * (stretch + 1) / stretches]
            guard let least = part.min(by: { $0.value < $1.value }), let greatest = part.max(by: { $0.value < $1.value }) else {
                continue
            }
            kept += least.step < greatest.step ? [least, greatest] : least == greatest ? [least] : [greatest, least]
        }
        kept.append(last)
        return kept.reduce(into: []) { points, point in if points.last?.step != point.step { points.append(point) } }
    }
}

extension ClosedRange<Double> {
    /// How far a value lies from the lower end to the upper, 0 to 1; the middle where there is no way to tell.
    func share(of value: Double) -> Double {
        // halved, since the two ends may be further apart than any number is large
        let span = upperBound / 2 - lowerBound / 2
        let share = (value / 2 - lowerBound / 2) / span
        return share.isFinite ? Swift.min(1, Swift.max(0, share)) : 0.5
    }

    /// The value that lies so far.
    func value(at share: Double) -> Double { lowerBound * (1 - share) + upperBound * share }
}

/// Round numbers that part a range.
struct Ticks {
    let values: [Double]

    /// - Parameter count: about how many.
    init(_ range: ClosedRange<Double>, count: Int) {
        let span = range.upperBound - range.lowerBound
        guard span > 0, span.isFinite else {
            values = [range.lowerBound]
            return
        }
        let rough = span / Double(max(1, count))
        let power = Self.powerOfTen(below: rough)
        let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
        // an end that is a tick but for rounding is one
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        // of a span that is no longer told apart from nothing, its end
        guard first <= last, last - first < Double(10 * max(1, count)) else {
            values = [range.lowerBound]
            return
        }
        values = (0...Int(last - first)).map { (first + Double($0)) * step }
    }

    private static func powerOfTen(below value: Double) -> Double {
        var power = 1.0
        while power * 10 <= value { power *= 10 }
        while power > value { power /= 10 }
        return power
    }
}

/// Numbers of a chart: few digits, the same everywhere.
enum ChartNumber {
    static func words(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        let size = abs(value)
        if size >= 10_000 || size < 0.001 { return scientific(value) }
        let digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4
        return trimmed(fixed(value, digits))
    }

    private static func scientific(_ value: Double) -> String {
        var (mantissa, exponent) = (value, 0)
        while abs(mantissa) >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while abs(mantissa) < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        return "\(trimmed(fixed(mantissa, 2)))e\(exponent)"
    }

    /// With so many digits after the point; rounds half away from zero.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
        let whole = (abs(value) * scale).rounded()
        guard digits > 0, whole < 1e15 else { return "\(value < 0 && whole > 0 ? "-" : "")\(Int(min(whole, 1e18)))" }
        let text = String(Int(whole))
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return "\(value < 0 && whole > 0 ? "-" : "")\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        let cut = text.reversed().drop { $0 == "0" }
        return String((cut.first == "." ? cut.dropFirst() : cut).reversed())
    }
}
