import DurableFiles
import Faults
import Foundation
import Llama
import StrictJSON
import Tensors
import Tokenizers
import Training

/// Trains one base on the same rows for the same steps by every method, each in a process of its own so that its peak memory is its own,
/// and holds what each leaves against a full fine-tune.
///
/// ```
/// OUT/qlora, OUT/lora, OUT/full            what the trainings leave
/// OUT/qlora.json, OUT/lora.json, OUT/full.json   their reports; a comparison that was stopped goes on after the last one
/// OUT/comparison.json                      the table
/// ```
public struct CompareMethods {
    /// One method's training and the command that does it.
    public struct Part: Sendable {
        public let method: TrainingMethod
        public let request: TrainFolder.Request
        /// What stands behind the program's name; writes its report to `report`.
        public let words: [String]
        public let report: URL

        public init(method: TrainingMethod, request: TrainFolder.Request, words: [String], report: URL) {
            self.method = method
            self.request = request
            self.words = words
            self.report = report
        }
    }

    public enum Event: Sendable {
        /// Before a training; its words make it again.
        case training(TrainingMethod, words: [String])
        /// Done before this comparison was stopped and gone on with.
        case known(TrainingMethod)
        case measuring(subject: String, done: Int, rows: Int)
    }

    public enum Outcome: Sendable {
        case finished(MethodComparison)
        case interrupted(TrainingMethod)
    }

    public static let file = "comparison.json"

    private let output: URL
    private let parts: [(part: Part, training: TrainFolder)]

    /// Reads every plan and the data, so that what is wrong with one of them shows before any training.
    public init(_ parts: [Part], output: URL, workingFolder: URL, cache: WeightCache?) throws {
        self.output = output
        self.parts = try parts.map { ($0, try TrainFolder($0.request, workingFolder: workingFolder, cache: cache)) }
    }

    /// The trainings as they will be, in the order of the table.
    public var trainings: [(method: TrainingMethod, training: TrainFolder)] { parts.map { ($0.part.method, $0.training) } }

    /// The method that takes most memory is the first, so that what does not fit shows early.
    ///
    /// - Parameter run: does a training by its words and says how its process ended.
    public func run(
        _ run: (_ words: [String]) throws -> TrainingProcess.Ending, observe: (Event) throws -> Void
    ) throws -> Outcome {
        try DurableFile.prepare(output)
        for (part, training) in parts.reversed() {
            if try isDone(part, training) {
                try observe(.known(part.method))
                continue
            }
            try Candidate.requireVacant(part.request.output)
            try observe(.training(part.method, words: part.words))
            switch try run(part.words) {
            case .finished: break
            case .interrupted: return .interrupted(part.method)
            case .failed(let how): throw ComparisonError.trainingFailed(part.method, how)
            }
        }
        let comparison = try measured(observe)
        let text = comparison.json.report(MethodComparison.schema).text(.pretty) + "\n"
        try DurableFile.write(Data(text.utf8), to: output.appending(path: Self.file))
        return .finished(comparison)
    }

    /// Whether the training was done by these very options on these rows.
    private func isDone(_ part: Part, _ training: TrainFolder) throws -> Bool {
        guard FileManager.default.fileExists(atPath: part.report.path) else { return false }
        guard try JSONValue(contentsOf: part.report)["inputs"] == training.inputs() else {
            throw ComparisonError.otherComparison(report: part.report.path)
        }
        return true
    }

    private func measured(_ observe: (Event) throws -> Void) throws -> MethodComparison {
        let examination = try MethodExamination(of: parts[0].training)
        func examine(_ subject: String, _ model: LlamaModel, _ adapter: LoRAAdapter? = nil) throws -> HeldOutQuality {
            try examination.quality(of: model, adapter) { try observe(.measuring(subject: subject, done: $0, rows: $1)) }
        }
        let base = try examine("base", parts[0].training.base())
        let entries = try parts.map { part, training in
            let (model, adapter) = try training.trained(in: part.request.output)
            return MethodComparison.Entry(
                method: part.method, learningRate: training.plan.learningRate, folder: part.request.output,
                report: try MethodReport(reading: part.report, of: part.request.output),
                quality: try examine(part.method.rawValue, model, adapter))
        }
        return MethodComparison(
            base: base, entries: entries, metric: examination.metric, rows: examination.rowCount)
    }
}

extension TrainFolder {
    /// What tells two trainings from folders apart.
    public func inputs() throws -> JSONValue {
        [
            "base": .string("\(try BaseFiles(request.base).digest(known: cache?.digests))"),
            "plan": .string("\(plan.digest)"), "data": .string("\(dataset.digest)"),
            "held_out": supervision.heldOut.map { .string("\($0.digest)") } ?? .null,
            "dtype": request.storedType.map { .string($0.rawValue) } ?? .null,
        ]
    }

    /// How many numbers the training moves.
    public func trainedParameters() throws -> Int { plan.trainedParameters(of: try ModelConfiguration(folder: request.base)) }

    /// The base, unquantized, as it computes before any training.
    fileprivate func base() throws -> LlamaModel {
        let precision: BasePrecision = plan.precision == .bf16 ? .bf16 : .fp32
        return try LlamaModel(folder: request.base, precision: precision, arithmetic: plan.precision)
    }

    /// What a finished training left, opened in the precision that it was trained in.
    fileprivate func trained(in folder: URL) throws -> (model: LlamaModel, adapter: LoRAAdapter?) {
        guard plan.method.trainsAdapter else {
            let precision: BasePrecision = plan.precision == .bf16 ? .bf16 : .fp32
            return (try LlamaModel(folder: folder, precision: precision, arithmetic: plan.precision), nil)
        }
        let model = try LlamaModel(
            folder: request.base, precision: plan.storage, arithmetic: plan.precision, cache: cache, streams: fit.streams)
        return (model, try PEFTFolder(reading: folder, for: model.configuration).adapter)
    }
}

/// Why methods cannot be compared.
public enum ComparisonError: Error, Hashable {
    case trainingFailed(TrainingMethod, TrainingProcess.Failure)
    /// The folder holds the report of a training with other options or rows.
    case otherComparison(report: String)
    case unreadableReport(String)
}

extension ComparisonError: Explained {
    public var explanation: Explanation {
        switch self {
        case .trainingFailed(let method, .status(let status)):
            Explanation(
                "The training by method \(method.rawValue) ended with status \(status).",
                next: "Mend what it says above; the same command goes on from there.")
        case .trainingFailed(let method, .signal(let signal)):
            Explanation(
                "The training by method \(method.rawValue) was ended by signal \(signal).",
                next: "Signal 9 is often the system running out of memory: lower --batch-size or --max-length.")
        case .otherComparison(let report):
            Explanation(
                "The output folder holds a comparison with other options or rows.", at: report,
                next: "Name another --out, or remove this one.", kind: .usage)
        case .unreadableReport(let report):
            Explanation(
                "The report of a training cannot be read.", at: report, next: "Remove it with the folder of its method.",
                kind: .integrity)
        }
    }
}
