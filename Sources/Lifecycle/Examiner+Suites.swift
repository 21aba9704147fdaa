import Adapters
import Digests
import Faults
import Foundation
import Llama
import Registry
import StrictJSON
import Suites
import Training

extension Examiner {
    /// Puts suites to an adapter and to its base, whose answers are used again while nothing that shapes them has changed.
    func suites(_ suites: [Suite], of folder: URL, as subject: String, now: Timestamp) throws -> SuiteScores {
        var scores = SuiteScores()
        guard !suites.isEmpty else { return scores }
        let adapter = try PEFTFolder(reading: folder, for: model().configuration).adapter
        let hasTemplate = task.tokenizer.chatTemplates.default != nil
        for suite in suites {
            let evaluation: Evaluation
            do {
                evaluation = try suite.evaluation(task.encoder, hasChatTemplate: hasTemplate)
            } catch let error as DataError {
                // its template or its vocabulary knows no such rows; a proof of the task does not hang on that
                scores.unasked.append((suite.name, suite.digest, error.explanation.what))
                continue
            }
            let result = try run(adapter, as: "\(subject), suite \(suite.name)", evaluation)
            guard let candidate = score(result, of: suite, at: now) else {
                preconditionFailure("every metric of a suite scores")
            }
            scores.entries.append(
                SuiteScores.Entry(
                    suite: suite.name, digest: suite.digest, metric: suite.metric.name, candidate: candidate,
                    base: try base(on: suite, evaluation, now: now), result: result))
        }
        return scores
    }

    private func base(on suite: Suite, _ evaluation: Evaluation, now: Timestamp) throws -> HeldOutScore {
        let key = task.conditions.baseKey(of: suite)
        if let known = try known(key, notAfter: now) { return known }
        guard let score = score(try run(nil, as: "base, suite \(suite.name)", evaluation), of: suite, at: now) else {
            preconditionFailure("what a candidate was scored on scores its base too")
        }
        try workspace.registry.record(
            RecordedMeasurement(key: key, adapter: task.declaration.name, result: score.json, at: now))
        return score
    }

    private func score(_ result: EvaluationResult, of suite: Suite, at time: Timestamp) -> HeldOutScore? {
        suite.answers(result).map { HeldOutScore($0, result.endings, at: time) }
    }
}

/// What a model answered to the permanent probes of an adapter.
struct KeptProbesResult: Sendable {
    /// Of the probes that were asked.
    let digest: ContentDigest
    let facts: GateFacts.KeptProbes
    /// Of the probes that were asked; empty where it is read from a record.
    let names: [String]
    /// Row by row; nil where it is read from a record.
    var result: EvaluationResult?

    init(_ result: EvaluationResult, _ set: ProbeSet) {
        let probes = set.probes
        let failed = zip(result.rows, probes).filter { row, probe in (row.score ?? 0) < probe.atLeast }.map(\.1.name)
        facts = GateFacts.KeptProbes(count: probes.count, failed: failed)
        (digest, names, self.result) = (set.digest, probes.map(\.name), result)
    }

    /// Nil unless it is what `json` writes.
    init?(json: JSONValue) {
        guard let digest = json["digest"]?.stringValue.flatMap({ ContentDigest($0) }), let count = json["count"]?.intValue,
            let failed = json["failed"]?.arrayValue?.compactMap(\.stringValue)
        else { return nil }
        (self.digest, names, facts) = (digest, [], GateFacts.KeptProbes(count: count, failed: failed))
    }

    var json: JSONValue {
        [
            "digest": .string("\(digest)"), "count": .integer(facts.count),
            "failed": .array(facts.failed.map { .string($0) }),
        ]
    }
}

extension Examiner {
    /// Nil where the adapter has no probes.
    func keptProbes(candidate folder: URL) throws -> KeptProbesResult? {
        guard let set = try ProbeShelf(workspace.layout).set(of: task.declaration.name) else { return nil }
        return try answers(to: set, as: "candidate, probes", PEFTFolder(reading: folder, for: model().configuration).adapter)
    }

    /// A released version, checked out of git; what it answered is used again while the probes are the same.
    func keptProbes(of version: VersionID, _ set: ProbeSet, now: Timestamp) throws -> KeptProbesResult {
        let published = try workspace.registry.version(version).published
        if let other = try elsewhere(published) { return try other.keptProbes(of: version, set, now: now) }
        let key = task.conditions.probeKey(of: published.commit, set.digest)
        if let known = try workspace.registry.measurement(key, notAfter: now).flatMap({ KeptProbesResult(json: $0.result) }) {
            return known
        }
        let folder = try VersionCache(of: workspace).folder(of: published)
        let result = try answers(
            to: set, as: "\(version), probes", PEFTFolder(reading: folder, for: model().configuration).adapter)
        try workspace.registry.record(
            RecordedMeasurement(key: key, adapter: task.declaration.name, result: result.json, at: now))
        return result
    }

    private func answers(to set: ProbeSet, as subject: String, _ adapter: LoRAAdapter) throws -> KeptProbesResult {
        KeptProbesResult(try run(adapter, as: subject, task.evaluation(of: set.file())), set)
    }
}

extension Workspace {
    /// What is recorded of a version's answers to the probes that are kept now: asked here, or at its release; nil where nothing is.
    func keptProbes(
        of version: VersionID, _ commit: CommitID, under conditions: MeasuringConditions?
    ) throws -> KeptProbesResult? {
        guard let digest = try ProbeShelf(layout).set(of: version.adapter)?.digest else { return nil }
        if let key = conditions?.probeKey(of: commit, digest), let known = try registry.measurement(key) {
            return KeptProbesResult(json: known.result)
        }
        guard let data = try versions.contents(of: Release.evaluationFile, in: version) else { return nil }
        let released = try JSONValue(parsing: data)["kept_probes"].flatMap(KeptProbesResult.init)
        return released?.digest == digest ? released : nil
    }
}
