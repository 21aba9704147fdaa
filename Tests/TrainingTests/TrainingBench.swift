import Foundation
import Llama
import Randomness
import StrictJSON
import Tensors
import TestSupport
import Testing

@testable import Training

/// A small job on the golden model tiny-llama, in a folder of its own.
struct TrainingBench {
    let folder: TemporaryFolder
    let model: LlamaModel
    let plan: TrainingPlan

    static let base = Fixture.golden("tiny-llama")

    /// Nine rows in micro-batches of two, two to a step: three steps an epoch, the last one shorter.
    init(_ members: [(String, JSONValue)] = []) throws {
        folder = try TemporaryFolder()
        var object = JSONObject([
            ("max_steps", 10), ("gradient_accumulation_steps", 2), ("warmup_steps", 2), ("learning_rate", 0.01),
            ("save_steps", 3),
            ("logging_steps", 4),
        ])
        for (name, value) in members { object[name] = value }
        plan = try TrainingPlan(typed: TrainingOptions(declared: object))
        model = try LlamaModel(folder: Self.base, precision: plan.storage, arithmetic: plan.precision)
    }

    var out: URL { folder.url.appending(path: "out") }
    var checkpoints: URL { folder.url.appending(path: "checkpoints") }
    var store: CheckpointStore { CheckpointStore(checkpoints) }

    static func dataset(rows: Int = 9, seed: UInt64 = 1) throws -> Dataset {
        var generator = SplitMix64(seed: seed)
        let lines = (0..<rows).map { row in
            let ids = (0..<8 + row).map { _ in Int(generator.next(below: 512)) }
            return #"{"input_ids": \#(ids), "labels": \#([-100, -100, -100] + ids[3...])}"#
        }
        let encoder = RowEncoder(
            tokenizer: nil, vocabularySize: 512, maxLength: 64, completionOnlyLoss: true, chatDate: CalendarDay("2024-07-26")!)
        return try Dataset(DataFile(path: "rows.jsonl", text: Data(lines.joined(separator: "\n").utf8)), encoder: encoder)
    }

    /// Rows to judge by that are not learned from. On random rows the loss soon stops falling; a negative gain counts any course as
    /// falling, so the run is extended.
    static func supervision(gain: Double = -1, watchdog: LossWatchdog.Limits? = nil) throws -> RunSupervision {
        let limits = RunLimits(
            gain: gain, window: 2, extensionFactor: 2, patience: 8, highTrainingLoss: 50, highHeldOutLoss: 50, escalationRank: 32)
        return RunSupervision(
            watchdog: watchdog ?? LossWatchdog.Limits(factor: 100, margin: 100, steps: 5),
            heldOut: try RunSupervision.HeldOut(dataset(rows: 4, seed: 99).encoded, of: "held_out.jsonl", limits: limits))
    }

    func job(
        to name: String = "out", dataset: Dataset? = nil, plan: TrainingPlan? = nil, layout: StepLayout? = nil,
        parent: URL? = nil, supervision: RunSupervision? = nil, storedType: FloatType? = nil
    ) throws -> TrainingJob {
        TrainingJob(
            plan: plan ?? self.plan, layout: layout, base: Self.base, baseReference: BaseReference(name: "golden/tiny-llama"),
            dataset: try dataset ?? Self.dataset(), parent: parent, supervision: supervision,
            checkpoints: checkpoints, output: folder.url.appending(path: name), storedType: storedType)
    }

    /// Trains until the plan is done or so many steps are.
    func train(_ job: TrainingJob, stoppingAfter last: Int = .max) throws -> (outcome: TrainingOutcome, events: [TrainingEvent]) {
        var events: [TrainingEvent] = []
        var step = 0
        let base = plan.method.trainsAdapter ? .frozen(model) : try TrainingBase(opening: Self.base, for: plan)
        let outcome = try BuiltInEngine(base: base).train(job, shouldStop: { step >= last }) { event in
            events.append(event)
            if case .started(let done, _) = event { step = done }
            if case .step(let report) = event { step = report.step }
        }
        return (outcome, events)
    }

    /// The digest of what a job trained to its end leaves.
    func digest(_ job: TrainingJob) throws -> String {
        guard case .finished(let candidate) = try train(job).outcome else {
            Issue.record("the run did not finish")
            return ""
        }
        return candidate.digest.hex
    }
}
