import Adapters
import DataDoctor
import DurableFiles
import Faults
import Foundation
import Llama
import Policies
import Registry
import Tensors
import Tokenizers
import Training

/// A training without a registry: base, data and output are folders, and nothing else is touched.
public struct TrainFolder {
    public struct Request: Sendable {
        public let base: URL
        /// What was typed for the base; the adapter's configuration calls an unregistered base so.
        public let baseName: String
        /// The pin, when the base is a registered one.
        public let pin: BaseDeclaration?
        public let data: URL
        public let output: URL
        /// A PEFT folder to start from; nil starts from a fresh adapter.
        public let initialAdapter: URL?
        public let options: TrainingOptions
        /// Rows to judge the run by that it does not learn from; nil does the planned steps.
        public let heldOut: URL?
        /// Judges the run; nil by the policy named default.
        public let policy: PolicyChoice?
        /// Trains again at the policy's higher rank when the run underfits.
        public let escalates: Bool
        /// Leaves the checkpoints of an earlier run of this output behind.
        public let startsAnew: Bool
        /// Whether held-out rows may let the run go on beyond its planned steps.
        public let extends: Bool
        /// How the whole model of a full fine-tune is stored; nil as the base is.
        public let storedType: FloatType?

        public init(
            base: URL, baseName: String, pin: BaseDeclaration? = nil, data: URL, output: URL, initialAdapter: URL?,
            options: TrainingOptions,
            heldOut: URL? = nil, policy: PolicyChoice? = nil, escalates: Bool = false, startsAnew: Bool = false,
            extends: Bool = true, storedType: FloatType? = nil
        ) {
            self.base = base
            self.baseName = baseName
            self.pin = pin
            self.data = data
            self.output = output
            self.initialAdapter = initialAdapter
            self.options = options
            self.heldOut = heldOut
            self.policy = policy
            self.escalates = escalates
            self.startsAnew = startsAnew
            self.extends = extends
            self.storedType = storedType
        }

        /// Where checkpoints are kept: beside the output, which appears only when it is whole.
        public var checkpoints: URL {
            output.deletingLastPathComponent().appending(path: output.lastPathComponent + ".checkpoints")
        }
    }

    public enum Outcome: Sendable {
        case finished(Candidate)
        case interrupted(step: Int)
    }

    public let request: Request
    /// The plan in the memory it may take.
    public let fit: MemoryFit
    public let report: DataReport
    let dataset: Dataset
    private let ends: AnswerEnds?
    private let baseReference: BaseReference
    private let policy: Policy
    let supervision: RunSupervision
    let cache: WeightCache?

    /// Reads plan and data; the model is opened only by `run`.
    public init(_ request: Request, workingFolder: URL, cache: WeightCache? = nil) throws {
        self.request = request
        self.cache = cache
        let configuration = try ModelConfiguration(folder: request.base)
        baseReference = request.pin?.reference(configuration) ?? BaseReference(name: request.baseName)
        try request.requireAdapterOptions()
        // What continues an adapter keeps its form unless something else is typed.
        let parent = try request.initialAdapter.map { try PEFTFolder(reading: $0, for: configuration).adapter }
        let plan = try TrainingPlan(
            typed: request.options, declared: parent.map { TrainingOptions(formOf: $0) } ?? TrainingOptions(),
            stored: configuration.storedPrecision, positions: configuration.positionLimit)
        if !plan.method.trainsAdapter { try ModelWeights.check(request.base, for: configuration) }
        let tokenizer = try BaseTokenizer.ifPresent(in: request.base)
        ends = tokenizer.map { AnswerEnds($0, endTokens: configuration.endTokens) }
        let encoder = RowEncoder(
            tokenizer: tokenizer, vocabularySize: configuration.vocabularySize,
            plan: plan)
        let whole = try Dataset(try DataFile(contentsOf: request.data), encoder: encoder)
        let heldOut = try request.heldOut.map { try DataFile(contentsOf: $0) }
        report = DataReport(whole, heldOut: heldOut?.rows ?? [])
        dataset = whole.leavingOut(report.leakedLines)
        try dataset.requireExamples()
        let shelf = PolicyShelf(registry: nil, workingFolder: workingFolder)
        policy = try request.policy.map { try shelf.policy($0) } ?? shelf.policy(named: "default")
        supervision = try policy.supervision(
            heldOut: heldOut?.rows.map { try encoder.encode($0, of: heldOut?.path ?? "") }, of: heldOut?.path ?? "",
            extends: request.extends)
        fit = try MemoryFit(
            plan, configuration, rows: dataset.examples, heldOut: supervision.heldOut?.rows ?? [],
            rank: request.escalates ? policy.highestRank(from: plan) : nil)
    }

    public var plan: TrainingPlan { fit.plan }

    /// What the doctor says of the rows beside the report.
    public func remarks() throws -> [DataFinding] { try DataRemarks.of(dataset, ends: ends) }

    func open() throws -> TrainingBase {
        try TrainingBase(opening: request.base, for: plan, cache: cache, streams: fit.streams)
    }

    public func run(shouldStop: () -> Bool, observe: (TrainingEvent) -> Void) throws -> Outcome {
        try Candidate.requireVacant(request.output)
        // Beside the output, so what can be written there can be moved to it.
        try DurableFile.prepare(request.checkpoints)
        guard let lock = try FileLock.take(request.checkpoints.appending(path: Self.lockName)) else {
            throw FolderError.busy(request.output.path)
        }
        return try withExtendedLifetime(lock) { try runAlone(shouldStop, observe) }
    }

    /// Held while a training writes its checkpoints.
    private static let lockName = ".lock"

    private func runAlone(_ shouldStop: () -> Bool, _ observe: (TrainingEvent) -> Void) throws -> Outcome {
        if request.startsAnew {
            for name in try FileManager.default.contentsOfDirectory(atPath: request.checkpoints.path) where name != Self.lockName
            {
                try DurableFile.remove(request.checkpoints.appending(path: name))
            }
        }
        fit.boundPool()
        let engine = BuiltInEngine(base: try open(), digests: cache?.digests)
        guard request.escalates else {
            let outcome = try Outcome(engine.train(job(plan, to: request.output), shouldStop: shouldStop, observe: observe))
            // They served to go on with this run; left behind they would meet the next one of this output.
            if case .finished = outcome { try removeCheckpoints() }
            return outcome
        }
        return try escalating(engine, shouldStop, observe)
    }

    private func removeCheckpoints() throws {
        guard FileManager.default.fileExists(atPath: request.checkpoints.path) else { return }
        try DurableFile.remove(request.checkpoints)
    }

    /// The first run's candidate waits among the checkpoints until it is known whether a higher rank follows. After a crash it is
    /// made again from the last checkpoint, which takes no step.
    private func escalating(
        _ engine: BuiltInEngine, _ shouldStop: () -> Bool, _ observe: (TrainingEvent) -> Void
    ) throws -> Outcome {
        let waiting = request.checkpoints.appending(path: "rank-\(plan.rank)")
        if FileManager.default.fileExists(atPath: waiting.path) { try DurableFile.remove(waiting) }
        let first = try Outcome(engine.train(job(plan, to: waiting), shouldStop: shouldStop, observe: observe))
        guard case .finished(let candidate) = first else { return first }
        guard let rank = candidate.conclusion.proposedRank else {
            try DurableFile.publish(draft: candidate.folder, as: request.output)
            try removeCheckpoints()
            return .finished(candidate.moved(to: request.output))
        }
        observe(.escalated(toRank: rank, because: candidate.conclusion.because))
        let higher = job(
            plan.escalated(toRank: rank), to: request.output, precursor: "rank \(plan.rank), \(candidate.digest)",
            checkpoints: request.checkpoints.appending(path: "escalated"))
        let outcome = try Outcome(engine.train(higher, shouldStop: shouldStop, observe: observe))
        if case .finished = outcome { try removeCheckpoints() }
        return outcome
    }

    private func job(
        _ plan: TrainingPlan, to output: URL, precursor: String? = nil, checkpoints: URL? = nil
    ) -> TrainingJob {
        TrainingJob(
            plan: plan, layout: fit.layout, base: request.base, baseReference: baseReference, dataset: dataset,
            parent: request.initialAdapter, supervision: supervision, precursor: precursor,
            checkpoints: checkpoints ?? request.checkpoints, output: output, storedType: request.storedType)
    }
}

extension TrainFolder.Request {
    /// Refuses what speaks of an adapter where none is trained, and the other way round.
    fileprivate func requireAdapterOptions() throws(FolderError) {
        if options.method == .full {
            if initialAdapter != nil { throw .needsAdapter("--init-adapter") }
            if escalates { throw .needsAdapter("--escalate") }
        } else if storedType != nil {
            throw .needsWholeModel("--dtype")
        }
    }
}

/// Options of a training from folders that its method gives no meaning.
public enum FolderError: Error, Hashable {
    case needsAdapter(String)
    case needsWholeModel(String)
    /// Another process trains to the same folder.
    case busy(String)
}

extension FolderError: Explained {
    public var explanation: Explanation {
        switch self {
        case .needsAdapter(let option):
            Explanation(
                "Method full trains every weight and has no adapter, so \(option) means nothing there.",
                next: "Leave \(option) out, or train an adapter with --method lora or --method qlora.", kind: .usage)
        case .busy(let output):
            Explanation(
                "Another process is training to this folder.", at: output, next: "Wait for it, or name another --out.",
                kind: .busy)
        case .needsWholeModel(let option):
            Explanation(
                "\(option) says how a whole model is stored, and adapters are stored in 32 bits.",
                next: "Leave \(option) out, or train all weights with --method full.", kind: .usage)
        }
    }
}

extension TrainFolder.Outcome {
    fileprivate init(_ outcome: TrainingOutcome) {
        switch outcome {
        case .finished(let candidate): self = .finished(candidate)
        case .interrupted(let step): self = .interrupted(step: step)
        }
    }
}
