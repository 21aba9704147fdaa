import Foundation
import Llama

/// The base of a run as its method uses it.
public enum TrainingBase: Sendable {
    /// Beneath an adapter, in the precision of the plan.
    case frozen(LlamaModel)
    /// Trained itself: its weights are the run's own, so only its form is needed.
    case trained(ModelForm)

    /// - Parameters:
    ///   - cache: where quantized linears are kept; nil quantizes them in memory.
    ///   - streams: for a frozen base larger than the memory it may take.
    /// - Throws: what is wrong with the folder.
    public init(opening folder: URL, for plan: TrainingPlan, cache: WeightCache? = nil, streams: Bool = false) throws {
        self =
            plan.method.trainsAdapter
            ? .frozen(
                try LlamaModel(
                    folder: folder, precision: plan.storage, arithmetic: plan.precision, cache: cache, streams: streams))
            : .trained(try ModelForm(folder: folder, arithmetic: plan.precision))
    }

    public var configuration: ModelConfiguration {
        switch self {
        case .frozen(let model): model.configuration
        case .trained(let form): form.configuration
        }
    }

    /// The model that computes with these weights.
    ///
    /// A trained model shares the masters' memory where it does not round them: whoever updates them lets go of it first.
    func model(with weights: TrainedWeights) throws -> LlamaModel {
        switch self {
        case .frozen(let model): return model
        case .trained(let form):
            guard let masters = weights.model else { preconditionFailure("a model that is trained brings its weights") }
            return try LlamaModel(form, masters: masters)
        }
    }
}
