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
