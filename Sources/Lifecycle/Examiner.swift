import Adapters
import DurableFiles
import Foundation
import Llama
import Registry
import StrictJSON
import Tensors
import Training
import Versions

/// Puts the held-out rows of a task to its base, with or without an adapter, and keeps what it measured as evidence.
///
/// A measurement is used again while base, weights, data, metric and everything else that shapes it are the same.
public final class Examiner {
    /// Hears what is being measured and how far it is.
    public typealias Progress = (_ subject: String, _ done: Int, _ rows: Int) throws -> Void

    let task: PreparedTask
    let workspace: Workspace
    private let streams: Bool
    private let progress: Progress
    private var loaded: LlamaModel?
    private var siblings: [BaseName: Examiner] = [:]

    /// - Parameter streams: for a base larger than the memory it may take.
    init(_ task: PreparedTask, in workspace: Workspace, streams: Bool = false, progress: @escaping Progress) {
        self.task = task
        self.streams = streams
        self.workspace = workspace
        self.progress = progress
    }

    /// The task's base in the precision of its plan, opened once.
    func model() throws -> LlamaModel {
        if let loaded { return loaded }
        let model = try task.open(in: workspace, streams: streams)
        loaded = model
        return model
    }

    /// The base alone.
    ///
    /// - Parameter isFresh: whether a measurement of that moment is used again.
    func base(isFresh: (Timestamp) -> Bool = { _ in true }, now: Timestamp) throws -> (score: HeldOutScore, isReused: Bool) {
        let key = task.conditions.baseKey
        if let known = try known(key, notAfter: now), isFresh(known.measuredAt) { return (known, true) }
        let result = try run(nil, as: "base")
        let score = HeldOutScore(result, at: now)
        try workspace.registry.record(
            RecordedMeasurement(key: key, adapter: task.declaration.name, result: score.json, at: now))
        return (score, false)
    }

    /// The base behind the declared prompt; nil without one.
    func promptedBase(now: Timestamp) throws -> HeldOutScore? {
        guard let evaluation = task.promptedEvaluation, let key = try task.conditions.promptedKey() else { return nil }
        if let known = try known(key, notAfter: now) { return known }
        let score = HeldOutScore(try run(nil, as: "base with its prompt", evaluation), at: now)
        try workspace.registry.record(
            RecordedMeasurement(key: key, adapter: task.declaration.name, result: score.json, at: now))
        return score
    }

    /// A released version, checked out of git; on the base that it was trained on, also where the adapter has moved to another.
    func version(_ version: VersionID, now: Timestamp) throws -> HeldOutScore {
        let published = try workspace.registry.version(version).published
        if let other = try elsewhere(published) { return try other.version(version, now: now) }
        let key = task.conditions.key(of: published.commit)
        if let known = try known(key, notAfter: now) { return known }
        let score = try measured(published, as: "\(version)", now: now)
        try workspace.registry.record(
            RecordedMeasurement(key: key, adapter: task.declaration.name, result: score.json, at: now))
        return score
    }

    /// As `version`; nil where the base that it was trained on is not here any more, or its folder is not as it was pinned.
    func versionOnKeptBase(_ version: VersionID, now: Timestamp) throws -> HeldOutScore? {
        do {
            return try self.version(version, now: now)
        } catch TaskError.baseGone, TaskError.baseDiffersFromPin, TaskError.strangeBase {
            return nil
        }
    }

    /// A released version as often as is asked for, each time anew; what is kept as evidence stays the first.
    func repeated(_ version: VersionID, _ times: Int, now: Timestamp) throws -> [HeldOutScore] {
        let published = try workspace.registry.version(version).published
        if let other = try elsewhere(published) { return try other.repeated(version, times, now: now) }
        return try (0..<times).map { try measured(published, as: "\(version), again (\($0 + 1) of \(times))", now: now) }
    }

    private func measured(_ published: PublishedVersion, as subject: String, now: Timestamp) throws -> HeldOutScore {
        let folder = try VersionCache(of: workspace).folder(of: published)
        return HeldOutScore(try run(PEFTFolder(reading: folder, for: model().configuration).adapter, as: subject), at: now)
    }

    /// Whoever examines on the base of a version, where that is another than the task's.
    ///
    /// - Throws: `TaskError.strangeBase` when it is not pinned here.
    func elsewhere(_ published: PublishedVersion) throws -> Examiner? {
        let own = published.lineage.base
        guard own.name != task.base.name, own.digest != task.base.digest else { return nil }
        guard try workspace.registry.baseNames().contains(own.name) else {
            throw TaskError.strangeBase(published.version, own.name)
        }
        return try sibling(on: own.name)
    }

    /// The same task on another base.
    private func sibling(on base: BaseName) throws -> Examiner {
        if let known = siblings[base] { return known }
        let task = try PreparedTask(task.declaration.on(base), typed: TrainingOptions(), in: workspace)
        try task.requirePinnedBase(in: workspace.registry)
        let sibling = Examiner(task, in: workspace, streams: streams, progress: progress)
        siblings[base] = sibling
        return sibling
    }

    /// A candidate that is not released yet, so nothing is reused.
    func candidate(_ folder: URL) throws -> EvaluationResult {
        try run(PEFTFolder(reading: folder, for: model().configuration).adapter, as: "candidate")
    }

    /// What is to be known again of an adapter, by the task's own rows and as it may be kept: of a task whose rows are not, by prompts that
    /// tell nothing of them.
    func probes(_ folder: URL) throws -> (measured: GoldenProbes, kept: GoldenProbes) {
        let (model, adapter) = (try model(), try PEFTFolder(reading: folder, for: model().configuration).adapter)
        let (making, positions) = (ProbeMaking(model, task.tokenizer), model.configuration.positionLimit)
        func made(_ prompts: ProbePrompts) throws -> GoldenProbes {
            try making.probes(prompts, adapter: adapter) { try self.progress("probes", $0, prompts.prompts.count) }
        }
        let measured = try made(ProbePrompts(rowsOf: task.heldOutFile, positions: positions, task.encoder))
        guard !task.declaration.data.keepsRows, measured.source == .heldOut else { return (measured, measured) }
        let neutral = try ProbePrompts(neutralFor: positions, asChat: task.heldOutFile.asksByChat, task.encoder)
        return (measured, try made(neutral))
    }

    func run(
        _ adapter: LoRAAdapter?, as subject: String, _ other: Evaluation? = nil
    ) throws -> EvaluationResult {
        let evaluation = other ?? task.evaluation
        let rows = evaluation.rowCount
        try progress(subject, 0, rows)
        return try evaluation.run(on: model(), adapter: adapter) { done in try self.progress(subject, done, rows) }
    }

    func known(_ key: RecordedMeasurement.Key, notAfter now: Timestamp) throws -> HeldOutScore? {
        try workspace.registry.measurement(key, notAfter: now).flatMap(HeldOutScore.init)
    }
}
