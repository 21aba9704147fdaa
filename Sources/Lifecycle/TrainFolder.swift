import DurableFiles
import Foundation
import Llama
import Registry
import Tokenizers
import Training

/// A training without a registry: base, data and output are folders, and nothing else is touched.
public struct TrainFolder {
    public struct Request: Sendable {
        public let base: URL
        /// What the adapter's configuration calls the base.
        public let baseName: String
        public let data: URL
        public let output: URL
        /// A PEFT folder to start from; nil starts from a fresh adapter.
        public let initialAdapter: URL?
        public let options: TrainingOptions

        public init(
            base: URL, baseName: String, data: URL, output: URL, initialAdapter: URL?, options: TrainingOptions
        ) {
            self.base = base
            self.baseName = baseName
            self.data = data
            self.output = output
            self.initialAdapter = initialAdapter
            self.options = options
        }

        /// Where checkpoints are kept: beside the output, which appears only when it is whole.
        public var checkpoints: URL {
            output.deletingLastPathComponent().appending(path: output.lastPathComponent + ".checkpoints")
        }
    }

    public enum Outcome: Sendable {
        case finished(Candidate)
        case interrupted(step: Int)
    }

    public let request: Request
    public let plan: TrainingPlan
    public let report: DataReport
    private let dataset: Dataset

    /// Reads plan and data; the model is opened only by `run`.
    public init(_ request: Request) throws {
        self.request = request
        let configuration = try ModelConfiguration(folder: request.base)
        // What continues an adapter keeps its form unless something else is typed.
        let parent = try request.initialAdapter.map { try PEFTFolder(reading: $0, for: configuration).adapter }
        plan = try TrainingPlan(
            typed: request.options, declared: parent.map { TrainingOptions(formOf: $0) } ?? TrainingOptions(),
            stored: configuration.storedPrecision)
        let encoder = RowEncoder(
            tokenizer: try BaseTokenizer.ifPresent(in: request.base), vocabularySize: configuration.vocabularySize,
            plan: plan)
        dataset = try Dataset(try DataFile(contentsOf: request.data), encoder: encoder)
        report = DataReport(dataset)
    }

    public func run(shouldStop: () -> Bool, observe: (TrainingEvent) -> Void) throws -> Outcome {
        let job = TrainingJob(
            plan: plan, base: request.base, baseReference: BaseReference(name: request.baseName), dataset: dataset,
            parent: request.initialAdapter, checkpoints: request.checkpoints, output: request.output)
        let engine = BuiltInEngine(model: try LlamaModel(folder: request.base, precision: plan.precision))
        switch try engine.train(job, shouldStop: shouldStop, observe: observe) {
        case .finished(let candidate): return .finished(candidate)
        case .interrupted(let step): return .interrupted(step: step)
        }
    }
}
