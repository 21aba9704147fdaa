import Adapters
import Digests
import Foundation
import Registry
import StrictJSON
import Versions

@testable import Lifecycle

/// Versions that nobody trained: real commits, tags, journals and rows, with evidence that is written to order.
extension SmallRegistry {
    enum Evidence: CaseIterable {
        case passing
        /// The gate let it in, but on rows that are not declared any more.
        case onOtherRows
        /// From before anybody looked at its effect and at what it makes its base forget.
        case halfLooked
        case refused
        case none
    }

    static let greeter = AdapterNames.greeter

    /// Releases the next version, with weights of that many bytes: those that the version of that number would have, its own when none is
    /// named.
    @discardableResult
    func write(
        _ evidence: Evidence = .passing, weights: Int = 64, filledAs seed: Int? = nil, in workspace: Workspace
    ) throws -> VersionID {
        let (registry, name) = (workspace.registry, Self.greeter)
        let declaration = try registry.adapter(named: name.text)
        let version = try registry.nextVersion(of: name)
        let lease = try registry.lease(name, holder: "a test")
        let start = RunStart(
            adapter: name, base: try registry.base(named: "tiny").identity,
            dataset: try DatasetVersion(
                train: workspace.layout.resolve(declaration.data.train),
                heldOut: workspace.layout.resolve(declaration.data.heldOut)),
            plan: RecordedPlan(json: ["seed": .integer(version.number)], digest: ContentDigest(of: [UInt8(version.number)])),
            at: Self.moment(version.number))
        let run = try registry.beginRun(start, under: lease)
        let lineage = Lineage(
            version: version, parent: nil, run: run.id, base: start.base, dataset: start.dataset, plan: start.plan,
            metrics: [NamedMetric("error", 0.25)], startedAt: start.at, finishedAt: start.at, madeBy: "a test")
        let candidate = folder.url.appending(path: "candidate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: candidate, withIntermediateDirectories: true)
        try lineage.data.write(to: candidate.appending(path: Lineage.fileName))
        try Data((0..<weights).map { UInt8(truncatingIfNeeded: $0 &* (seed ?? version.number)) })
            .write(to: candidate.appending(path: "adapter_model.safetensors"))
        for (file, data) in files(evidence, start.dataset) { try data.write(to: candidate.appending(path: file)) }
        let commit = try workspace.versions.commit(
            candidate, as: version, message: VersionMessage(subject: "\(version)", trailers: []), author: Self.actor, at: start.at
        )
        try registry.admit(
            PublishedVersion(commit: commit, lineage: lineage, at: start.at),
            on: Occasion(actor: Self.actor, at: start.at, reason: "written"))
        // whoever ran it clears up behind himself
        try FileManager.default.removeItem(at: workspace.layout.staging(of: run.id, for: name))
        return version
    }

    private func files(_ evidence: Evidence, _ dataset: DatasetVersion) -> [(String, Data)] {
        guard evidence != .none else { return [] }
        let rows = evidence == .onOtherRows ? ContentDigest(of: [1]) : dataset.heldOut?.digest
        let count = dataset.heldOut?.rows ?? 8
        func score(right: Int) -> JSONValue {
            ["correct": .string(String(repeating: "1", count: right) + String(repeating: "0", count: count - right))]
        }
        let suites = ["arithmetic", "formats", "instructions", "text"]
        let evaluation: JSONValue = [
            "held_out": rows.map { .string("\($0)") } ?? .null, "candidate": score(right: count - 1),
            "base": score(right: 0), "production": .null, "effect": evidence == .halfLooked ? .null : 1, "probe_stop_rate": 1,
            "suites": .array(
                evidence == .halfLooked ? [] : suites.map { ["suite": .string($0), "not_asked": "nobody trained"] }),
        ]
        let decision: JSONValue = [
            "gate": ["verdict": evidence == .refused ? "refused" : "admitted", "policy": ["name": "default", "digest": ""]]
        ]
        return [
            (Release.evaluationFile, evaluation.data()), (Release.decisionFile, decision.data()),
            (Release.rowsFile, Data("{}\n".utf8)),
        ]
    }

    /// Adds lines to the declaration.
    func declare(_ lines: String) throws {
        let file = folder.url.appending(path: "registry/adapters/greeter.yaml")
        try Data((String(contentsOf: file, encoding: .utf8) + lines).utf8).write(to: file)
    }

    static func occasion(_ reason: String = "because") -> Occasion { Occasion(actor: actor, at: moment(100), reason: reason) }

    /// What the index says is what git alone leads to.
    func differences() throws -> [IndexRebuild.Difference] { try open().registry.differencesFromJournals() }
}

enum AdapterNames {
    // swift-format-ignore: NeverUseForceTry
    static let greeter = try! AdapterName("greeter")
}
