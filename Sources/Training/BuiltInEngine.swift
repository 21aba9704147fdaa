import Digests
import Llama

/// The trainer of this package.
public struct BuiltInEngine: TrainingEngine {
    private let base: TrainingBase
    private let digests: DigestBook?

    /// - Parameters:
    ///   - base: the job's, opened for the job's plan.
    ///   - digests: of the base's files, remembered; nil reads them at every start.
    public init(base: TrainingBase, digests: DigestBook? = nil) {
        self.base = base
        self.digests = digests
    }

    /// - Parameter model: the job's base, frozen, opened in the precision of the job's plan.
    public init(model: LlamaModel, digests: DigestBook? = nil) { self.init(base: .frozen(model), digests: digests) }

    public func train(
        _ job: TrainingJob, shouldStop: () -> Bool, observe: (TrainingEvent) -> Void
    ) throws -> TrainingOutcome {
        try Candidate.requireVacant(job.output)
        let session = try TrainingSession(job, base: base, digests: digests)
        return try session.run(shouldStop: shouldStop, observe: observe)
    }
}
