import Foundation
import Llama
import Tensors

/// One training, ready to run.
public struct TrainingJob: Sendable {
    public let plan: TrainingPlan
    /// How a step is walked; nil as the plan says. It changes no weight.
    public let layout: StepLayout?
    /// The base in Hugging Face folder form.
    public let base: URL
    public let baseReference: BaseReference
    public let dataset: Dataset
    /// A PEFT folder to start from; nil starts from a fresh adapter.
    public let parent: URL?
    /// By what the run is judged on its way; nil does the planned steps.
    public let supervision: RunSupervision?
    /// The run that this one tries to better at a higher rank, as evidence names it.
    public let precursor: String?
    /// Where checkpoints and drafts are kept while the run lasts; on the file system of `output`.
    public let checkpoints: URL
    /// Where the candidate appears; must not exist, or be empty.
    public let output: URL
    /// How a whole model is stored; nil as the base is.
    public let storedType: FloatType?

    public init(
        plan: TrainingPlan, layout: StepLayout? = nil, base: URL, baseReference: BaseReference, dataset: Dataset,
        parent: URL? = nil, supervision: RunSupervision? = nil, precursor: String? = nil, checkpoints: URL, output: URL,
        storedType: FloatType? = nil
    ) {
        self.plan = plan
        self.layout = layout
        self.base = base
        self.baseReference = baseReference
        self.dataset = dataset
        self.parent = parent
        self.supervision = supervision
        self.precursor = precursor
        self.checkpoints = checkpoints
        self.output = output
        self.storedType = storedType
    }

    var baseFolder: TrainingBaseFolder { TrainingBaseFolder(folder: base, reference: baseReference) }
}

/// How a training ended.
public enum TrainingOutcome: Sendable {
    case finished(Candidate)
    /// Stopped on request after so many steps; the same job goes on from there.
    case interrupted(step: Int)
}

/// The seam behind which trainers stand.
public protocol TrainingEngine: Sendable {
    /// Trains until the plan is done or `shouldStop` says so.
    ///
    /// A job whose checkpoints exist is gone on with, exactly as if it had never stopped.
    ///
    /// - Parameter observe: hears of everything that happens, on the calling thread.
    func train(
        _ job: TrainingJob, shouldStop: () -> Bool, observe: (TrainingEvent) -> Void
    ) throws -> TrainingOutcome
}
