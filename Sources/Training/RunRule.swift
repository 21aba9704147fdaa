/// The guide's run rule: how long a run lasts, judged by its held-out loss.
///
/// ```
/// planned ──still falling at max_steps──▶ extended ──plateau, or all granted steps done──▶ stopped
///    └───plateau, underfitting, or nothing to compare────────────────────────────────────▶ stopped
/// ```
///
/// A fold over the evaluations: the same ones lead to the same state, which is how a resumed run comes back to its own.
public struct RunRule: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case planned
        case extended
        case stopped(RunStop)
    }

    public let limits: RunLimits
    public let plannedSteps: Int
    public private(set) var state = State.planned
    public private(set) var evaluations: [RunEvaluation] = []
    /// One for each evaluation.
    public private(set) var decisions: [RunDecision] = []

    public init(_ limits: RunLimits, plannedSteps: Int, evaluations: [RunEvaluation] = []) {
        self.limits = limits
        self.plannedSteps = plannedSteps
        for evaluation in evaluations { note(evaluation) }
    }

    /// The steps of a run that is extended.
    public var extendedSteps: Int { plannedSteps * limits.extensionFactor }

    /// The step at which the run ends as far as is known now.
    public var lastStep: Int {
        switch state {
        case .planned: plannedSteps
        case .extended: extendedSteps
        case .stopped: evaluations.last?.step ?? plannedSteps
        }
    }

    /// The lowest held-out loss so far, the earliest of equals.
    public var best: RunEvaluation? {
        evaluations.min { ($0.heldOutLoss, $0.step) < ($1.heldOutLoss, $1.step) }
    }

    /// The rank to try instead of `rank`; nil unless the run underfits and the policy's rank is higher.
    public func proposedRank(over rank: Int) -> Int? {
        state == .stopped(.underfitting) && rank < limits.escalationRank ? limits.escalationRank : nil
    }

    /// Takes an evaluation of a later step and says what follows from it.
    ///
    /// - Precondition: the run is not stopped, and steps ascend.
    @discardableResult
    public mutating func note(_ evaluation: RunEvaluation) -> RunDecision {
        precondition(evaluation.step > evaluations.last?.step ?? 0, "evaluations ascend")
        evaluations.append(evaluation)
        let (action, basis) = judgement(of: evaluation)
        switch action {
        case .goOn: break
        case .extend: state = .extended
        case .stop(let reason): state = .stopped(reason)
        }
        let decision = RunDecision(step: evaluation.step, action: action, basis: basis)
        decisions.append(decision)
        return decision
    }
}

extension RunRule {
    private typealias Judgement = (RunDecision.Action, RunDecision.Basis)

    private func judgement(of evaluation: RunEvaluation) -> Judgement {
        switch state {
        case .planned where evaluation.step < plannedSteps: (.goOn, .underWay(until: plannedSteps))
        case .planned: atPlannedEnd(evaluation)
        case .extended where evaluation.step < extendedSteps: withinExtension(evaluation)
        case .extended: stop(.extendedSteps, .stepsUsedUp(extendedSteps), evaluation)
        case .stopped: preconditionFailure("a stopped run is not evaluated")
        }
    }

    private func atPlannedEnd(_ evaluation: RunEvaluation) -> Judgement {
        guard let trend else { return stop(.plannedSteps, .nothingToCompare, evaluation) }
        guard trend.lowest < trend.limit else {
            return stop(.plateau, .trend(lowest: trend.lowest, limit: trend.limit), evaluation)
        }
        guard extendedSteps > plannedSteps else { return stop(.plannedSteps, .stepsUsedUp(plannedSteps), evaluation) }
        return (.extend(to: extendedSteps), .trend(lowest: trend.lowest, limit: trend.limit))
    }

    private func withinExtension(_ evaluation: RunEvaluation) -> Judgement {
        let stalled = evaluations.count { $0.step > max(plannedSteps, best?.step ?? 0) }
        let basis = RunDecision.Basis.stalled(evaluations: stalled, patience: limits.patience)
        return stalled < limits.patience ? (.goOn, basis) : stop(.plateau, basis, evaluation)
    }

    /// Losses that are both high explain a stop better than the plateau or the steps that led to it.
    private func stop(_ reason: RunStop, _ basis: RunDecision.Basis, _ evaluation: RunEvaluation) -> Judgement {
        let heldOut = best?.heldOutLoss ?? evaluation.heldOutLoss
        guard evaluation.trainingLoss > limits.highTrainingLoss, heldOut > limits.highHeldOutLoss else {
            return (.stop(reason), basis)
        }
        return (
            .stop(.underfitting),
            .highLosses(
                training: evaluation.trainingLoss, limit: limits.highTrainingLoss, heldOut: heldOut,
                heldOutLimit: limits.highHeldOutLoss)
        )
    }

    /// The lowest of the last evaluations, and what it must lie below to count as falling; nil after fewer than two. Of as few as
    /// `window` evaluations, all but the first are the last ones.
    private var trend: (lowest: Double, limit: Double)? {
        let recent = evaluations.suffix(min(limits.window, evaluations.count - 1)).map(\.heldOutLoss)
        let earlier = evaluations.dropLast(recent.count).map(\.heldOutLoss)
        guard let lowest = recent.min(), let before = earlier.min() else { return nil }
        return (lowest, before - limits.gain * abs(before))
    }
}
