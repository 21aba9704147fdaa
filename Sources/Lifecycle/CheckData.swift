import Adapters
import DataDoctor
import Foundation
import Llama
import Registry
import Tokenizers
import Training

/// Data files with what they are for: what `data check` and `data fix` look at.
public struct CheckData: Sendable {
    public struct Request: Sendable {
        /// A file, or the name of a declared adapter.
        public let subject: String
        /// What the subject is as a path.
        public let file: URL
        public let heldOut: URL?
        /// A model folder or the name of a registered base, and what it is as a path.
        public let base: (name: String, folder: URL)?
        public let group: String?
        public let maxLength: Int?

        public init(
            subject: String, file: URL, heldOut: URL? = nil, base: (name: String, folder: URL)? = nil, group: String? = nil,
            maxLength: Int? = nil
        ) {
            self.subject = subject
            self.file = file
            self.heldOut = heldOut
            self.base = base
            self.group = group
            self.maxLength = maxLength
        }
    }

    /// The adapter whose data it is, when one was named.
    public let adapter: AdapterName?
    public let file: URL
    public let heldOut: URL?
    public let base: DoctorBase?
    public let group: String?

    /// - Parameter workspace: opens the registry; asked only for what is no path.
    /// - Throws: what is wrong with the adapter's declaration or the base.
    public init(_ request: Request, in workspace: () throws -> Workspace) throws {
        group = request.group
        var options = TrainingOptions()
        options.maxLength = request.maxLength
        let named = try request.base.map { try BaseLocation(named: $0.name, folder: $0.folder, in: workspace) }
        if FileManager.default.fileExists(atPath: request.file.path) || request.subject.contains("/")
            || request.subject.contains(".")
        {
            (adapter, file, heldOut) = (nil, request.file, request.heldOut)
            base = try named.map { try DoctorBase(request.base?.name ?? "", $0.folder) { try $0.plan(typed: options) } }
        } else {
            let workspace = try workspace()
            let declaration = try workspace.registry.adapter(named: request.subject)
            adapter = declaration.name
            file = workspace.layout.resolve(declaration.data.train)
            heldOut = request.heldOut ?? workspace.layout.resolve(declaration.data.heldOut)
            let location = try named ?? BaseLocation(workspace.registry.base(named: declaration.base.text), in: workspace)
            guard FileManager.default.fileExists(atPath: location.folder.path) else {
                throw TaskError.baseGone(declaration.base, path: location.folder.path)
            }
            let name = request.base?.name ?? declaration.base.text
            base = try DoctorBase(name, location.folder) { try declaration.plan(on: $0, typed: options) }
        }
    }

    /// - Parameter checking: asked now and then; what it throws ends the check.
    /// - Throws: `DoctorError` when a file cannot be read, or held-out rows are not those that were frozen.
    public func run(checking: () throws -> Void = {}) throws -> DataCheck {
        try heldOut.map { try FrozenHeldOut.require($0) }
        return try DataCheck(file, heldOut: heldOut, base: base, group: group, checking: checking)
    }

    /// One row as the base reads it; nil where no base is known.
    public func mask(ofRow line: Int) throws -> MaskView? {
        try base.map { try MaskView(line: line, of: file, base: $0) }
    }
}

extension ModelConfiguration {
    fileprivate func plan(typed: TrainingOptions) throws -> TrainingPlan {
        try TrainingPlan(typed: typed, declared: TrainingOptions(), stored: storedPrecision, positions: positionLimit)
    }
}

extension DoctorBase {
    /// - Parameter plan: what says how long rows may be and what of them is learned.
    init(_ name: String, _ folder: URL, plan: (ModelConfiguration) throws -> TrainingPlan) throws {
        let configuration = try ModelConfiguration(folder: folder)
        let tokenizer = try Tokenizer(folder: folder)
        let plan = try plan(configuration)
        self.init(
            name: name, encoder: RowEncoder(tokenizer: tokenizer, vocabularySize: configuration.vocabularySize, plan: plan),
            tokenizer: tokenizer, maxLength: plan.maxLength, endTokens: configuration.endTokens)
    }
}
