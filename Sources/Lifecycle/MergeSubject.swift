import Adapters
import Foundation
import Llama
import Policies
import Registry
import Tensors
import Training

/// An adapter with the base that it was trained on and the rows that a merge of the two is measured by.
public struct MergeSubject: Sendable {
    /// As it was named.
    public let name: String
    let baseFolder: URL
    let base: BaseReference
    let configuration: ModelConfiguration
    let adapter: LoRAAdapter
    /// How the base's linears were kept in training.
    public let storage: BasePrecision
    let arithmetic: Arithmetic
    /// What is compared token by token.
    let rows: [EncodedRow]
    /// Where the rows were read from.
    let rowsFile: String
    /// What asks for answers that are right or wrong; nil where no task says what is right.
    let evaluation: Evaluation?
    let rules: MergeRules
    let cache: WeightCache?
    let released: Released?

    /// A version of a registry, which keeps what is measured.
    struct Released: Sendable {
        let record: VersionRecord
        let declaration: AdapterDeclaration
        let conditions: MeasuringConditions
        let workspace: Workspace
    }

    /// A released version, on its base as it is pinned.
    ///
    /// - Parameter text: `name`, `name@v3` or `name@alias`; a bare name means production, else the latest version.
    public init(_ text: String, in workspace: Workspace, workingFolder: URL) throws {
        let record = try workspace.version(text)
        let own = record.lineage.base
        let declared = try workspace.registry.adapter(named: record.version.adapter.text)
        var declaration = declared
        if own.name != declared.base {
            guard try workspace.registry.baseNames().contains(own.name) else {
                throw TaskError.strangeBase(record.version, own.name)
            }
            declaration = declared.on(own.name)
        }
        let task = try PreparedTask(declaration, typed: Self.options(of: record.lineage), in: workspace)
        try task.requirePinnedBase(in: workspace.registry)
        guard workspace.hasWeights(task.base, of: own) else { throw TaskError.otherWeights(record.version, own.name) }
        let configuration = try ModelConfiguration(folder: task.baseFolder)
        let folder = try VersionCache(of: workspace).folder(of: record.published)
        self.init(
            name: "\(record.version)", baseFolder: task.baseFolder, base: task.baseReference, configuration: configuration,
            adapter: try PEFTFolder(reading: folder, for: configuration).adapter, storage: task.plan.storage,
            arithmetic: task.plan.precision, rows: task.heldOut, rowsFile: "\(declaration.data.heldOut)",
            evaluation: task.evaluation,
            rules: try PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder).policy(of: declaration).merge,
            cache: workspace.weights,
            released: Released(
                record: record, declaration: declaration, conditions: task.conditions, workspace: workspace))
    }

    /// What the version was trained with decides what its base was, whatever is declared now.
    private static func options(of lineage: Lineage) throws -> TrainingOptions {
        var options = TrainingOptions()
        options.method = lineage.settings["method"]?.stringValue.flatMap(TrainingMethod.init)
        options.precision = lineage.settings["precision"]?.stringValue.flatMap(Arithmetic.init)
        return options
    }

    /// A PEFT folder over a model folder, measured by the rows of a file, of which nobody says which answers are right.
    ///
    /// - Parameters:
    ///   - adapter: checked against the digests that lie beside it.
    ///   - storage: nil for what the probes of an exported version say, else full precision.
    ///   - policy: nil for the one named default.
    public init(
        adapter: URL, base: URL, baseName: String, storage: BasePrecision?, data: URL, policy: PolicyChoice?, workingFolder: URL,
        cache: WeightCache?
    ) throws {
        try AdapterLocation.requireWhole(adapter)
        let configuration = try ModelConfiguration(folder: base)
        let file = try DataFile(contentsOf: data)
        let encoder = RowEncoder(
            tokenizer: try BaseTokenizer.ifPresent(in: base), vocabularySize: configuration.vocabularySize,
            plan: try TrainingPlan(typed: TrainingOptions(), positions: configuration.positionLimit))
        let shelf = PolicyShelf(registry: nil, workingFolder: workingFolder)
        let storage = try storage ?? GoldenProbes(exportedIn: adapter)?.storage ?? .fp32
        self.init(
            name: adapter.path, baseFolder: base, base: BaseReference(name: baseName), configuration: configuration,
            adapter: try PEFTFolder(reading: adapter, for: configuration).adapter, storage: storage,
            arithmetic: storage.arithmetic, rows: try file.rows.map { row in try encoder.encode(row, of: file.path) },
            rowsFile: file.path, evaluation: nil,
            rules: try policy.map { try shelf.policy($0) }?.merge ?? shelf.policy(named: "default").merge, cache: cache,
            released: nil)
    }

    private init(
        name: String, baseFolder: URL, base: BaseReference, configuration: ModelConfiguration, adapter: LoRAAdapter,
        storage: BasePrecision, arithmetic: Arithmetic, rows: [EncodedRow], rowsFile: String, evaluation: Evaluation?,
        rules: MergeRules, cache: WeightCache?, released: Released?
    ) {
        self.name = name
        self.baseFolder = baseFolder
        self.base = base
        self.configuration = configuration
        self.adapter = adapter
        self.storage = storage
        self.arithmetic = arithmetic
        self.rows = rows
        self.rowsFile = rowsFile
        self.evaluation = evaluation
        self.rules = rules
        self.cache = cache
        self.released = released
    }
}
