import Adapters
import Foundation
import Policies
import Registry
import Suites

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
        let conditions = conditions(of: declaration)
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
        let isDeclaredData = rows != nil && carried?.heldOut == rows
        guard let scores = measured ?? (isDeclaredData ? carried.map { Scores(candidate: $0.candidate, base: $0.base) } : nil)
        else {
            let reason = "It was not measured on the rows that are declared now."
            return ([.init(rule: "declared_data", passed: false, reason: reason)], nil)
        }
        let data = PromotionEvidence.Finding(
            rule: "declared_data", passed: true, reason: "It was measured on the rows that are declared now.")
        let policy = try shelf.policy(of: declaration)
        let rival = try rival(of: record.version, on: rows, conditions)
        guard var facts = facts(scores, rival, of: declaration, confidence: policy.fineTuning.baseError.confidence) else {
            return ([data, .init(rule: "policy", passed: false, reason: "It was measured on no row at all.")], nil)
        }
        facts.stopRate = scores.candidate.endings?.stopRate
        (facts.effect, facts.probeStopRate) = (carried?.effect, carried?.probeStopRate)
        facts.suites = carried?.suites.comparisons(confidence: policy.fineTuning.baseError.confidence) ?? []
        facts.kept = try workspace.keptProbes(of: record.version, record.published.commit, under: conditions)?.facts
        let rules = policy.judgeCandidate(facts).rules.map {
            PromotionEvidence.Finding(rule: $0.rule, passed: $0.passed == true, reason: $0.reason)
        }
        let unasked = try policy.gate.keepsProbes && facts.kept == nil ? unaskedProbes(record.version) : []
        return ([data] + rules + unasked, policy.stamp)
    }

    /// A failed finding where probes were added since a version was last asked them.
    private func unaskedProbes(_ version: VersionID) throws -> [PromotionEvidence.Finding] {
        let count = try ProbeShelf(workspace.layout).probes(of: version.adapter).count
        guard count > 0 else { return [] }
        let reason =
            "It was not asked \(count == 1 ? "the probe" : "the \(count) probes") kept now; `lora probe run \(version)` does."
        return [.init(rule: "keeps_probes", passed: false, reason: reason)]
    }

    private func facts(
        _ scores: Scores, _ rival: HeldOutScore?, of declaration: AdapterDeclaration, confidence: Double
    ) -> GateFacts? {
        let (slices, candidate) = (declaration.slices(in: workspace.layout), scores.candidate)
        guard let error = candidate.error(confidence: confidence),
            let base = GateFacts.Rival(scores.base, beside: candidate, slices, confidence: confidence)
        else { return nil }
        return GateFacts(
            candidateError: error, base: base,
            production: rival.flatMap { GateFacts.Rival($0, beside: candidate, slices, confidence: confidence) })
    }

    /// How the version in production did on the rows that are declared now: measured here, or when it was released; nil when there is none,
    /// or when nothing is recorded of it.
    private func rival(
        of version: VersionID, on rows: String?, _ conditions: MeasuringConditions?
    ) throws -> HeldOutScore? {
        let inUse = try workspace.registry.aliases(of: version.adapter)[.production]
        guard let inUse, inUse != version else { return nil }
        let record = try workspace.registry.version(inUse)
        if let known = try conditions.flatMap({ try score(of: record, under: $0) }) { return known }
        guard case .success(let evidence) = try ReleasedEvidence.read(inUse, at: record.published.at, in: workspace),
            evidence.heldOut != nil, evidence.heldOut == rows
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

    /// Nil when base or held-out rows cannot be read: nothing was measured under such conditions.
    private func conditions(of declaration: AdapterDeclaration) -> MeasuringConditions? {
        do {
            return try MeasuringConditions(of: declaration, in: workspace)
        } catch {
            return nil
        }
    }

    private func heldOut(of declaration: AdapterDeclaration) -> String? {
        do {
            return "\(try DatasetVersion.Split(of: workspace.layout.resolve(declaration.data.heldOut)).digest)"
        } catch {
            return nil
        }
    }
}
