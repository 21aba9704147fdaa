import Adapters
import DurableFiles
import Faults
import Foundation
import Llama
import Policies
import Registry
import StrictJSON
import Suites
import Training
import Versions

/// Trains a declared adapter and, if its gate lets it pass, releases the result as the next version.
///
/// Lease → run recorded → training → candidate → evaluation beside base and production → gate → git commit and tag → one
/// transaction that closes the run. A process that dies anywhere leaves a run that the next call goes on with.
public struct TrainAdapter {
    /// The folder of a run's checkpoints in its staging area.
    static let checkpoints = "checkpoints"

    public struct Request: Sendable {
        public let adapter: String
        public let options: TrainingOptions
        /// Judges instead of the declared policy.
        public let policy: PolicyChoice?
        /// Starts anew even where a run that stopped could be gone on with.
        public let startsAnew: Bool
        /// Trains again at the policy's higher rank when the run underfits.
        public let escalates: Bool
        /// Trains on this base instead of the declared one, to which the adapter is to be moved.
        public let base: BaseName?

        public init(
            adapter: String, options: TrainingOptions, policy: PolicyChoice?, startsAnew: Bool, escalates: Bool = false,
            base: BaseName? = nil
        ) {
            self.base = base
            self.adapter = adapter
            self.options = options
            self.policy = policy
            self.startsAnew = startsAnew
            self.escalates = escalates
        }
    }

    /// What happens, as it happens.
    public enum Event: Sendable {
        case began(Run)
        case resumed(Run)
        /// The run before underfitted; this one tries a higher rank.
        case escalated(Run, from: RunID, toRank: Int)
        case training(TrainingEvent)
        /// Training is done, and why.
        case concluded(RunConclusion)
        case measuring(subject: String, done: Int, rows: Int)
    }

    public enum Outcome: Sendable {
        case admitted(Receipt)
        case refused(GateVerdict, candidate: URL)
        /// `step` is nil when training was done and the measuring was stopped.
        case interrupted(RunID, step: Int?)
    }

    public let task: PreparedTask
    /// The task's plan in the memory it may take.
    public let fit: MemoryFit
    public let policy: Policy
    /// By what the run is judged on its way: the held-out rows under the policy's run rule.
    let supervision: RunSupervision
    /// Those that the policy's gate looks at.
    let suites: [Suite]
    let request: Request
    let workspace: Workspace

    /// Reads declaration, plan and data; nothing is written yet, so this is also what `--dry-run` shows.
    public init(_ request: Request, in workspace: Workspace, workingFolder: URL) throws {
        self.request = request
        self.workspace = workspace
        let declared = try workspace.registry.adapter(named: request.adapter)
        let declaration = request.base.map(declared.on) ?? declared
        try workspace.registry.requireActive(declaration.name)
        task = try PreparedTask(declaration, typed: request.options, in: workspace)
        try task.dataset.requireExamples()
        let shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
        policy = try request.policy.map { try shelf.policy($0) } ?? shelf.policy(of: declaration)
        suites = try workspace.suites(askedBy: policy)
        supervision = try policy.supervision(heldOut: task.heldOut, of: declaration.data.heldOut)
        fit = try MemoryFit(
            task.plan, ModelConfiguration(folder: task.baseFolder), rows: task.dataset.examples,
            heldOut: supervision.heldOut?.rows ?? [], labels: max(1, declaration.labels.count),
            rank: request.escalates ? policy.highestRank(from: task.plan) : nil)
    }

    public var plan: TrainingPlan { fit.plan }

    /// - Parameter clock: read at the start and at the end of the run.
    public func run(
        by actor: Actor, clock: () -> Timestamp, shouldStop: @escaping () -> Bool, observe: @escaping (Event) -> Void
    ) throws -> Outcome {
        try task.requirePinnedBase(in: workspace.registry)
        fit.boundPool()
        let name = task.declaration.name
        let lease = try workspace.registry.lease(
            name, holder: "process \(ProcessInfo.processInfo.processIdentifier), training since \(clock())")
        return try withExtendedLifetime(lease) {
            try workspace.versions.requirePublishable(workspace.registry.nextVersion(of: name))
            try keepData(by: actor, at: clock())
            var attempt = try openAttempt(under: lease, at: clock(), observe)
            while true {
                let ending = try closing(attempt.run, clock) {
                    try carryOut(attempt, by: actor, clock: clock, shouldStop: shouldStop, observe: observe)
                }
                switch ending {
                case .done(let outcome): return outcome
                case .underfits: attempt = try escalate(attempt, under: lease, at: clock(), observe)
                }
            }
        }
    }

    /// Records an end that `work` does not record itself: somebody stopped it, or it failed.
    private func closing(_ run: Run, _ clock: () -> Timestamp, _ work: () throws -> Ending) throws -> Ending {
        do {
            return try work()
        } catch let interruption as Interruption {
            try workspace.registry.endRun(run.id, of: run.start.adapter, .interrupted(reason: "stopped on request"), at: clock())
            return .done(.interrupted(run.id, step: interruption.step))
        } catch {
            recordFailure(of: run, error, at: clock())
            throw error
        }
    }

    private func carryOut(
        _ attempt: TrainingAttempt, by actor: Actor, clock: () -> Timestamp, shouldStop: @escaping () -> Bool,
        observe: @escaping (Event) -> Void
    ) throws -> Ending {
        let examiner = Examiner(task, in: workspace, streams: fit.streams) { subject, done, rows in
            if shouldStop() { throw Interruption(step: nil) }
            observe(.measuring(subject: subject, done: done, rows: rows))
        }
        let candidate = try candidate(of: attempt, examiner, clock: clock, shouldStop: shouldStop, observe: observe)
        let conclusion = try RunConclusion(ofCandidate: candidate)
        observe(.concluded(conclusion))
        if request.escalates, attempt.precursor == nil, conclusion.proposedRank != nil {
            try workspace.registry.endRun(
                attempt.run.id, of: task.declaration.name, .rejected(reason: conclusion.because), at: clock())
            return .underfits
        }
        let proof = try Proof(
            of: candidate, conclusion, by: examiner, in: workspace, confidence: policy.fineTuning.baseError.confidence,
            asking: suites, now: clock())
        let verdict = proof.judged(by: policy, quotes: task.declaration.data.keepsRows)
        try workspace.registry.record(
            Decision(
                adapter: task.declaration.name, question: .admit, answer: verdict.answer.rawValue,
                verdict: proof.record(of: verdict, run: attempt.run.id), at: clock()))
        guard verdict.answer == .admitted else {
            try workspace.registry.endRun(
                attempt.run.id, of: task.declaration.name, .rejected(reason: verdict.failure), at: clock())
            return .done(.refused(verdict, candidate: candidate))
        }
        let release = Release(attempt: attempt, candidate: candidate, proof: proof, verdict: verdict, training: self)
        return .done(.admitted(try release.publish(by: actor, at: clock())))
    }

    /// Closes a run that an error ended, unless it was closed before. The error is what the caller must hear of: a registry that
    /// cannot take the record keeps an open run, which the next start finds without its process.
    private func recordFailure(of run: Run, _ error: any Error, at time: Timestamp) {
        do {
            guard try workspace.registry.run(run.id, of: run.start.adapter).state == .started else { return }
            try workspace.registry.endRun(run.id, of: run.start.adapter, .failed(reason: FailureWords.text(error)), at: time)
        } catch {
            return
        }
    }

    /// The run's candidate: the one that stands there after a crash, else what training leaves.
    private func candidate(
        of attempt: TrainingAttempt, _ examiner: Examiner, clock: () -> Timestamp, shouldStop: () -> Bool,
        observe: (Event) -> Void
    ) throws -> URL {
        let staging = workspace.layout.staging(of: attempt.run.id, for: task.declaration.name)
        let folder = staging.appending(path: "candidate")
        if FileManager.default.fileExists(atPath: folder.appending(path: PEFTFolder.weightsFile).path) { return folder }
        try DurableFile.makeFolder(staging)
        let job = TrainingJob(
            plan: attempt.plan, layout: fit.layout, base: task.baseFolder,
            baseReference: task.baseReference, dataset: task.dataset,
            supervision: supervision, precursor: attempt.precursor.map { "\($0)" },
            checkpoints: staging.appending(path: Self.checkpoints), output: folder)
        let engine = BuiltInEngine(model: try examiner.model(), digests: workspace.weights.digests)
        let log = TensorBoardLog(of: attempt.run.id, for: task.declaration.name, in: workspace.layout)
        let observing = { (event: TrainingEvent) in
            log.add(event, at: clock())
            observe(.training(event))
        }
        switch try engine.train(job, shouldStop: shouldStop, observe: observing) {
        case .finished(let candidate): return candidate.folder
        case .interrupted(let step): throw Interruption(step: step)
        }
    }
}

/// Somebody asked to stop; the state is saved.
struct Interruption: Error {
    let step: Int?
}

/// What became of an attempt.
private enum Ending {
    case done(TrainAdapter.Outcome)
    /// Its run is closed, and a higher rank is to be tried.
    case underfits
}

extension GateVerdict {
    /// The reasons of the rules that did not pass, as one text.
    var failure: String { rules.filter { $0.passed != true }.map(\.reason).joined(separator: " ") }
}

/// An error as the registry records it.
enum FailureWords {
    static func text(_ error: any Error) -> String {
        (error as? any Explained)?.explanation.what ?? "\(error)"
    }

    /// With the place, where it has one.
    static func placed(_ error: any Error) -> String {
        text(error) + ((error as? any Explained)?.explanation.place.map { " (\($0))" } ?? "")
    }

    /// What to do about it.
    static func next(_ error: any Error) -> String {
        (error as? any Explained)?.explanation.next ?? "look at the file it names"
    }
}
