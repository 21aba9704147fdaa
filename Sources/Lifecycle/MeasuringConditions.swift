import Adapters
import DurableFiles
import Foundation
import Llama
import Registry
import StrictJSON
import Training

/// Everything beside the weights that shapes what is measured on an adapter's held-out rows.
struct MeasuringConditions {
    let base: BaseDeclaration
    private let json: JSONValue

    init(_ declaration: AdapterDeclaration, base: BaseDeclaration, plan: TrainingPlan, heldOut: ContentDigest) {
        self.base = base
        json = [
            "base": .string("\(base.digest)"),
            "held_out": .string("\(heldOut)"),
            "metric": .string(declaration.metric.evaluationMetric.rawValue),
            "labels": .array(declaration.labels.map { .string($0) }),
            "precision": .string(plan.precision.rawValue),
            "storage": .string(plan.storage.rawValue),
            "max_length": .integer(plan.maxLength),
            "chat_date": .string("\(plan.chatDate)"),
        ]
    }

    /// Those that hold now, without opening the base.
    ///
    /// - Throws: what is wrong with base, plan or held-out rows: nothing was measured under such conditions.
    init(of declaration: AdapterDeclaration, in workspace: Workspace) throws {
        let base = try workspace.registry.base(named: declaration.base.text)
        let configuration = try ModelConfiguration(folder: workspace.layout.resolve(base.folder))
        let heldOut = try DatasetVersion.Split(of: workspace.layout.resolve(declaration.data.heldOut))
        self.init(declaration, base: base, plan: try declaration.plan(on: configuration), heldOut: heldOut.digest)
    }

    /// Under which measurements of the base alone are kept.
    var baseKey: RecordedMeasurement.Key {
        RecordedMeasurement.Key(kind: "base_error", subject: base.digest, conditions: json)
    }

    /// Under which measurements of a version are kept; its commit stands for its weights.
    func key(of commit: CommitID) -> RecordedMeasurement.Key {
        let subject = ContentDigest(of: Array("\(commit)".utf8))
        return RecordedMeasurement.Key(kind: "evaluation", subject: subject, conditions: json)
    }
}
