import DurableFiles
import Foundation
import Llama

/// The trainer of this package.
public struct BuiltInEngine: TrainingEngine {
    private let model: LlamaModel

    /// - Parameter model: the job's base, opened in the precision of the job's plan.
    public init(model: LlamaModel) { self.model = model }

    public func train(
        _ job: TrainingJob, shouldStop: () -> Bool, observe: (TrainingEvent) -> Void
    ) throws -> TrainingOutcome {
        try Candidate.requireVacant(job.output)
        let session = try TrainingSession(job, model: model)
        return try session.run(shouldStop: shouldStop, observe: observe)
    }
}

/// One job under way: connects the loop with checkpoints and the log.
private final class TrainingSession {
    private let job: TrainingJob
    private let loop: TrainingRun
    private let inputs: TrainingInputs
    private let store: CheckpointStore
    private var state: TrainingState
    private var log: TrainingLog

    init(_ job: TrainingJob, model: LlamaModel) throws {
        self.job = job
        loop = TrainingRun(model: model, plan: job.plan, examples: job.dataset.examples)
        store = CheckpointStore(job.checkpoints)
        inputs = TrainingInputs(
            plan: job.plan.digest, base: try BaseFiles(job.base).digest(), data: job.dataset.digest,
            parent: try job.parent.map { try ContentDigest(ofFile: $0.appending(path: PEFTFolder.weightsFile)) })
        try store.removeDrafts()
        let saved = try store.latest(expecting: inputs, plan: job.plan, model: model.configuration)
        state = try saved?.state ?? TrainingState(starting: job.firstAdapter(for: model.configuration), plan: job.plan)
        log = saved?.log ?? TrainingLog()
    }

    func run(shouldStop: () -> Bool, observe: (TrainingEvent) -> Void) throws -> TrainingOutcome {
        observe(.started(step: state.step, totalSteps: loop.totalSteps))
        let reason = try trainKeepingGoodState(shouldStop, observe)
        if reason == .interrupted { try save(state, observe) }
        let candidate = reason == .finished ? try publish() : nil
        observe(.stopped(reason, step: state.step))
        return candidate.map { .finished($0) } ?? .interrupted(step: state.step)
    }

    /// A loss that is not finite leaves the state before that step, which is saved before the fault goes on.
    private func trainKeepingGoodState(
        _ shouldStop: () -> Bool, _ observe: (TrainingEvent) -> Void
    ) throws -> StopReason {
        let clock = ContinuousClock()
        let start = clock.now
        do {
            return try loop.run(
                &state, seconds: { (clock.now - start) / .seconds(1) }, shouldStop: shouldStop,
                afterStep: { report, state in try self.note(report, state, observe) })
        } catch let fault as TrainingFault {
            try save(state, observe)
            throw fault
        }
    }

    private func note(_ report: StepReport, _ state: TrainingState, _ observe: (TrainingEvent) -> Void) throws {
        log.record(report, loggingSteps: job.plan.loggingSteps, totalSteps: loop.totalSteps)
        observe(.step(report))
        let isDue = job.plan.saveSteps > 0 && report.step.isMultiple(of: job.plan.saveSteps)
        if isDue || report.step == loop.totalSteps { try save(state, observe) }
    }

    /// Before the first step there is nothing to keep.
    private func save(_ state: TrainingState, _ observe: (TrainingEvent) -> Void) throws {
        guard state.step > 0 else { return }
        let checkpoint = Checkpoint(state: state, log: log, inputs: inputs, plan: job.plan)
        let folder = try store.save(checkpoint, trainerState: trainerState(state), base: job.baseReference)
        observe(.checkpoint(step: state.step, folder: folder))
    }

    private func publish() throws -> Candidate {
        try Candidate.publish(
            state.adapter, trainerState: trainerState(state), plan: job.plan, base: job.baseReference,
            tokenizer: BaseFiles(job.base), rows: job.dataset.examples.count, in: job.checkpoints, to: job.output)
    }

    private func trainerState(_ state: TrainingState) -> TrainerState {
        let linears = loop.model.configuration.linearModules.reduce(0) { $0 + $1.inputs * $1.outputs }
        let head = loop.model.configuration.vocabularySize * loop.model.configuration.hiddenSize
        return TrainerState(
            step: state.step, totalSteps: loop.totalSteps, batches: loop.batches, log: log, plan: job.plan,
            parameterCount: linears + head + state.adapter.parameterCount)
    }
}

extension TrainingJob {
    /// The adapter of the parent, held against the plan, or a fresh one.
    fileprivate func firstAdapter(for model: ModelConfiguration) throws -> LoRAAdapter {
        guard let parent else { return try LoRAAdapter(fresh: plan.adapterConfiguration, for: model, seed: plan.seed) }
        let adapter = try PEFTFolder(reading: parent, for: model).adapter
        try plan.require(formOf: adapter)
        return adapter
    }
}
