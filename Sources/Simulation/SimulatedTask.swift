import Adapters
import Foundation
import Randomness

/// The truth about one task, which nobody in the simulation sees but through measurements.
struct SimulatedTask {
    let adapter: AdapterName
    let family: Int
    let isPinned: Bool
    /// Of the first revision of the base, if every label were right.
    let baseError: Double
    /// Share of the held-out rows whose label is wrong.
    let labelNoise: Double
    /// Held-out rows.
    let rows: Int
    let firstExamples: Int
    /// Effective rows that a month adds, as a share of the first: people label at a steady pace.
    let growth: Double
    let horizon: CalendarSpan
    /// What training leaves of the base's error.
    let gain: Double
    /// By how much the error rises in a day after the training, since the world moves on.
    let drift: Double
    let trainingHours: Double
    /// When its team asks for the first time.
    let firstDay: Int

    init(_ index: Int, days: Int, _ random: inout SplitMix64) throws(NameError) {
        adapter = try AdapterName("task-\(index)")
        family = Int(random.next(below: UInt64(WorldAssumptions.families)))
        isPinned = random.unit() < 0.6
        baseError =
            switch random.unit() {
            case ..<0.25: random.between(0.01, 0.12)
            case ..<0.45: random.between(0.10, 0.20)
            default: random.between(0.15, 0.60)
            }
        labelNoise = random.between(0, 0.03)
        rows = 200 << Int(random.next(below: 5))
        firstExamples = Int(exp(random.between(log(100), log(20_000))))
        growth = random.unit() < 0.5 ? random.between(0, 0.08) : 0
        horizon = random.pick([Self.span(3), Self.span(6), Self.span(12), Self.span(24), Self.span(60)])
        gain = random.between(0.25, 0.80)
        drift =
            switch random.unit() {
            case ..<0.4: 0
            case ..<0.8: random.between(0.001, 0.004) / 30.4
            default: random.between(0.005, 0.02) / 30.4
            }
        trainingHours = random.unit() < 0.02 ? random.between(20, 60) : random.between(0.5, 8)
        firstDay = Int(random.next(below: UInt64(max(1, min(365, days / 2)))))
    }

    private static func span(_ months: Int) -> CalendarSpan {
        guard let span = CalendarSpan(months, .month) else { preconditionFailure("\(months) months are a span") }
        return span
    }

    func examples(on day: Int) -> Int {
        Int((Double(firstExamples) * (1 + growth * Double(max(0, day - firstDay) / 30))).rounded())
    }

    /// Data comes in once a month where it grows or the world moves on; the same number means the same rows.
    func dataset(on day: Int) -> Int { growth > 0 || drift > 0 ? max(0, day - firstDay) / 30 : 0 }

    /// The share of rows that are counted as errors of a system whose true error is `error`: a wrong label makes a right answer wrong and,
    /// with a closed set of two labels, a wrong one right.
    func counted(_ error: Double) -> Double { error * (1 - labelNoise) + (1 - error) * labelNoise }
}

extension SplitMix64 {
    mutating func between(_ low: Double, _ high: Double) -> Double { low + unit() * (high - low) }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(next(below: UInt64(values.count)))] }
}
