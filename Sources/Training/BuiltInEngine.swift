import DurableFiles
import Llama

/// The trainer of this package.
public struct BuiltInEngine: TrainingEngine {
    private let model: LlamaModel
    private let digests: DigestBook?

    /// - Parameters:
    ///   - model: the job's base, opened in the precision of the job's plan.
    ///   - digests: of the base's files, remembered; nil reads them at every start.
    public init(model: LlamaModel, digests: DigestBook? = nil) {
        self.model = model
        self.digests = digests
    }

    public func train(
        _ job: TrainingJob, shouldStop: () -> Bool, observe: (TrainingEvent) -> Void
    ) throws -> TrainingOutcome {
        try Candidate.requireVacant(job.output)
        let session = try TrainingSession(job, model: model, digests: digests)
        return try session.run(shouldStop: shouldStop, observe: observe)
    }
}
