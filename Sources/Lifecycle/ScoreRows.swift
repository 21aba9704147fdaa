import Foundation
import Llama
import StrictJSON
import Tokenizers
import Training

/// The likelihood of each row of a file under a base, with or without an adapter.
public struct ScoreRows: Sendable {
    /// One row's score with its place in the file.
    public struct Row: Sendable, Hashable {
        public let line: Int
        public let score: RowScore

        public var json: JSONValue { .object(JSONObject([("line", .integer(line))] + score.members)) }
    }

    private let model: LlamaModel
    private let adapter: LoRAAdapter?
    private let encoder: RowEncoder

    /// - Parameter plan: says how rows are encoded: maximal length, what is supervised, the day that templates see.
    public init(base: URL, adapter: URL?, precision: BasePrecision, plan: TrainingPlan, cache: WeightCache? = nil) throws {
        let model = try LlamaModel(folder: base, precision: precision, arithmetic: precision.arithmetic, cache: cache)
        self.adapter = try adapter.map { try PEFTFolder(reading: $0, for: model.configuration).adapter }
        self.model = model
        encoder = RowEncoder(
            tokenizer: try BaseTokenizer.ifPresent(in: base), vocabularySize: model.configuration.vocabularySize, plan: plan)
    }

    public func run(_ data: URL, progress: (_ done: Int, _ rows: Int) throws -> Void) throws -> [Row] {
        let file = try DataFile(contentsOf: data)
        let rows = try file.rows.map { row in try encoder.encode(row, of: file.path) }
        let scores = try RowScoring.score(rows, model: model, adapter: adapter) { try progress($0, rows.count) }
        return zip(rows, scores).map { Row(line: $0.line, score: $1) }
    }
}

/// The tokenizer of a base folder; a folder without one can still read rows that are tokens already.
enum BaseTokenizer {
    static func ifPresent(in folder: URL) throws -> Tokenizer? {
        let file = folder.appending(path: "tokenizer.json")
        return FileManager.default.fileExists(atPath: file.path) ? try Tokenizer(folder: folder) : nil
    }
}
