import DurableFiles
import Foundation
import Llama

/// The checkpoints of one run, `checkpoint-<step>`, in one folder.
public struct CheckpointStore: Sendable {
    public let folder: URL

    public init(_ folder: URL) { self.folder = folder }

    /// Steps that have a checkpoint, ascending; whatever a crash left half-written does not count.
    public func steps() throws -> [Int] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .compactMap { $0.hasPrefix(Self.prefix) ? Int($0.dropFirst(Self.prefix.count)) : nil }.sorted()
    }

    /// What is not as it was saved, of every checkpoint.
    public func faults() throws -> [any Error] {
        try steps().compactMap { step in
            do {
                try CheckpointManifest(reading: folder(ofStep: step)).verify(folder(ofStep: step))
                return nil
            } catch {
                // one that cannot be read hides no other
                return error
            }
        }
    }

    public func folder(ofStep step: Int) -> URL { folder.appending(path: Self.name(ofStep: step)) }

    static func name(ofStep step: Int) -> String { prefix + String(step) }

    /// The latest checkpoint; nil when there is none.
    public func latest(
        expecting inputs: TrainingInputs, plan: TrainingPlan, model: ModelConfiguration
    ) throws -> Checkpoint? {
        guard let step = try steps().last else { return nil }
        return try checkpoint(ofStep: step, expecting: inputs, plan: plan, model: model)
    }

    func checkpoint(
        ofStep step: Int, expecting inputs: TrainingInputs, plan: TrainingPlan, model: ModelConfiguration
    ) throws -> Checkpoint {
        try Checkpoint(reading: folder(ofStep: step), expecting: inputs, plan: plan, model: model)
    }

    /// Saves a checkpoint, whole or not at all, then removes those that `save_total_limit` no longer keeps.
    ///
    /// - Parameter keeping: steps whose checkpoints stay, however old.
    ///
    /// Does nothing when the step is saved already: the same run comes to the same state.
    @discardableResult
    public func save(
        _ checkpoint: Checkpoint, trainerState: TrainerState, base: TrainingBaseFolder, keeping: Set<Int> = []
    ) throws -> URL {
        let target = folder(ofStep: checkpoint.state.step)
        if FileManager.default.fileExists(atPath: target.path) { return target }
        try DurableFile.publishing(target) { draft in
            try checkpoint.write(to: draft, trainerState: trainerState, base: base)
        }
        try keep(latest: checkpoint.plan.saveTotalLimit, and: keeping)
        return target
    }

    /// Removes what a crash left half-written.
    public func removeDrafts() throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasPrefix(DurableFile.draftPrefix)
        {
            try DurableFile.remove(folder.appending(path: name))
        }
    }

    /// Removes all checkpoints, for example once the candidate stands.
    public func removeAll() throws {
        try keep(latest: 0, and: [])
        try removeDrafts()
    }

    /// Removes the checkpoints of later steps.
    func remove(after last: Int) throws {
        for step in try steps() where step > last { try remove(step) }
    }

    private func keep(latest count: Int, and kept: Set<Int>) throws {
        for step in try steps().dropLast(count) where !kept.contains(step) { try remove(step) }
    }

    /// The folder first loses its name, so that one that is half removed is never read.
    private func remove(_ step: Int) throws {
        let draft = folder.appending(path: DurableFile.draftPrefix + UUID().uuidString)
        try DurableFile.rename(folder(ofStep: step), to: draft)
        try DurableFile.remove(draft)
    }

    private static let prefix = "checkpoint-"
}
