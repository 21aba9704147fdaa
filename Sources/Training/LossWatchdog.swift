import StrictJSON

/// Notices a loss that explodes: far above the lowest one seen, for several steps in a row.
public struct LossWatchdog: Sendable, Hashable {
    /// A policy file states them.
    public struct Limits: Sendable, Hashable {
        /// A loss is far above the lowest when it exceeds it by this factor …
        public let factor: Double
        /// … and by so many nats, since a low loss often triples on a hard batch.
        public let margin: Double
        /// Steps in a row.
        public let steps: Int

        public init(factor: Double, margin: Double, steps: Int) {
            precondition(factor >= 1 && margin >= 0 && steps > 0, "a watchdog that barks at every loss guards nothing")
            self.factor = factor
            self.margin = margin
            self.steps = steps
        }
    }

    /// The lowest step loss so far; nil before the first step.
    public private(set) var lowest: Double?
    /// Steps in a row, up to now, whose loss was far above the lowest.
    public private(set) var streak = 0

    public init() {}

    /// Hears a step's loss; returns whether the run must stop.
    public mutating func barks(at loss: Double, _ limits: Limits) -> Bool {
        guard let lowest else {
            self.lowest = loss
            return false
        }
        self.lowest = min(lowest, loss)
        let isFar = loss > max(lowest * limits.factor, lowest + limits.margin)
        streak = isFar ? streak + 1 : 0
        return streak >= limits.steps
    }
}

extension LossWatchdog {
    var json: JSONValue { ["lowest": lowest.map { .number($0) } ?? .null, "streak": .integer(streak)] }

    init?(_ json: JSONValue) {
        guard let written = json["lowest"], let streak = json["streak"]?.intValue, written.isNull || written.doubleValue != nil
        else { return nil }
        lowest = written.doubleValue
        self.streak = streak
    }
}
