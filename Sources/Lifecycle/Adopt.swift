import Adapters
import DurableFiles
import Export
import Foundation
import Llama
import Registry
import StrictJSON
import Training
import Versions

/// An adapter that has become a version.
public struct AdoptedVersion: Sendable {
    public let plan: AdoptionPlan
    public let version: VersionID
    public let commit: CommitID
    /// What became of the weights.
    public let taken: TakenAdapter
    public let lineage: Lineage
}

extension Workspace {
    /// Makes a version of an adapter that was trained elsewhere: copies and checks its numbers, then publishes it as a training's.
    ///
    /// Weights are written once: the copy that was checked becomes the version's object.
    public func adopt(_ plan: AdoptionPlan, on occasion: Occasion) throws -> AdoptedVersion {
        let name = plan.declaration.name
        let lease = try registry.lease(
            name, holder: "process \(ProcessInfo.processInfo.processIdentifier), adopting since \(occasion.at)",
            patience: Self.patience)
        return try withExtendedLifetime(lease) {
            try registry.requireActive(name)
            try versions.requirePublishable(registry.nextVersion(of: name))
            return try inWorkshop(of: name) { workshop in
                let candidate = workshop.appending(path: "candidate")
                try DurableFile.makeFolder(candidate)
                let taken = try plan.adapter.take(
                    into: candidate, workshop: workshop, baseModel: plan.reference.name, revision: plan.reference.revision)
                let version = try registry.nextVersion(of: name)
                let lineage = try plan.lineage(of: version, taken)
                try plan.writeCompanions(of: lineage, to: candidate)
                if let data = plan.data { try versions.store(data, author: occasion.actor, at: occasion.at) }
                let commit = try versions.commit(
                    candidate, as: version, message: plan.message(lineage), author: occasion.actor, at: occasion.at,
                    moving: [PEFTFolder.weightsFile: taken.weights])
                let published = PublishedVersion(commit: commit, lineage: lineage, at: occasion.at)
                try listing(version) { try registry.adopt(published, on: occasion) }
                return AdoptedVersion(plan: plan, version: version, commit: commit, taken: taken, lineage: lineage)
            }
        }
    }

    /// How long whoever changes an adapter waits for another who does; a training lasts longer, and is told of.
    static let patience = Duration.seconds(3)

    /// Lends a folder in the adapter's staging area, and leaves none behind. What a killed process leaves bears the name of a draft.
    private func inWorkshop<Value>(of adapter: AdapterName, _ body: (URL) throws -> Value) throws -> Value {
        let area = layout.staging(of: adapter)
        let workshop = area.appending(path: DurableFile.draftPrefix + "adoption")
        try DurableFile.remove(workshop)
        try DurableFile.makeFolder(workshop)
        let outcome = Result { try body(workshop) }
        // what stays is litter by its name; whether a version was made does not hang on it
        _ = Result { try DurableFile.remove(workshop) }
        // an area that holds nothing else is not kept
        rmdir(area.path)
        return try outcome.get()
    }
}

extension AdoptionPlan {
    fileprivate func lineage(of version: VersionID, _ taken: TakenAdapter) throws -> Lineage {
        let adoption = Adoption(
            folder: request.folder.standardizedFileURL.path, layout: adapter.layout.recorded,
            sources: taken.sources.map { Adoption.Source(name: $0.name, size: $0.size, digest: $0.digest) },
            namedBase: adapter.namedBase, leftOut: adapter.foreign.map { Adoption.LeftOut(name: $0.name, what: $0.what) },
            isPartial: !adapter.lost.isEmpty, largestDifference: taken.largestDifference, settings: adapter.settings)
        return Lineage(
            version: version, parent: nil, run: nil, base: base.identity, dataset: manifest?.version, plan: nil, metrics: [],
            startedAt: nil, finishedAt: request.trainedAt, madeBy: request.trainedBy, adoption: adoption)
    }

    /// What it was trained on, when that is known; nobody here has examined its rows.
    fileprivate var data: DatasetDraft? {
        guard let manifest, let train = request.trainData else { return nil }
        var files = [DatasetSplit.train: train]
        files[.heldOut] = request.heldOutData
        return DatasetDraft(manifest, for: declaration, report: DataReport.unexamined, findings: [], files: files)
    }

    /// The tokenizer of the base, a model card, and the lineage.
    fileprivate func writeCompanions(of lineage: Lineage, to candidate: URL) throws {
        try BaseFiles(baseFolder).copyTokenizer(to: candidate)
        try DurableFile.write(Data(card.utf8), to: candidate.appending(path: ModelCard.fileName))
        try DurableFile.write(lineage.data, to: candidate.appending(path: Lineage.fileName))
    }

    private var card: String {
        """
        \(ModelCard.front(ofAdapterFor: reference.name))

        Trained elsewhere and adopted by LoRA Keeper; `\(Lineage.fileName)` says from where, and what is not known of it.
        \(declaration.task)
        """ + "\n"
    }

    fileprivate func message(_ lineage: Lineage) -> VersionMessage {
        let settings = adapter.settings.members.map { ($0.0, Optional($0.1.stringValue ?? $0.1.text())) }
        let open = unknown.isEmpty ? "" : " Unknown: \(unknown.joined(separator: ", "))."
        return VersionMessage(
            subject: "\(lineage.version): adopted (\(adapter.layout.rawValue))",
            body: """
                \(declaration.task)

                Trained elsewhere and adopted for base \(base.name).\(open)
                """,
            trailers: lineage.trailers(settings: settings))
    }
}

extension AdapterLayout {
    fileprivate var recorded: Adoption.Layout {
        switch self {
        case .peft: .peft
        case .mlx: .mlx
        }
    }
}
