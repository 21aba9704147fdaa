import Adapters
import Digests
import Export
import Foundation
import Llama
import Registry
import StrictJSON
import Training
import Versions

/// What was asked for when an adapter that was trained elsewhere shall become a version, and what is known of its training.
public struct AdoptionRequest: Sendable {
    public let folder: URL
    public let adapter: String
    /// The base that it was trained on, as it is pinned; nil for the adapter's own.
    public let base: String?
    /// Takes what can be taken, and records what was left out.
    public let ignoresForeign: Bool
    public let trainedAt: Timestamp?
    public let trainedBy: String?
    /// The files that it was trained and judged on.
    public let trainData: URL?
    public let heldOutData: URL?

    public init(
        folder: URL, adapter: String, base: String? = nil, ignoresForeign: Bool = false, trainedAt: Timestamp? = nil,
        trainedBy: String? = nil, trainData: URL? = nil, heldOutData: URL? = nil
    ) {
        self.folder = folder
        self.adapter = adapter
        self.base = base
        self.ignoresForeign = ignoresForeign
        self.trainedAt = trainedAt
        self.trainedBy = trainedBy
        self.trainData = trainData
        self.heldOutData = heldOutData
    }
}

/// An adapter that can be adopted: everything but its numbers has been checked, and nothing was written.
public struct AdoptionPlan: Sendable {
    public let request: AdoptionRequest
    public let declaration: AdapterDeclaration
    public let base: BaseDeclaration
    public let adapter: ForeignAdapter
    /// The bytes of its data; nil when nobody said which.
    let manifest: DatasetManifest?
    let baseFolder: URL
    let reference: BaseReference

    /// What a person should look at, though nothing speaks against it.
    public var warnings: [String] {
        let known = Set([base.name.text, base.source, reference.name, base.folder, baseFolder.path].compactMap(\.self))
        return switch adapter.namedBase {
        case let named? where !known.contains(named): ["it names its base \(named), and is taken for one of \(base.name)"]
        case nil: ["it does not name its base, and is taken for one of \(base.name)"]
        default: []
        }
    }

    /// What nobody said, in words.
    public var unknown: [String] {
        [
            manifest == nil ? "the data" : nil, adapter.settings["learning_rate"] == nil ? "the trainer's settings" : nil,
            request.trainedAt == nil ? "when it was trained" : nil, request.trainedBy == nil ? "what trained it" : nil,
        ].compactMap(\.self)
    }
}

extension Workspace {
    /// Checks that an adapter can be adopted: its layout, every key and every shape against the base.
    ///
    /// - Throws: `AdoptionError`, what `ForeignAdapter` throws, `ForeignAdapterError.loss` unless the request ignores what is foreign.
    public func planAdoption(_ request: AdoptionRequest, at now: Timestamp) throws -> AdoptionPlan {
        if let trainedAt = request.trainedAt, trainedAt > now { throw AdoptionError.notYetTrained(trainedAt, now: now) }
        let declaration = try declaredForAdoption(request.adapter)
        let pin = try registry.base(named: request.base ?? declaration.base.text)
        guard pin.name == declaration.base else {
            throw AdoptionError.otherBase(declaration.name, declared: declaration.base, asked: pin.name)
        }
        let folder = layout.resolve(pin.folder)
        try requireConfiguration(of: pin, in: folder)
        let model = try ModelConfiguration(folder: folder)
        try AdapterLocation.requireWhole(request.folder)
        let adapter = try ForeignAdapter(reading: request.folder, base: folder, model: model)
        guard adapter.lost.isEmpty || request.ignoresForeign else {
            throw ForeignAdapterError.loss(folder: request.folder.path, parts: adapter.lost)
        }
        let manifest = try request.trainData.map { train in
            try DatasetManifest(train: train, heldOut: request.heldOutData, keepsRows: declaration.data.keepsRows, in: layout)
        }
        try adapter.requireFinite()
        return AdoptionPlan(
            request: request, declaration: declaration, base: pin, adapter: adapter, manifest: manifest, baseFolder: folder,
            reference: pin.reference(model))
    }

    private func declaredForAdoption(_ text: String) throws -> AdapterDeclaration {
        let name = try AdapterName(text)
        guard try registry.declaredNames().contains(name) else {
            throw AdoptionError.undeclared(name, file: layout.file(of: name).path)
        }
        return try registry.adapter(named: name.text)
    }

    /// Shapes come from the base's configuration, which must be the pinned one. Its weights are not read again.
    private func requireConfiguration(of pin: BaseDeclaration, in folder: URL) throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { throw TaskError.baseGone(pin.name, path: folder.path) }
        let name = "config.json"
        guard let pinned = pin.files.first(where: { $0.path == name }) else { return }
        guard try ContentDigest(ofFile: folder.appending(path: name)) == pinned.digest else {
            throw TaskError.baseDiffersFromPin(pin.name, changes: [BaseFileChange(kind: .changed, path: name)])
        }
    }
}
