import Digests
import DurableFiles
import Foundation
import Llama
import StrictJSON

/// A finished run's folder: a PEFT adapter, or a whole model, with the base's tokenizer, a model card and trainer_state.json.
public struct Candidate: Sendable, Hashable {
    public let folder: URL
    /// Of the weights: equal plans and inputs give equal digests. That of the file, or over name and digest of each where a model is
    /// cut into several.
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
        _ weights: TrainedWeights, trainerState: TrainerState, conclusion: RunConclusion, of job: TrainingJob
    ) throws -> Candidate {
        let files = BaseFiles(job.base)
        return try DurableFile.publishing(job.output, draftIn: job.checkpoints) { draft in
            if weights.model == nil { try files.copyTokenizer(to: draft) } else { try files.copyTemplates(to: draft) }
            let type = try job.storedType ?? ModelWeights.storedType(of: job.base)
            let written = try weights.write(to: draft, over: job.baseFolder, as: type)
            let card = ModelCard(
                base: job.baseReference, plan: job.plan, trainerState: trainerState, rows: job.dataset.examples.count,
                leftOutRows: job.dataset.leftOutRows)
            try DurableFile.write(Data(card.text.utf8), to: draft.appending(path: ModelCard.fileName))
            let state = trainerState.json.data(JSONLayout(indent: 2, sortsKeys: true))
            try DurableFile.write(state, to: draft.appending(path: TrainerState.fileName))
            let digest = try digest(of: written.filter { $0.hasSuffix(".safetensors") }, in: draft)
            return Candidate(folder: job.output, digest: digest, conclusion: conclusion)
        }
    }

    private static func digest(of files: [String], in folder: URL) throws -> ContentDigest {
        let digests = try files.map { try ContentDigest(ofFile: folder.appending(path: $0)) }
        if digests.count == 1 { return digests[0] }
        return ContentDigest(of: Data(zip(files, digests).map { "\($0) \($1)\n" }.joined().utf8))
    }
}

/// Why a candidate cannot be written.
public enum CandidateError: Error, Hashable {
    case occupied(String)
    /// Its trainer_state.json does not say how the run ended.
    case noConclusion(String)
}
