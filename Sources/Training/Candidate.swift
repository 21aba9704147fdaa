import DurableFiles
import Foundation
import Llama
import StrictJSON

/// A finished run's folder: a PEFT adapter with the base's tokenizer, a model card and trainer_state.json.
public struct Candidate: Sendable, Hashable {
    public let folder: URL
    /// Of adapter_model.safetensors: equal plans and inputs give equal digests.
    public let digest: ContentDigest
    /// How the run ended that left it.
    public let conclusion: RunConclusion

    /// The same under another name.
    public func moved(to folder: URL) -> Candidate { Candidate(folder: folder, digest: digest, conclusion: conclusion) }

    /// - Throws: `CandidateError` when something stands where the candidate should.
    public static func requireVacant(_ folder: URL) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue, try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty else {
            throw CandidateError.occupied(folder.path)
        }
    }

    /// Writes everything into a draft in `workshop`, which then moves to `folder`: the candidate appears whole or not at all.
    static func publish(
        _ adapter: LoRAAdapter, trainerState: TrainerState, conclusion: RunConclusion, plan: TrainingPlan,
        base: BaseReference, tokenizer: BaseFiles, rows: Int, leftOutRows: Int, in workshop: URL, to folder: URL
    ) throws -> Candidate {
        try DurableFile.publishing(folder, draftIn: workshop) { draft in
            try PEFTFolder(adapter: adapter, baseModel: base.name, revision: base.revision).write(to: draft)
            try tokenizer.copyTokenizer(to: draft)
            let card = ModelCard(base: base, plan: plan, trainerState: trainerState, rows: rows, leftOutRows: leftOutRows)
            try DurableFile.write(Data(card.text.utf8), to: draft.appending(path: ModelCard.fileName))
            let state = trainerState.json.data(JSONLayout(indent: 2, sortsKeys: true))
            try DurableFile.write(state, to: draft.appending(path: TrainerState.fileName))
            let digest = try ContentDigest(ofFile: draft.appending(path: PEFTFolder.weightsFile))
            return Candidate(folder: folder, digest: digest, conclusion: conclusion)
        }
    }
}

/// Why a candidate cannot be written.
public enum CandidateError: Error, Hashable {
    case occupied(String)
    /// Its trainer_state.json does not say how the run ended.
    case noConclusion(String)
}
