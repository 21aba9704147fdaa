import Llama

/// The training loop: forward and backward over the micro-batches of a step, clip, update, report.
///
/// The loss of a step is `Σ −log p / N`, N the supervised tokens of all its micro-batches, so accumulation equals one big batch
/// token for token. Everything else (checkpoints, logs, display) listens.
public struct TrainingRun: Sendable {
    public let base: TrainingBase
    public let plan: TrainingPlan
    public let examples: [EncodedRow]
    public let batches: Batches
    /// Steps that the plan asks for; a run that is extended goes on beyond them.
    public let plannedSteps: Int
    public let layout: StepLayout
    private let schedule: Schedule
    private let extendedSchedule: Schedule

    /// - Parameters:
    ///   - examples: rows without a fault; at least one.
    ///   - layout: how a step is walked; nil as the plan says.
    ///   - extensionFactor: how many times the planned steps an extended run takes.
    public init(
        base: TrainingBase, plan: TrainingPlan, examples: [EncodedRow], layout: StepLayout? = nil, extensionFactor: Int = 1
    ) {
        self.base = base
        self.plan = plan
        self.examples = examples
        self.layout = layout ?? StepLayout(plan, base.configuration)
        batches = Batches(rowCount: examples.count, plan: plan)
        plannedSteps = batches.steps(in: plan.length)
        schedule = plan.schedule(totalSteps: plannedSteps)
        extendedSchedule = schedule.stretched(toSteps: plannedSteps * extensionFactor)
    }

    /// The rate of step k = 1, 2, …: within the planned steps it does not know of any extension; beyond them it is that of a run
    /// planned for all of them. Nothing but k decides, so a resumed run needs no more.
    public func learningRate(ofStep step: Int) -> Double {
        (step <= plannedSteps ? schedule : extendedSchedule).rate(ofStep: step)
    }

    /// Trains until `last` steps are done or `shouldStop` says so between two blocks; a step that was begun then does not count.
    ///
    /// - Parameters:
    ///   - state: goes on from where it stands; after a throw it is the state before the failed step.
    ///   - last: the planned steps when nil.
    ///   - seconds: reads a clock that never goes back.
    ///   - afterStep: hears of each step, with the state it left.
    public func run(
        _ state: inout TrainingState, through last: Int? = nil, seconds: () -> Double, shouldStop: () -> Bool,
        afterStep: (StepReport, TrainingState) throws -> Void
    ) throws -> StopReason {
        var gradients = state.weights.zeroGradients(on: base.configuration)
        while state.step < last ?? plannedSteps {
            let start = seconds()
            guard let outcome = try step(&state, &gradients, shouldStop) else { return .interrupted }
            try afterStep(outcome.report(after: state.step, batches: batches, seconds: seconds() - start), state)
        }
        return .finished
    }

    /// Nil when it was stopped; the state is then as before.
    private func step(
        _ state: inout TrainingState, _ gradients: inout LoRAGradients, _ shouldStop: () -> Bool
    ) throws -> StepOutcome? {
        let microBatches = batches.microBatches(ofStep: state.step).map { rows in
            TokenBatch(rows.map { examples[$0].batchRow })
        }
        guard let loss = try gradient(of: microBatches, state, into: &gradients, shouldStop) else { return nil }
        let norm = gradients.norm
        guard norm.isFinite else { throw TrainingFault.gradientNotFinite(step: state.step + 1, loss: loss) }
        if plan.maxGradNorm > 0, norm > plan.maxGradNorm { gradients.scale(by: Float(plan.maxGradNorm / (norm + 1e-6))) }
        let learningRate = learningRate(ofStep: state.step + 1)
        state.weights.update(with: gradients, by: &state.optimizer, rate: learningRate)
        state.step += 1
        return StepOutcome(
            loss: loss, learningRate: learningRate, gradNorm: norm, tokens: microBatches.reduce(0) { $0 + $1.tokenCount },
            supervisedTokens: microBatches.reduce(0) { $0 + $1.supervisedTokenCount })
    }

    /// The gradient of the step's mean loss; returns that loss, or nil when it was stopped. The model that computes it ends with it, so
    /// that trained weights can be moved where they lie.
    private func gradient(
        of microBatches: [TokenBatch], _ state: TrainingState, into gradients: inout LoRAGradients, _ shouldStop: () -> Bool
    ) throws -> Double? {
        let supervised = microBatches.reduce(0) { $0 + $1.supervisedTokenCount }
        let model = try base.model(with: state.weights)
        gradients.reset()
        let parts = microBatches.enumerated().map { index, batch in
            MicroBatch(batch, dropout: DropoutPosition(seed: plan.seed, step: state.step, microStep: index))
        }
        guard
            let total = try model.accumulateGradients(
                of: parts, adapter: state.weights.adapter, lossScale: 1 / Double(supervised), layout: layout,
                shouldStop: shouldStop,
                into: &gradients)
        else { return nil }
        let loss = total.sum / Double(supervised)
        guard loss.isFinite else { throw TrainingFault.lossNotFinite(step: state.step + 1, loss: loss) }
        return loss
    }
}

/// What a step measured, before it is told.
private struct StepOutcome {
    let loss: Double
    let learningRate: Double
    let gradNorm: Double
    let tokens: Int
    let supervisedTokens: Int

    func report(after steps: Int, batches: Batches, seconds: Double) -> StepReport {
        StepReport(
            step: steps, loss: loss, learningRate: learningRate, gradNorm: gradNorm, tokens: tokens,
            supervisedTokens: supervisedTokens, epoch: batches.epoch(afterSteps: steps), seconds: seconds)
    }
}
