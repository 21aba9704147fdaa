import Adapters
import Digests
import DurableFiles
import Export
import Foundation
import Llama
import Policies
import StrictJSON
import Tensors
import Training

/// Folds an adapter into its base in each way there is, measures what that loses, and writes the best.
public struct MergeAdapter {
    /// What becomes of the best.
    public enum Output: Sendable, Hashable {
        /// - Parameter replaces: whether a folder that an earlier merge wrote gives way.
        case folder(URL, replaces: Bool)
        /// It is only measured; where it would have been written, if anybody said so.
        case nothing(insteadOf: URL?)

        public var folder: URL? {
            switch self {
            case .folder(let folder, _): folder
            case .nothing(let folder): folder
            }
        }

        var isWritten: Bool { if case .folder = self { true } else { false } }
    }

    public struct Request: Sendable {
        public let output: Output
        /// What floating-point numbers are stored as; nil as the base stores them.
        public let type: FloatType?
        /// Bytes of one weight file.
        public let shardSize: Int
        /// Those that are measured; empty for all.
        public let candidates: [MergeCandidate]
        /// Limits that were typed in place of the policy's.
        public let rules: RuleOptions

        public init(
            output: Output, type: FloatType?, shardSize: Int = ModelShards.standardSize, candidates: [MergeCandidate] = [],
            rules: RuleOptions = RuleOptions()
        ) {
            self.output = output
            self.type = type
            self.shardSize = shardSize
            self.candidates = candidates
            self.rules = rules
        }
    }

    public struct RuleOptions: Sendable, Hashable {
        public var largestDivergence: Double?
        public var leastAgreement: Double?
        public var largestLoss: Double?

        public init(largestDivergence: Double? = nil, leastAgreement: Double? = nil, largestLoss: Double? = nil) {
            self.largestDivergence = largestDivergence
            self.leastAgreement = leastAgreement
            self.largestLoss = largestLoss
        }
    }

    private let subject: MergeSubject
    private let request: Request
    private let rules: MergeRules

    public init(_ subject: MergeSubject, _ request: Request) {
        self.subject = subject
        self.request = request
        rules = MergeRules(
            largestDivergence: request.rules.largestDivergence ?? subject.rules.largestDivergence,
            leastAgreement: request.rules.leastAgreement ?? subject.rules.leastAgreement,
            largestLoss: request.rules.largestLoss ?? subject.rules.largestLoss)
    }

    /// - Parameter progress: hears what is measured, then how many bytes are written; may throw to stop.
    public func run(now: Timestamp, progress: @escaping Examiner.Progress) throws -> MergeOutcome {
        let workshop = try MergeWorkshop(for: request.output, temporaryFolder: FileManager.default.temporaryDirectory)
        defer { workshop.close() }
        PooledMemory.bound(pooledBytes)
        defer { PooledMemory.bound(.max) }
        let sources = try MergeSources(
            base: subject.baseFolder, configuration: subject.configuration, adapter: subject.adapter, storage: subject.storage,
            cache: subject.cache, workshop: workshop.folder,
            rounding: request.type.map { .to($0) } ?? .asStored)
        let chosen = try candidates(sources)
        // every candidate has the same shapes
        let shapes = try StreamedWeights(sources.tensors, rounding: sources.rounding)
        let size = try MergedModel(shapes, of: subject.configuration).byteCount
        let written = request.output.isWritten ? size + Self.companionBytes : 0
        try workshop.requireRoom(for: sources.workshopBytes(for: chosen) + written)
        let weights = try chosen.map { ($0, try checked(sources.weights(of: $0, workshop: workshop.folder))) }
        let examiner = MergeExaminer(
            subject: subject, sources: sources, arithmetic: try arithmetic(sources), now: now, progress: progress)
        let measured = try examiner.run(weights)
        let best = rules.best(of: measured.map(\.facts))
        let outcome = MergeOutcome(
            subject: subject, rules: rules, measurements: measured, chosen: best, folder: request.output.folder,
            type: request.type, size: size, isWritten: best != nil && request.output.isWritten, at: now)
        if let best {
            try workshop.publish { draft in try write(weights[best].1, outcome, to: draft, size: size, progress) }
        }
        try record(outcome, now: now)
        return outcome
    }

    /// Room for what lies beside the weights: the tokenizer above all.
    private static let companionBytes = 64 << 20

    /// Two layers' worth, and what a batch of rows takes.
    private var pooledBytes: Int {
        let layer = subject.configuration.linearModules.prefix { $0.layer == 0 }.reduce(0) { $0 + $1.inputs * $1.outputs }
        return 2 * 2 * layer + 300 << 20
    }

    private func candidates(_ sources: MergeSources) throws -> [MergeCandidate] {
        let possible = sources.candidates
        guard !request.candidates.isEmpty else { return possible }
        if let absent = request.candidates.first(where: { !possible.contains($0) }) {
            throw MergeError.impossible(absent, possible: possible)
        }
        return possible.filter { request.candidates.contains($0) }
    }

    /// Brain floats where the merged model is stored in them and the training computed with them.
    private func arithmetic(_ sources: MergeSources) throws -> Arithmetic {
        guard subject.arithmetic == .bf16 else { return .fp32 }
        let stored = try request.type ?? sources.trainingBase().storedType(of: "model.embed_tokens.weight")
        return stored == .bf16 ? .bf16 : .fp32
    }

    private func checked(_ weights: StreamedWeights) throws -> StreamedWeights {
        try weights.check(subject.configuration)
        return weights
    }

    private func write(
        _ weights: StreamedWeights, _ outcome: MergeOutcome, to draft: URL, size: Int, _ progress: @escaping Examiner.Progress
    ) throws {
        let model = try MergedModel(weights, of: subject.configuration)
        try progress(Self.writing, 0, size)
        try model.write(to: draft, shardSize: request.shardSize) { try progress(Self.writing, $0, size) }
        try BaseFiles(subject.baseFolder).copyTemplates(to: draft)
        try DurableFile.write(outcome.json.data(.pretty), to: draft.appending(path: MergeWorkshop.evidenceFile))
        try DurableFile.write(Data(outcome.card.utf8), to: draft.appending(path: ModelCard.fileName))
        try DigestList.write(in: draft)
    }

    /// What `progress` is told while bytes, not rows, are counted.
    public static let writing = "bytes"

    /// Kept beside the version, whatever came of it.
    private func record(_ outcome: MergeOutcome, now: Timestamp) throws {
        guard let released = subject.released, released.workspace.registry.access == .readWrite else { return }
        let key = released.conditions.mergeKey(of: released.record.published.commit, storedAs: request.type)
        try released.workspace.registry.record(
            RecordedMeasurement(key: key, adapter: released.record.version.adapter, result: outcome.json, at: now))
    }
}
