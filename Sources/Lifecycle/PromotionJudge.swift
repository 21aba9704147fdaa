import Adapters
import Foundation
import Policies
import Registry
import Suites
import Training

/// Judges from recorded facts alone whether a protected alias may move to a version; nothing is measured for it.
struct PromotionJudge {
    private let workspace: Workspace
    private let shelf: PolicyShelf

    init(in workspace: Workspace, workingFolder: URL) {
        self.workspace = workspace
        shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
    }

    /// - Parameter restores: whether the version was in use before and is brought back: then what it was released with is enough, since
    ///   data and policy may have moved on and the way back must stay open.
    func judge(_ record: VersionRecord, for alias: AliasName, restores: Bool) throws -> PromotionEvidence {
        let released = try ReleasedEvidence.read(record.version, at: record.published.at, in: workspace)
        guard let declaration = try declaration(of: record.version.adapter) else {
            let finding = PromotionEvidence.Finding(
                rule: "declared_data", passed: false, reason: "The adapter is not declared, so nothing says what it is judged by."
            )
            return PromotionEvidence(
                version: record.version, alias: alias, findings: restores ? Self.carried(released, nil) : [finding])
        }
        let conditions = workspace.conditions(of: record.lineage, declaredAs: declaration)
        let measured = try conditions.flatMap { try scores(record, under: $0) }
        let carried = Self.carried(released, measured)
        guard !restores else { return PromotionEvidence(version: record.version, alias: alias, findings: carried) }
        let (judged, policy) = try judgedNow(record, declaration, conditions, released, measured)
        return PromotionEvidence(version: record.version, alias: alias, findings: carried + judged, policy: policy)
    }

    private func declaration(of adapter: AdapterName) throws -> AdapterDeclaration? {
        guard try workspace.registry.declaredNames().contains(adapter) else { return nil }
        return try workspace.registry.adapter(named: adapter.text)
    }

    /// Whether evidence stands with the version, and what its gate said.
    private static func carried(
        _ released: Result<ReleasedEvidence, ReleasedEvidence.Lack>, _ measured: Scores?
    ) -> [PromotionEvidence.Finding] {
        switch (released, measured) {
        case (.success(let evidence), _):
            [
                .init(rule: "evidence", passed: true, reason: "Its evaluation, its rows and its verdict stand with it."),
                .init(
                    rule: "gate", passed: evidence.isAdmitted,
                    reason: "The gate of policy '\(evidence.policy)' \(evidence.isAdmitted ? "let it in" : "refused it")."),
            ]
        case (.failure, .some):
            [.init(rule: "evidence", passed: true, reason: "It came without evidence, and was measured here since.")]
        case (.failure(let lack), nil):
            [.init(rule: "evidence", passed: false, reason: "It has no evidence: \(lack.words), and it was not measured here.")]
        }
    }

    private func judgedNow(
        _ record: VersionRecord, _ declaration: AdapterDeclaration, _ conditions: MeasuringConditions?,
        _ released: Result<ReleasedEvidence, ReleasedEvidence.Lack>, _ measured: Scores?
    ) throws -> ([PromotionEvidence.Finding], PolicyStamp?) {
        let carried: ReleasedEvidence? = if case .success(let evidence) = released { evidence } else { nil }
        let rows = heldOut(of: declaration)
        let isDeclaredData = rows.map { carried?.isMeasured(on: $0) ?? false } ?? false
        guard let scores = measured ?? (isDeclaredData ? carried.map { Scores(candidate: $0.candidate, base: $0.base) } : nil)
        else {
            let reason = "It was not measured on the rows that are declared now."
            return ([.init(rule: "declared_data", passed: false, reason: reason, mend: "lora evaluate \(record.version)")], nil)
        }
        let data = PromotionEvidence.Finding(
            rule: "declared_data", passed: true, reason: "It was measured on the rows that are declared now.")
        let policy = try shelf.policy(of: declaration)
        let inUse = try workspace.registry.aliases(of: record.version.adapter)[.production].flatMap {
            $0 == record.version ? nil : $0
        }
        let served = try inUse.map { try workspace.registry.version($0) }
        let own = served.flatMap { workspace.conditions(of: $0.lineage, declaredAs: declaration) }
        let rival = try served.flatMap { try score(of: $0, on: rows, own) }
        let confidence = policy.fineTuning.baseError.confidence
        guard var facts = try facts(scores, rival, of: declaration, confidence: confidence) else {
            return ([data, .init(rule: "policy", passed: false, reason: "It was measured on no row at all.")], nil)
        }
        facts.stopRate = scores.candidate.endings?.stopRate
        if policy.gate.forbidsLeaks, record.published.lineage.dataset?.heldOut != rows {
            let file = try DataFile(contentsOf: workspace.layout.resolve(declaration.data.heldOut))
            facts.leakedRows = try workspace.leakedRows(of: record.published.lineage, into: file)
        }
        let suites = try workspace.suites(askedBy: policy)
        let soundness = try soundness(record, carried, conditions, asking: suites)
        soundness?.state(in: &facts, asking: suites, confidence: confidence)
        facts.kept = try workspace.keptProbes(of: record.version, record.published.commit, under: conditions)?.facts
        let rules = policy.judgeCandidate(facts).rules.map {
            PromotionEvidence.Finding(rule: $0.rule, passed: $0.passed == true, reason: $0.reason)
        }
        // where its base is gone, nobody can measure it any more
        let unmeasured = rival == nil && own != nil ? inUse.map { [Self.unmeasuredRival($0)] } ?? [] : []
        let unasked = try policy.gate.keepsProbes && facts.kept == nil ? unaskedProbes(record.version) : []
        return (
            [data] + rules + unmeasured + unlookedAt(record.version, facts, soundness, by: policy, suites) + unasked, policy.stamp
        )
    }

    /// What it was released with, or else what was measured here since.
    private func soundness(
        _ record: VersionRecord, _ carried: ReleasedEvidence?, _ conditions: MeasuringConditions?, asking suites: [Suite]
    ) throws -> Soundness? {
        if let carried, carried.soundness.isComplete(for: suites) { return carried.soundness }
        let key = conditions?.soundnessKey(of: record.published.commit)
        let measured = try key.flatMap { try workspace.registry.measurement($0) }
        return measured.map { Soundness(json: $0.result, at: $0.at) } ?? carried?.soundness
    }

    /// Failed findings for what the policy asks and nobody has looked at: a fact that is missing does not pass.
    private func unlookedAt(
        _ version: VersionID, _ facts: GateFacts, _ soundness: Soundness?, by policy: Policy, _ suites: [Suite]
    ) -> [PromotionEvidence.Finding] {
        let mend = "lora evaluate \(version)"
        var findings: [PromotionEvidence.Finding] = []
        if policy.gate.effect != nil, facts.effect == nil {
            findings.append(
                .init(rule: "has_effect", passed: false, reason: "Nobody looked whether it changes anything.", mend: mend))
        }
        let missing = soundness?.unasked(of: suites) ?? suites.map(\.name)
        if !missing.isEmpty {
            let names = missing.map(\.text).joined(separator: ", ")
            findings.append(
                .init(
                    rule: "keeps_suites", passed: false,
                    reason: "It was not asked \(counted(missing.count, "suite")): \(names).", mend: mend))
        }
        return findings
    }

    private static func unmeasuredRival(_ version: VersionID) -> PromotionEvidence.Finding {
        .init(
            rule: "keeps_production", passed: false,
            reason:
                "\(version), which serves, was not measured on the rows that are declared now.",
            mend: "lora evaluate \(version)")
    }

    /// A failed finding where probes were added since a version was last asked them.
    private func unaskedProbes(_ version: VersionID) throws -> [PromotionEvidence.Finding] {
        let count = try ProbeShelf(workspace.layout).probes(of: version.adapter).count
        guard count > 0 else { return [] }
        let reason = "It was not asked \(count == 1 ? "the probe" : "the \(count) probes") kept now."
        return [.init(rule: "keeps_probes", passed: false, reason: reason, mend: "lora probe run \(version)")]
    }

    private func facts(
        _ scores: Scores, _ rival: HeldOutScore?, of declaration: AdapterDeclaration, confidence: Double
    ) throws -> GateFacts? {
        let (slices, candidate) = (try declaration.slices(in: workspace.layout), scores.candidate)
        guard let error = candidate.error(confidence: confidence),
            let base = GateFacts.Rival(scores.base, beside: candidate, slices, confidence: confidence)
        else { return nil }
        return GateFacts(
            candidateError: error, base: base,
            production: rival.flatMap { GateFacts.Rival($0, beside: candidate, slices, confidence: confidence) })
    }

    /// How the version in production did on the rows that are declared now: measured here, or when it was released; nil when nothing is
    /// recorded of it.
    private func score(
        of record: VersionRecord, on rows: DatasetVersion.Split?, _ conditions: MeasuringConditions?
    ) throws -> HeldOutScore? {
        if let known = try conditions.flatMap({ try score(of: record, under: $0) }) { return known }
        guard case .success(let evidence) = try ReleasedEvidence.read(record.version, at: record.published.at, in: workspace),
            let rows, evidence.isMeasured(on: rows)
        else { return nil }
        return evidence.candidate
    }

    /// A version and its base, on the same rows.
    private struct Scores {
        let candidate: HeldOutScore
        let base: HeldOutScore
    }

    private func scores(_ record: VersionRecord, under conditions: MeasuringConditions) throws -> Scores? {
        guard let candidate = try score(of: record, under: conditions),
            let base = try workspace.registry.measurement(conditions.baseKey).flatMap(HeldOutScore.init)
        else { return nil }
        return Scores(candidate: candidate, base: base)
    }

    private func score(of record: VersionRecord, under conditions: MeasuringConditions) throws -> HeldOutScore? {
        try workspace.registry.measurement(conditions.key(of: record.published.commit)).flatMap(HeldOutScore.init)
    }

    private func heldOut(of declaration: AdapterDeclaration) -> DatasetVersion.Split? {
        do {
            return try DatasetVersion.Split(of: workspace.layout.resolve(declaration.data.heldOut))
        } catch {
            return nil
        }
    }
}
