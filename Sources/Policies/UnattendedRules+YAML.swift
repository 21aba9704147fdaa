import Adapters
import StrictYAML

extension UnattendedRules {
    init(reading reader: YAMLReader) throws {
        promotes = try reader.required("promote", as: Bool.self)
        followsBase = try reader.required("follow_base", as: Bool.self)
        attempts = try reader.count("attempts", in: 1...1_000)
        retryAfter = try reader.span("retry_after")
        budget = try reader.optional(section: "budget", Budget.init(reading:)) ?? Budget()
        quietHours = try reader.list("quiet_hours").map { try $0.value(as: QuietHours.self, form: QuietHours.form) }
    }
}

extension UnattendedRules.Budget {
    fileprivate init(reading reader: YAMLReader) throws {
        self.init(
            runsPerDay: try reader.optionalCount("runs_per_day"),
            hoursPerMonth: try reader.optionalNumber("hours_per_month", in: 0...1_000_000),
            moneyPerMonth: try reader.optionalNumber("money_per_month", in: 0...1_000_000_000))
    }
}

extension RetirementRules {
    init(reading reader: YAMLReader) throws {
        baseErrorAtMost = try reader.optionalOpenShare("base_error_at_most")
        advantageBelow = try reader.optionalOpenShare("advantage_below")
        afterHorizon = try reader.required("after_horizon", as: Bool.self)
        confidence = try reader.openShare("confidence")
    }
}
