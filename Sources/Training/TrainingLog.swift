import StrictJSON

/// The losses of a run at the pace of `logging_steps`.
public struct TrainingLog: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public let epoch: Double
        public let gradNorm: Double
        public let learningRate: Double
        /// Mean of the step losses since the entry before.
        public let loss: Double
        public let step: Int
    }

    public private(set) var entries: [Entry] = []
    /// Tokens read since the run began.
    public private(set) var tokensSeen = 0
    /// Losses of the steps since the last entry.
    private var pending: [Double] = []

    public init() {}

    /// Adds a step; it makes an entry at every multiple of `loggingSteps` and at the last planned step.
    public mutating func record(_ report: StepReport, loggingSteps: Int, lastStep: Int) {
        tokensSeen += report.tokens
        pending.append(report.loss)
        guard report.step.isMultiple(of: loggingSteps) || report.step == lastStep else { return }
        entries.append(
            Entry(
                epoch: report.epoch, gradNorm: report.gradNorm, learningRate: report.learningRate,
                loss: pending.reduce(0, +) / Double(pending.count), step: report.step))
        pending = []
    }
}

extension TrainingLog.Entry {
    /// As an entry of Hugging Face's `log_history`.
    public var json: JSONValue {
        [
            "epoch": .number(epoch), "grad_norm": .number(gradNorm), "learning_rate": .number(learningRate),
            "loss": .number(loss), "step": .integer(step),
        ]
    }

    init?(_ json: JSONValue) {
        guard let epoch = json["epoch"]?.doubleValue, let gradNorm = json["grad_norm"]?.doubleValue,
            let learningRate = json["learning_rate"]?.doubleValue, let loss = json["loss"]?.doubleValue,
            let step = json["step"]?.intValue
        else { return nil }
        self.init(epoch: epoch, gradNorm: gradNorm, learningRate: learningRate, loss: loss, step: step)
    }
}

extension TrainingLog {
    /// Everything that a resumed run needs to write the same log.
    var json: JSONValue {
        [
            "entries": .array(entries.map(\.json)), "pending_losses": .array(pending.map { .number($0) }),
            "tokens_seen": .integer(tokensSeen),
        ]
    }

    init?(_ json: JSONValue) {
        guard let written = json["entries"]?.arrayValue, let waiting = json["pending_losses"]?.arrayValue,
            let tokensSeen = json["tokens_seen"]?.intValue
        else { return nil }
        entries = written.compactMap(Entry.init)
        pending = waiting.compactMap(\.doubleValue)
        self.tokensSeen = tokensSeen
        guard entries.count == written.count, pending.count == waiting.count else { return nil }
    }
}
