import Digests
import DurableFiles
import Foundation
import Llama
import StrictJSON
import Tensors

/// A run's whole state in a folder: going on from it gives the same bytes as never having stopped.
///
/// Holds the adapter as a PEFT folder, or the whole model in 32 bits; optimizer.safetensors with both moments, trainer_state.json for people, and
/// checkpoint.json, which names step, inputs, data order, kernel path, what the run rule saw, and the digest of every other file.
public struct Checkpoint: Sendable {
    static let manifestFile = "checkpoint.json"
    static let optimizerFile = "optimizer.safetensors"
    static let schema = "lora.checkpoint/2"

    public let state: TrainingState
    public let record: RunRecord
    public let inputs: TrainingInputs
    public let plan: TrainingPlan

    public init(state: TrainingState, record: RunRecord, inputs: TrainingInputs, plan: TrainingPlan) {
        self.state = state
        self.record = record
        self.inputs = inputs
        self.plan = plan
    }
}

extension Checkpoint {
    /// Fills a folder that nobody looks at yet, the manifest last.
    func write(to draft: URL, trainerState: TrainerState, base: TrainingBaseFolder) throws {
        let weights = try state.weights.write(to: draft, over: base, as: .f32)
        try SafetensorsWriter.write(state.optimizer.tensors(), to: draft.appending(path: Self.optimizerFile))
        let text = trainerState.json.data(JSONLayout(indent: 2, sortsKeys: true))
        try DurableFile.write(text, to: draft.appending(path: TrainerState.fileName))
        let files = weights + [Self.optimizerFile, TrainerState.fileName]
        let digests = try files.map { ($0, JSONValue.string(try ContentDigest(ofFile: draft.appending(path: $0)).description)) }
        let manifest = manifest(trainerState.batches, digests: JSONObject(digests))
        try DurableFile.write(manifest.data(.pretty), to: draft.appending(path: Self.manifestFile))
        // it names the digests of all others, and nothing else its own
        try DigestList.write(in: draft, of: [Self.manifestFile])
    }

    private func manifest(_ batches: Batches, digests: JSONObject) -> JSONValue {
        [
            "schema": .string(Self.schema),
            "step": .integer(state.step),
            "order": [
                "generator": "splitmix64", "seed": .integer(Int(plan.seed)), "shuffle": .bool(plan.shuffle),
                "rows": .integer(batches.rowCount), "epoch": .integer(state.step / batches.stepsPerEpoch),
                "step_in_epoch": .integer(state.step % batches.stepsPerEpoch),
            ],
            "inputs": inputs.json,
            "kernel_path": .string(KernelPath.current.rawValue),
            "record": record.json,
            "plan": plan.json,
            "files": .object(digests),
        ]
    }

    /// Reads a checkpoint back.
    ///
    /// - Throws: `CheckpointError` when it belongs to another run or its files are not what was saved.
    init(reading folder: URL, expecting inputs: TrainingInputs, plan: TrainingPlan, model: ModelConfiguration) throws {
        let manifest = try CheckpointManifest(reading: folder)
        if let difference = inputs.difference(from: manifest.inputs) {
            throw CheckpointError.otherRun(difference, folder: folder.path)
        }
        let current = KernelPath.current.rawValue
        guard manifest.kernelPath == current else {
            throw CheckpointError.otherKernels(saved: manifest.kernelPath, current: current, folder: folder.path)
        }
        try manifest.verify(folder)
        let weights = try TrainedWeights(reading: folder, plan.method, for: model)
        let moments = try ModelTensors(folder: folder, file: Self.optimizerFile)
        let optimizer = try AdamW(
            restoring: moments, plan.optimizer, settings: plan.optimizerSettings, parameters: weights.parameters)
        let state = TrainingState(weights: weights, optimizer: optimizer, step: manifest.step)
        self.init(state: state, record: manifest.record, inputs: inputs, plan: plan)
    }
}

/// checkpoint.json, read.
struct CheckpointManifest {
    let step: Int
    let inputs: TrainingInputs
    let record: RunRecord
    let kernelPath: String
    let files: JSONObject

    init(reading folder: URL) throws {
        let file = folder.appending(path: Checkpoint.manifestFile)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw CheckpointError.missingFile(Checkpoint.manifestFile, folder: folder.path)
        }
        guard let json = try Self.json(file), json["schema"]?.stringValue == Checkpoint.schema, let step = json["step"]?.intValue,
            step >= 0,
            let inputs = json["inputs"].flatMap(TrainingInputs.init), let record = json["record"].flatMap(RunRecord.init),
            let kernelPath = json["kernel_path"]?.stringValue,
            let files = json["files"]?.objectValue
        else { throw CheckpointError.unreadableManifest(file: file.path) }
        if let damaged = try DigestList.changes(in: folder)?.first {
            throw CheckpointError.damagedFile(damaged, folder: folder.path)
        }
        self.step = step
        self.inputs = inputs
        self.record = record
        self.kernelPath = kernelPath
        self.files = files
    }

    /// Nil when the text is not JSON.
    private static func json(_ file: URL) throws -> JSONValue? {
        do {
            return try JSONValue(contentsOf: file)
        } catch is JSONError {
            return nil
        }
    }

    /// Holds every file against its digest.
    func verify(_ folder: URL) throws {
        for (name, digest) in files.members {
            let file = folder.appending(path: name)
            guard FileManager.default.fileExists(atPath: file.path) else {
                throw CheckpointError.missingFile(name, folder: folder.path)
            }
            guard try ContentDigest(ofFile: file).description == digest.stringValue else {
                throw CheckpointError.damagedFile(name, folder: folder.path)
            }
        }
    }
}
