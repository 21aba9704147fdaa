import Foundation
import Llama
import Training

/// What is typed about an estimate.
public struct ForecastRequest: Sendable {
    /// Runs two steps to learn this machine's speed.
    public let probes: Bool
    /// US dollars for an hour of this machine.
    public let pricePerHour: Double?

    public init(probes: Bool, pricePerHour: Double?) {
        self.probes = probes
        self.pricePerHour = pricePerHour
    }

    /// - Parameter open: reads the model, for the probe alone.
    func estimate(
        _ configuration: ModelConfiguration, _ fit: MemoryFit, _ dataset: Dataset, _ supervision: RunSupervision,
        open: () throws -> TrainingBase
    ) throws -> TrainingEstimate {
        let (clock, examples) = (ContinuousClock(), dataset.examples)
        let start = clock.now
        let speed =
            probes
            ? try TrainingProbe.tokensPerSecond(
                open(), plan: fit.plan, layout: fit.layout, examples: examples,
                seconds: { (clock.now - start) / .seconds(1) }) : nil
        return TrainingEstimate(
            model: configuration, fit: fit, rows: examples,
            extensionFactor: supervision.heldOut?.limits.extensionFactor ?? 1,
            physicalMemory: Int(clamping: ProcessInfo.processInfo.physicalMemory), probed: speed, pricePerHour: pricePerHour)
    }
}

extension TrainAdapter {
    public func estimate(_ request: ForecastRequest) throws -> TrainingEstimate {
        try request.estimate(ModelConfiguration(folder: task.baseFolder), fit, task.dataset, supervision) {
            try TrainingBase(opening: task.baseFolder, for: plan, cache: workspace.weights, streams: fit.streams)
        }
    }
}

extension TrainFolder {
    public func estimate(_ forecast: ForecastRequest) throws -> TrainingEstimate {
        try forecast.estimate(ModelConfiguration(folder: request.base), fit, dataset, supervision, open: open)
    }
}
