import StrictJSON

/// What a run remembers of itself beside the weights: its log, what the run rule and the watchdog have seen.
///
/// It belongs to every checkpoint, so that a resumed run writes the same log and decides the same.
public struct RunRecord: Sendable, Hashable {
    public internal(set) var log = TrainingLog()
    public internal(set) var watchdog = LossWatchdog()
    public internal(set) var evaluations: [RunEvaluation] = []
    /// Losses of the steps since the last evaluation.
    var lossesSinceEvaluation: [Double] = []
    /// The last step before the losses that the watchdog growls at.
    var soundStep = 0

    public init() {}

    /// Adds a step; returns whether the watchdog stops the run.
    mutating func note(_ report: StepReport, _ supervision: RunSupervision?) -> Bool {
        guard let supervision else { return false }
        if supervision.heldOut != nil { lossesSinceEvaluation.append(report.loss) }
        let barks = watchdog.barks(at: report.loss, supervision.watchdog)
        if watchdog.streak == 0 { soundStep = report.step }
        return barks
    }

    /// Adds a look at the held-out rows.
    mutating func evaluated(_ heldOutLoss: Double, afterStep step: Int) -> RunEvaluation {
        let training = lossesSinceEvaluation.reduce(0, +) / Double(max(1, lossesSinceEvaluation.count))
        let evaluation = RunEvaluation(step: step, heldOutLoss: heldOutLoss, trainingLoss: training)
        evaluations.append(evaluation)
        lossesSinceEvaluation = []
        return evaluation
    }
}

extension RunRecord {
    var json: JSONValue {
        [
            "log": log.json, "watchdog": watchdog.json, "sound_step": .integer(soundStep),
            "evaluations": .array(evaluations.map(\.json)),
            "losses_since_evaluation": .array(lossesSinceEvaluation.map { .number($0) }),
        ]
    }

    init?(_ json: JSONValue) {
        guard let log = json["log"].flatMap(TrainingLog.init), let watchdog = json["watchdog"].flatMap(LossWatchdog.init),
            let soundStep = json["sound_step"]?.intValue, let written = json["evaluations"]?.arrayValue,
            let losses = json["losses_since_evaluation"]?.arrayValue
        else { return nil }
        self.log = log
        self.watchdog = watchdog
        self.soundStep = soundStep
        evaluations = written.compactMap(RunEvaluation.init)
        lossesSinceEvaluation = losses.compactMap(\.doubleValue)
        let ascends = zip(evaluations, evaluations.dropFirst()).allSatisfy { $0.step < $1.step }
        guard evaluations.count == written.count, lossesSinceEvaluation.count == losses.count, ascends else { return nil }
    }
}
