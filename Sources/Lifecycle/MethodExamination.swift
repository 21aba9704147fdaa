import Foundation
import Llama
import Training

/// The held-out rows of a training from folders, made ready for any number of models.
struct MethodExamination {
    private let losses: Evaluation
    private let answers: Evaluation?

    /// - Precondition: the training has held-out rows.
    init(of training: TrainFolder) throws {
        guard let heldOut = training.request.heldOut else { preconditionFailure("methods are compared by held-out rows") }
        let file = try DataFile(contentsOf: heldOut)
        let encoder = RowEncoder(
            tokenizer: try BaseTokenizer.ifPresent(in: training.request.base),
            vocabularySize: try ModelConfiguration(folder: training.request.base).vocabularySize, plan: training.plan)
        losses = try Evaluation(file, metric: .loss, encoder: encoder)
        answers = file.hasLabels ? try Evaluation(file, metric: .labelAccuracy, encoder: encoder) : nil
    }

    var metric: EvaluationMetric? { answers?.metric }
    var rowCount: Int { losses.rowCount }

    func quality(
        of model: LlamaModel, _ adapter: LoRAAdapter?, progress: (_ done: Int, _ rows: Int) throws -> Void
    ) throws -> HeldOutQuality {
        let rows = rowCount + (answers?.rowCount ?? 0)
        let loss = try losses.run(on: model, adapter: adapter) { try progress($0, rows) }
        let answered = try answers?.run(on: model, adapter: adapter) { try progress(rowCount + $0, rows) }
        return HeldOutQuality(loss: loss.value ?? .nan, accuracy: answered?.value)
    }
}
