import Adapters
import Digests
import Foundation
import Llama
import Metrics
import Registry
import StrictJSON
import Suites
import Training

/// Everything beside the weights that shapes what is measured on an adapter's held-out rows.
struct MeasuringConditions {
    let base: BaseDeclaration
    private let json: JSONValue
    /// Those of the model alone, whatever it is asked.
    private let model: [(String, JSONValue)]
    /// The file of the declared prompt; nil without one.
    private let prompt: URL?

    init(
        _ declaration: AdapterDeclaration, base: BaseDeclaration, plan: TrainingPlan, heldOut: ContentDigest,
        in layout: RegistryLayout
    ) throws {
        self.base = base
        prompt = declaration.prompt.map(layout.resolve)
        model = [
            ("base", .string("\(base.digest)")), ("precision", .string(plan.precision.rawValue)),
            ("storage", .string(plan.storage.rawValue)), ("max_length", .integer(plan.maxLength)),
            ("chat_date", .string("\(plan.chatDate)")),
        ]
        // keys are digested sorted, so that earlier evidence is found whatever their order here
        var object = JSONObject(
            model + [
                ("held_out", .string("\(heldOut)")), ("metric", declaration.metric.json),
                ("labels", .array(declaration.labels.map { .string($0) })),
            ])
        if let scorer = try declaration.metric.scorerFiles(in: layout) { object["scorer"] = scorer }
        json = .object(object)
    }

    /// Those that hold now, without opening the base.
    ///
    /// - Throws: what is wrong with base, plan or held-out rows: nothing was measured under such conditions.
    init(of declaration: AdapterDeclaration, in workspace: Workspace) throws {
        let base = try workspace.registry.base(named: declaration.base.text)
        let configuration = try ModelConfiguration(folder: workspace.layout.resolve(base.folder))
        let heldOut = try DatasetVersion.Split(of: workspace.layout.resolve(declaration.data.heldOut))
        try self.init(
            declaration, base: base, plan: try declaration.plan(on: configuration), heldOut: heldOut.digest,
            in: workspace.layout)
    }

    /// Under which measurements of the base alone are kept.
    var baseKey: RecordedMeasurement.Key {
        RecordedMeasurement.Key(kind: "base_error", subject: base.digest, conditions: json)
    }

    /// Under which measurements of the base behind the declared prompt are kept; nil without one.
    ///
    /// - Throws: why the prompt cannot be read; nothing else is measured under it.
    func promptedKey() throws -> RecordedMeasurement.Key? {
        guard let prompt else { return nil }
        var object = json.objectValue ?? JSONObject()
        object["prompt"] = .string("\(try ContentDigest(ofFile: prompt))")
        return RecordedMeasurement.Key(kind: "prompted_base_error", subject: base.digest, conditions: .object(object))
    }

    /// Under which measurements of an out-of-domain suite are kept, of the base alone.
    func baseKey(of suite: Suite) -> RecordedMeasurement.Key {
        let asked: [(String, JSONValue)] = [("suite", .string("\(suite.digest)")), ("metric", .string(suite.metric.name))]
        return RecordedMeasurement.Key(
            kind: "suite", subject: base.digest, conditions: .object(JSONObject(model + asked)))
    }

    /// Under which is kept what a version answered to the permanent probes of its adapter.
    func probeKey(of commit: CommitID, _ probes: ContentDigest) -> RecordedMeasurement.Key {
        var object = json.objectValue ?? JSONObject()
        object["probes"] = .string("\(probes)")
        return RecordedMeasurement.Key(
            kind: "kept_probes", subject: ContentDigest(of: Array("\(commit)".utf8)), conditions: .object(object))
    }

    /// Under which is kept whether a version works at all.
    func soundnessKey(of commit: CommitID) -> RecordedMeasurement.Key {
        RecordedMeasurement.Key(
            kind: "soundness", subject: ContentDigest(of: Array("\(commit)".utf8)), conditions: json)
    }

    /// Under which measurements of a version are kept; its commit stands for its weights.
    func key(of commit: CommitID) -> RecordedMeasurement.Key {
        let subject = ContentDigest(of: Array("\(commit)".utf8))
        return RecordedMeasurement.Key(kind: "evaluation", subject: subject, conditions: json)
    }
}

extension TaskMetric {
    /// The digests of those words of a scorer's command that are files of the registry: another script is another metric.
    func scorerFiles(in layout: RegistryLayout) throws -> JSONValue? {
        guard case .external(let command) = self else { return nil }
        let files = command.text.split(whereSeparator: \.isWhitespace).map(String.init).filter { word in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: layout.resolve(word).path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        return .object(
            try files.reduce(into: JSONObject()) { object, word in
                object[word] = .string("\(try ContentDigest(ofFile: layout.resolve(word)))")
            })
    }
}
