import Adapters
import DurableFiles
import Foundation
import Registry
import Reports
import StrictJSON
import Training

/// The curves that a trainer_state.json holds.
public struct TrainingCurves: Sendable {
    public let loss: Chart
    public let learningRate: Chart
    public let gradientNorm: Chart

    public init(_ trainerState: JSONValue) {
        let history = trainerState["log_history"]?.arrayValue ?? []
        func curve(_ name: String, _ key: String) -> Chart.Curve {
            Chart.Curve(
                name,
                history.compactMap { entry in
                    guard let step = entry["step"]?.intValue, let value = entry[key]?.doubleValue else { return nil }
                    return Chart.Point(step, value)
                })
        }
        loss = Chart("Loss per token", [curve("training", "loss"), curve("held-out", "eval_loss")])
        learningRate = Chart("Learning rate", [curve("learning rate", "learning_rate")])
        gradientNorm = Chart("Gradient norm before clipping", [curve("gradient norm", "grad_norm")])
    }

    /// Of a candidate, a checkpoint, or what another trainer left.
    ///
    /// - Throws: `ReportError.noTrainerState`.
    public init(inFolder folder: URL) throws {
        let file = folder.appending(path: TrainerState.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { throw ReportError.noTrainerState(path: folder.path) }
        try self.init(JSONValue(parsing: FileBytes.contents(of: file, limit: 256_000_000)))
    }

    public var all: [Chart] { [loss, learningRate, gradientNorm].filter { !$0.isEmpty } }
}

extension Workspace {
    /// - Parameter text: a version or an alias. Of a bare name the run that was begun and is not over, as its last checkpoint knows it; else
    ///   the version in production, else the latest.
    public func curves(of text: String) throws -> (title: String, curves: TrainingCurves) {
        let reference = try VersionReference(text)
        if reference.selector == nil {
            try requireKnown(reference.adapter)
            if let run = try registry.runs(of: reference.adapter).last, let curves = try curves(of: run, reference.adapter) {
                return ("\(reference.adapter) \(run.id), \(run.standing)", curves)
            }
        }
        let version = try reportedVersion(reference)
        guard let state = try versions.contents(of: TrainerState.fileName, in: version) else {
            throw ReportError.noCurves(version)
        }
        return ("\(version)", TrainingCurves(try JSONValue(parsing: state)))
    }

    /// Nil for a run that is over, or has saved nothing yet.
    private func curves(of run: Run, _ adapter: AdapterName) throws -> TrainingCurves? {
        guard run.end == nil || run.state == .interrupted else { return nil }
        let checkpoints = CheckpointStore(layout.staging(of: run.id, for: adapter).appending(path: TrainAdapter.checkpoints))
        guard let step = try checkpoints.steps().last else { return nil }
        return try TrainingCurves(inFolder: checkpoints.folder(ofStep: step))
    }

    /// What a bare name means to who looks back: the version in production, else the latest.
    func reportedVersion(_ reference: VersionReference) throws -> VersionID {
        if reference.selector == nil, let inUse = try registry.aliases(of: reference.adapter)[.production] { return inUse }
        return try registry.resolve(reference)
    }
}

/// Why nothing can be reported.
public enum ReportError: Error, Hashable {
    /// It brought no trainer_state.json, as one that was adopted.
    case noCurves(VersionID)
    case noTrainerState(path: String)
    /// Something stands where the report should.
    case exists(path: String)
}
