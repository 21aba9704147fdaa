import Adapters
import Policies
import StrictJSON

/// How the policy and the planner kept a fleet whose truth is known.
public struct SimulationReport: Sendable {
    public struct Strategy: Sendable, Hashable {
        public let name: String
        public let trainings: Int
        /// Of training and measuring.
        public let hours: Double
        /// Mean over all days of service.
        public let meanError: Double

        init(_ name: String, _ tally: StrategyTally) {
            self.name = name
            (trainings, hours, meanError) = (tally.trainings, tally.hours, tally.meanError)
        }

        var json: JSONValue {
            [
                "strategy": .string(name), "trainings": .integer(trainings), "hours": .number(rounded(hours, 10)),
                "mean_error": .number(rounded(meanError, 1e6)),
            ]
        }
    }

    public let tally: SimulationTally
    public let settings: SimulationSettings
    public let policy: PolicyStamp
    /// Days and months in which trainings took more than the policy's budget.
    public let overspent: Int
    /// The keeper, every 91 days, and once.
    public let strategies: [Strategy]

    /// - Parameter budget: what the expenses are held against.
    init(
        _ tally: SimulationTally, _ settings: SimulationSettings, _ policy: Policy, budget: UnattendedRules.Budget
    ) {
        self.tally = tally
        self.settings = settings
        self.policy = policy.stamp
        overspent = tally.expenses.overspent(budget)
        strategies = [
            Strategy("kept", tally.kept), Strategy("every_91_days", tally.quarterly), Strategy("once", tally.never),
        ]
    }

    /// Verdicts against the truth, of those whose base error is at least five points from the threshold.
    public var wrongVerdictShare: Double { share(tally.wrongYes + tally.wrongNo, of: tally.clear) }
    /// Intervals around the base's error that hold the rate they were measured for.
    public var coverage: Double { share(tally.covering, of: tally.intervals) }
    /// Checks that passed over what the audit says is due.
    public var missed: Int { tally.missed }
    /// Trainings begun while another of the same adapter ran.
    public var doubled: Int { tally.doubled }
    /// Trainings begun without anything the audit says is due.
    public var unfounded: Int { tally.unfounded }
    /// Trainings begun sooner after a failure, or oftener, than the policy says.
    public var hasty: Int { tally.hasty }
    /// Whether nothing was begun, or left, against the policy.
    public var isFaultless: Bool { missed + doubled + unfounded + hasty + overspent == 0 }
    /// Hours against a training every 91 days.
    public var costRatio: Double { tally.quarterly.hours == 0 ? 0 : tally.kept.hours / tally.quarterly.hours }
    /// Mean error less that of a training every 91 days.
    public var errorDifference: Double { tally.kept.meanError - tally.quarterly.meanError }

    /// Trainings that came to their end, admitted or refused.
    public var finished: Int { tally.kept.trainings }
    /// Trainings that were begun and had neither finished nor failed when the years were over.
    public var open: Int { tally.trainings - finished - tally.failed }

    /// The policy beside a training every 91 days.
    public enum Comparison: String, Sendable, Hashable {
        /// No dearer, and it errs no more.
        case better
        /// It costs less and errs more.
        case cheaper
        /// It costs more and errs less.
        case dearer
        case worse
    }

    /// A hundredth of a point is no difference.
    public var comparison: Comparison {
        let (isDearer, difference) = (costRatio > 1, (1e4 * errorDifference).rounded())
        return isDearer ? (difference < 0 ? .dearer : .worse) : difference > 0 ? .cheaper : .better
    }

    private func share(_ count: Int, of all: Int) -> Double { all == 0 ? 0 : Double(count) / Double(all) }

    /// `lora.simulation/1`; the same settings and policy always give the same bytes.
    public var json: JSONValue {
        [
            "schema": "lora.simulation/1", "policy": policy.json,
            "world": [
                "adapters": .integer(settings.adapters), "years": .integer(settings.years), "seed": .string("\(settings.seed)"),
                "start": .string("\(settings.start)"), "missed_runs": .number(settings.missedRuns),
                "crashes": .number(settings.crashes), "failures": .number(settings.failures),
                "double_triggers": .number(settings.doubleTriggers),
            ],
            "verdicts": [
                "asked": .integer(tally.asked), "clear": .integer(tally.clear), "wrong_yes": .integer(tally.wrongYes),
                "wrong_no": .integer(tally.wrongNo), "undecided": .integer(tally.undecided),
                "wrong_share": .number(rounded(wrongVerdictShare, 1e6)), "intervals": .integer(tally.intervals),
                "coverage": .number(rounded(coverage, 1e6)),
            ],
            "maintenance": [
                "judgements": .integer(tally.judgements), "trainings": .integer(tally.trainings),
                "finished": .integer(finished), "open": .integer(open),
                "reasons": .object(JSONObject(tally.byReason.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })),
                "waiting": .object(JSONObject(tally.waiting.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })),
                "crashed": .integer(tally.crashed), "failed": .integer(tally.failed), "handed_over": .integer(tally.handedOver),
                "refused": .integer(tally.refused), "missed": .integer(missed), "hasty": .integer(hasty),
                "overspent": .integer(overspent), "money": .number(rounded(tally.expenses.money, 100)),
                "doubled": .integer(doubled), "unfounded": .integer(unfounded), "needless": .integer(tally.needless),
                "retired": .integer(tally.retired), "wrongly_retired": .integer(tally.wronglyRetired),
            ],
            "strategies": .array(strategies.map(\.json)), "cost_ratio": .number(rounded(costRatio, 1e6)),
            "error_difference": .number(rounded(errorDifference, 1e6)), "comparison": .string(comparison.rawValue),
        ]
    }
}

private func rounded(_ value: Double, _ scale: Double) -> Double { (value * scale).rounded() / scale }
