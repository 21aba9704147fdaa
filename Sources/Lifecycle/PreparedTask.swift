import Adapters
import DataDoctor
import Digests
import DurableFiles
import Foundation
import Llama
import Metrics
import Monitoring
import Registry
import StrictJSON
import Tokenizers
import Training

/// A declared adapter made ready to be judged or trained: its base, its plan, its data under that base's tokenizer.
public struct PreparedTask: Sendable {
    public let declaration: AdapterDeclaration
    public let base: BaseDeclaration
    public let baseFolder: URL
    /// How an adapter's configuration names the base.
    let baseReference: BaseReference
    public let plan: TrainingPlan
    /// The bytes of its data.
    public let manifest: DatasetManifest
    /// What may be learned from: without the rows that the held-out set knows, which would prove nothing but memory.
    public let dataset: Dataset
    public let report: DataReport
    public let evaluation: Evaluation
    /// The held-out rows behind the declared prompt; nil without one.
    let promptedEvaluation: Evaluation?
    let heldOutFile: DataFile
    /// The bytes that it was read from: the file may be edited while a training lasts.
    private let heldOutText: Data
    let heldOut: [EncodedRow]
    let tokenizer: Tokenizer
    let ends: AnswerEnds
    let conditions: MeasuringConditions
    let encoder: RowEncoder
    private let scorer: ExternalScorer

    /// - Throws: what is wrong with declaration, plan, base folder or data.
    public init(_ declaration: AdapterDeclaration, typed: TrainingOptions, in workspace: Workspace) throws {
        let layout = workspace.layout
        self.declaration = declaration
        base = try workspace.registry.base(named: declaration.base.text)
        baseFolder = layout.resolve(base.folder)
        guard FileManager.default.fileExists(atPath: baseFolder.path) else {
            throw TaskError.baseGone(base.name, path: baseFolder.path)
        }
        let configuration = try ModelConfiguration(folder: baseFolder)
        baseReference = base.reference(configuration)
        plan = try declaration.plan(on: configuration, typed: typed)
        let (train, held) = (layout.resolve(declaration.data.train), layout.resolve(declaration.data.heldOut))
        try FrozenHeldOut.require(held)
        heldOutText = try DataFile.text(of: held)
        let (trainFile, heldFile) = (try DataFile(contentsOf: train), try DataFile(path: held.path, text: heldOutText))
        manifest = try DatasetManifest(of: declaration.data, in: layout)
        conditions = try MeasuringConditions(
            declaration, base: base, plan: plan, heldOut: manifest.heldOut?.split.digest ?? ContentDigest(ofFile: held),
            in: layout)
        tokenizer = try Tokenizer(folder: baseFolder)
        ends = AnswerEnds(tokenizer, endTokens: configuration.endTokens)
        let encoder = RowEncoder(tokenizer: tokenizer, vocabularySize: configuration.vocabularySize, plan: plan)
        let whole = try Dataset(trainFile, encoder: encoder)
        report = DataReport(whole, heldOut: heldFile.rows)
        dataset = whole.leavingOut(report.leakedLines)
        heldOut = try heldFile.rows.map { row in try encoder.encode(row, of: heldFile.path) }
        heldOutFile = heldFile
        let scorer = ExternalScorer(in: layout.root)
        (self.encoder, self.scorer) = (encoder, scorer)
        func prepared(_ file: DataFile) throws -> Evaluation {
            try Evaluation(file, metric: .task(declaration.metric), labels: declaration.labels, encoder: encoder, scorer: scorer)
        }
        evaluation = try prepared(heldFile)
        promptedEvaluation = try declaration.promptText(in: layout).map { try prepared(heldFile.prompted(by: $0)) }
    }

    /// Other rows under the task's metric, with the labels of its held-out rows; as plain text where the base has no chat template.
    func evaluation(of file: DataFile) throws -> Evaluation {
        try Evaluation(
            tokenizer.chatTemplates.default == nil ? file.asPlainText() : file, metric: .task(declaration.metric),
            labels: evaluation.labels, encoder: encoder, scorer: scorer)
    }

    /// The held-out rows parted by the declared columns and by others.
    func slices(by columns: [String] = []) throws -> RowSlices {
        let all = declaration.slices + columns.filter { !declaration.slices.contains($0) }
        return RowSlices(try RowColumns.values(of: all, in: heldOutText, of: heldOutFile.path))
    }

    public var datasetVersion: DatasetVersion { manifest.version }

    /// What the doctor says of the rows beside the report.
    public func remarks() throws -> [DataFinding] { try DataRemarks.of(dataset, ends: ends) }

    /// The base as the plan keeps it.
    func open(in workspace: Workspace, streams: Bool) throws -> LlamaModel {
        try LlamaModel(
            folder: baseFolder, precision: plan.storage, arithmetic: plan.precision, cache: workspace.weights, streams: streams)
    }

    /// Every measurement and every training starts from the bytes that were pinned: evidence about anything else could not be told
    /// apart from evidence about the base.
    func requirePinnedBase(in registry: AdapterRegistry) throws {
        let changes = try registry.changes(to: base).filter { $0.effect != .cosmetic }
        guard changes.isEmpty else { throw TaskError.baseDiffersFromPin(base.name, changes: changes) }
    }
}

extension AdapterDeclaration {
    /// What the declared prompt says; nil without one.
    func promptText(in layout: RegistryLayout) throws -> String? {
        guard let prompt else { return nil }
        let file = layout.resolve(prompt)
        let text = String(decoding: try FileBytes.contents(of: file, limit: 1 << 20), as: UTF8.self)
        guard text.contains(where: { !$0.isWhitespace }) else { throw TaskError.emptyPrompt(name, path: file.path) }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func plan(on base: ModelConfiguration, typed: TrainingOptions = TrainingOptions()) throws -> TrainingPlan {
        let declared = try trainingOptions()
        guard typed.method ?? declared.method != .full else { throw TaskError.wholeModel(name) }
        return try TrainingPlan(typed: typed, declared: declared, stored: base.storedPrecision, positions: base.positionLimit)
    }

    /// The declared settings of the trainer; a fault names its place in the declaration.
    func trainingOptions() throws -> TrainingOptions {
        for setting in training {
            do throws(PlanError) {
                _ = try TrainingOptions(declared: JSONObject([(setting.key, setting.value)]))
            } catch {
                throw TaskError.badSetting(error, place: setting.place)
            }
        }
        return try TrainingOptions(declared: JSONObject(training.map { ($0.key, $0.value) }))
    }
}

extension ModelConfiguration {
    /// How a base's own file keeps its linears. Halves keep more bits of each weight than bf16 has, so they count as fp32.
    var storedPrecision: BasePrecision {
        let name = source["dtype"]?.stringValue ?? source["torch_dtype"]?.stringValue
        return name == "bfloat16" ? .bf16 : .fp32
    }
}
