import Digests
import Foundation
import Llama

/// One job under way: connects the loop with evaluations, the run rule, checkpoints and the log.
final class TrainingSession {
    private let job: TrainingJob
    private let loop: TrainingRun
    private let inputs: TrainingInputs
    private let store: CheckpointStore
    private let evaluationInterval: Int
    private var state: TrainingState
    private var record: RunRecord
    /// A fold over the record's evaluations; nil when nothing judges the run.
    private var rule: RunRule?

    init(_ job: TrainingJob, base: TrainingBase, digests: DigestBook?) throws {
        self.job = job
        let heldOut = job.supervision?.heldOut
        loop = TrainingRun(
            base: base, plan: job.plan, examples: job.dataset.examples, layout: job.layout,
            extensionFactor: heldOut?.limits.extensionFactor ?? 1)
        store = CheckpointStore(job.checkpoints)
        evaluationInterval = job.plan.evaluationInterval(plannedSteps: loop.plannedSteps)
        inputs = TrainingInputs(
            plan: job.plan.digest, base: try BaseFiles(job.base).digest(known: digests), data: job.dataset.digest,
            parent: try job.parent.map { try ContentDigest(ofFile: $0.appending(path: PEFTFolder.weightsFile)) },
            heldOut: heldOut?.digest)
        try store.removeDrafts()
        let saved = try store.latest(expecting: inputs, plan: job.plan, model: base.configuration)
        state = try saved?.state ?? TrainingState(starting: job.firstWeights(for: base.configuration), plan: job.plan)
        record = saved?.record ?? RunRecord()
        rule = heldOut.map { [record, loop] in
            RunRule($0.limits, plannedSteps: loop.plannedSteps, evaluations: record.evaluations)
        }
    }

    func run(shouldStop: () -> Bool, observe: (TrainingEvent) -> Void) throws -> TrainingOutcome {
        observe(.started(step: state.step, totalSteps: lastStep))
        let reason = try trainKeepingGoodState(shouldStop, observe)
        if reason == .interrupted { try save(state, observe) }
        let candidate = reason == .finished ? try publish() : nil
        observe(.stopped(reason, step: state.step))
        return candidate.map { .finished($0) } ?? .interrupted(step: state.step)
    }

    /// The last step as far as is known now.
    private var lastStep: Int { rule?.lastStep ?? loop.plannedSteps }

    /// A loss that is not finite leaves the state before that step, which is saved before the fault goes on.
    private func trainKeepingGoodState(
        _ shouldStop: () -> Bool, _ observe: (TrainingEvent) -> Void
    ) throws -> StopReason {
        do {
            return try train(shouldStop, observe)
        } catch let fault as TrainingFault {
            if case .lossExploded = fault { try store.remove(after: record.soundStep) } else { try save(state, observe) }
            throw fault
        }
    }

    /// Steps up to the next evaluation, evaluates, and asks the rule, until it lets no step follow.
    private func train(_ shouldStop: () -> Bool, _ observe: (TrainingEvent) -> Void) throws -> StopReason {
        let clock = ContinuousClock()
        let start = clock.now
        // A checkpoint that was saved inside an evaluation still owes it.
        guard try evaluateIfDue(shouldStop, observe) else { return .interrupted }
        while state.step < lastStep {
            let reason = try loop.run(
                &state, through: nextPause, seconds: { (clock.now - start) / .seconds(1) }, shouldStop: shouldStop,
                afterStep: { report, state in try self.note(report, state, observe) })
            guard reason == .finished, try evaluateIfDue(shouldStop, observe) else { return .interrupted }
        }
        return .finished
    }

    private var nextPause: Int {
        rule == nil ? lastStep : min(lastStep, (state.step / evaluationInterval + 1) * evaluationInterval)
    }

    private func note(_ report: StepReport, _ state: TrainingState, _ observe: (TrainingEvent) -> Void) throws {
        record.log.record(report, loggingSteps: job.plan.loggingSteps, lastStep: lastStep)
        let explodes = record.note(report, job.supervision)
        observe(.step(report))
        if explodes { throw try explosion(report) }
        if rule == nil || !isEvaluated(report.step), isSaved(report.step) { try save(state, observe) }
    }

    private func explosion(_ report: StepReport) throws -> TrainingFault {
        .lossExploded(
            step: report.step, loss: report.loss, lowest: record.watchdog.lowest ?? report.loss, steps: record.watchdog.streak,
            lastGood: try store.steps().last { $0 <= record.soundStep })
    }

    private func isEvaluated(_ step: Int) -> Bool { step.isMultiple(of: evaluationInterval) || step == lastStep }

    private func isSaved(_ step: Int) -> Bool {
        job.plan.saveSteps > 0 && step.isMultiple(of: job.plan.saveSteps) || step == lastStep
    }
}

extension TrainingSession {
    /// Looks at the held-out rows when this step asks for it and it was not done yet; returns whether nobody stopped it.
    private func evaluateIfDue(_ shouldStop: () -> Bool, _ observe: (TrainingEvent) -> Void) throws -> Bool {
        let step = state.step
        guard let heldOut = job.supervision?.heldOut, step > 0, isEvaluated(step), record.evaluations.last?.step != step else {
            return true
        }
        let endsPhase = step == lastStep
        guard let loss = try loss(of: heldOut.rows, shouldStop) else { return false }
        guard loss.isFinite else { throw TrainingFault.heldOutLossNotFinite(step: step, loss: loss) }
        let evaluation = record.evaluated(loss, afterStep: step)
        guard let decision = rule?.note(evaluation) else { return true }
        observe(.evaluated(evaluation, decision))
        if endsPhase || isSaved(step) || rule?.best?.step == step { try save(state, observe) }
        return true
    }

    /// Nil when it was stopped.
    private func loss(of rows: [EncodedRow], _ shouldStop: () -> Bool) throws -> Double? {
        struct Stopped: Error {}
        do {
            let model = try loop.base.model(with: state.weights)
            let scores = try RowScoring.score(rows, model: model, adapter: state.weights.adapter) { _ in
                if shouldStop() { throw Stopped() }
            }
            let tokens = scores.reduce(0) { $0 + $1.supervisedTokens }
            return scores.reduce(0) { $0 - $1.sumLogProbability } / Double(tokens)
        } catch is Stopped {
            return nil
        }
    }

    /// Before the first step there is nothing to keep. The checkpoints of the best step and of the last sound one outlive
    /// `save_total_limit`.
    private func save(_ state: TrainingState, _ observe: (TrainingEvent) -> Void) throws {
        guard state.step > 0 else { return }
        let checkpoint = Checkpoint(state: state, record: record, inputs: inputs, plan: job.plan)
        let sound = try record.watchdog.streak > 0 ? store.steps().last { $0 <= record.soundStep } : nil
        let folder = try store.save(
            checkpoint, trainerState: trainerState(state), base: job.baseFolder,
            keeping: Set([rule?.best?.step, sound].compactMap(\.self)))
        observe(.checkpoint(step: state.step, folder: folder))
    }

    private func publish() throws -> Candidate {
        let conclusion = conclusion(state) ?? RunConclusion(unjudged: state.step, precursor: job.precursor)
        let best = conclusion.best?.step ?? state.step
        let weights =
            best == state.step
            ? state.weights
            : try store.checkpoint(ofStep: best, expecting: inputs, plan: job.plan, model: loop.base.configuration).state.weights
        return try Candidate.publish(weights, trainerState: trainerState(state), conclusion: conclusion, of: job)
    }

    private func conclusion(_ state: TrainingState) -> RunConclusion? {
        guard state.step == lastStep else { return nil }
        guard let rule else { return RunConclusion(unjudged: state.step, precursor: job.precursor) }
        return RunConclusion(rule, rank: job.plan.method.trainsAdapter ? job.plan.rank : nil, precursor: job.precursor)
    }

    private func trainerState(_ state: TrainingState) -> TrainerState {
        let model = loop.base.configuration
        let linears = model.linearModules.reduce(0) { $0 + $1.inputs * $1.outputs }
        let parameters = linears + model.vocabularySize * model.hiddenSize + (state.weights.adapter?.parameterCount ?? 0)
        return TrainerState(
            step: state.step, totalSteps: lastStep, batches: loop.batches, log: record.log, rule: rule,
            conclusion: conclusion(state), loggingSteps: job.plan.loggingSteps, evaluationInterval: evaluationInterval,
            saveSteps: job.plan.saveSteps,
            floatingPointOperations: 6 * Double(parameters) * Double(record.log.tokensSeen))
    }
}

extension TrainingJob {
    /// The adapter of the parent, held against the plan, or a fresh one; the base's own weights where they are trained.
    fileprivate func firstWeights(for model: ModelConfiguration) throws -> TrainedWeights {
        guard plan.method.trainsAdapter else {
            guard parent == nil else { throw TrainingFault.parentOfWholeModel }
            return TrainedWeights(try ModelWeights(reading: base, for: model))
        }
        guard let parent else {
            return TrainedWeights(try LoRAAdapter(fresh: plan.adapterConfiguration, for: model, seed: plan.seed))
        }
        let adapter = try PEFTFolder(reading: parent, for: model).adapter
        try plan.require(formOf: adapter)
        return TrainedWeights(adapter)
    }
}
