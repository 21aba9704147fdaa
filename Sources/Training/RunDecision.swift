import StrictJSON

/// Why a run ended by itself.
public enum RunStop: String, Sendable, Hashable, CaseIterable {
    /// max_steps are done, and nothing was there to judge more by.
    case plannedSteps = "max_steps"
    /// The held-out loss no longer falls.
    case plateau
    /// The extension is used up too.
    case extendedSteps = "extended_max_steps"
    /// Training and held-out loss both stayed high.
    case underfitting
}

/// What the run rule made of one evaluation, and why.
public struct RunDecision: Sendable, Hashable {
    public enum Action: Sendable, Hashable {
        case goOn
        case extend(to: Int)
        case stop(RunStop)
    }

    /// What the action rests on: the number looked at, and the limit that would turn it.
    public enum Basis: Sendable, Hashable {
        /// Its last step is not reached.
        case underWay(until: Int)
        /// The lowest of the last evaluations against what it must lie below to count as falling.
        case trend(lowest: Double, limit: Double)
        /// Evaluations of the extension without a new lowest loss, and how many of them make a plateau.
        case stalled(evaluations: Int, patience: Int)
        /// Both losses, and what they must not exceed.
        case highLosses(training: Double, limit: Double, heldOut: Double, heldOutLimit: Double)
        /// All steps that the rule grants are done.
        case stepsUsedUp(Int)
        /// There is no evaluation to compare the last one with.
        case nothingToCompare
    }

    public let step: Int
    public let action: Action
    public let basis: Basis
}

extension RunDecision {
    /// One sentence with input, threshold and what would turn the decision.
    public var words: String {
        switch (basis, action) {
        case (.underWay(let last), _): "Step \(last) is not reached."
        case (.trend(let lowest, let limit), .extend(let steps)):
            "The held-out loss still falls: \(Nats.text(lowest)) is below \(Nats.text(limit)); it goes on to step \(steps)."
        case (.trend(let lowest, let limit), _):
            "The held-out loss is on a plateau: \(Nats.text(lowest)) is not below \(Nats.text(limit)), where it would count as falling."
        case (.stalled(let count, let patience), .stop):
            "The held-out loss is on a plateau: \(count) evaluations brought no new lowest, and \(patience) end the run."
        case (.stalled(let count, let patience), _):
            "\(count) evaluations brought no new lowest held-out loss; \(patience) would end the run."
        case (.highLosses(let training, let limit, let heldOut, let heldOutLimit), _):
            "The run underfits: the training loss of \(Nats.text(training)) is above \(Nats.text(limit)), and the held-out loss of "
                + "\(Nats.text(heldOut)) above \(Nats.text(heldOutLimit))."
        case (.stepsUsedUp(let steps), _): "All \(steps) steps that the run rule grants are done."
        case (.nothingToCompare, _): "max_steps are done, and one evaluation shows no trend."
        }
    }

    public var json: JSONValue {
        ["step": .integer(step), "action": .string(action.name), "because": .string(words)]
    }
}

extension RunDecision.Action {
    public var name: String {
        switch self {
        case .goOn: "go_on"
        case .extend: "extend"
        case .stop(let stop): "stop:\(stop.rawValue)"
        }
    }
}

/// A loss as people read it.
enum Nats {
    /// Four decimals.
    static func text(_ loss: Double) -> String {
        guard loss.isFinite, abs(loss) < 1e12 else { return "\(loss)" }
        let units = Int((abs(loss) * 10_000).rounded())
        let fraction = String(units % 10_000)
        return (loss < 0 ? "-" : "") + "\(units / 10_000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
    }
}
