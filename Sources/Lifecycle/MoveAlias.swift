import Adapters
import Foundation
import Registry

/// Moves aliases. A protected one moves where the evidence passes, or by force, which its event then says.
public struct MoveAlias {
    /// The event is nil when the alias stood there already and nothing was moved.
    public struct Outcome: Sendable {
        public let version: VersionID
        public let event: RegistryEvent?
    }

    private let workspace: Workspace
    private let judge: PromotionJudge

    public init(in workspace: Workspace, workingFolder: URL) {
        self.workspace = workspace
        judge = PromotionJudge(in: workspace, workingFolder: workingFolder)
    }

    /// Makes a version the one in production; the one before it becomes `previous`.
    ///
    /// - Parameter text: `name@v3` or `name@alias`; a bare name means its candidate.
    /// - Throws: `PromotionError.refused`.
    public func promote(_ text: String, isForced: Bool = false, on occasion: Occasion) throws -> Outcome {
        let reference = try VersionReference(text)
        let meant = VersionReference(reference.adapter, reference.selector ?? .alias(.candidate))
        return try move(.production, to: workspace.version("\(meant)"), isForced, on: occasion)
    }

    /// Makes an alias or moves it.
    ///
    /// - Parameters:
    ///   - text: the alias as `name@staging`.
    ///   - target: `v3`, `name@v3`, or another alias of the adapter.
    public func set(_ text: String, to target: String, isForced: Bool = false, on occasion: Occasion) throws -> Outcome {
        let (adapter, alias) = try Self.alias(text)
        let record = try workspace.version(target.contains("@") ? target : "\(adapter)@\(target)")
        guard record.version.adapter == adapter else { throw PromotionError.foreign(record.version, adapter) }
        return try move(alias, to: record, isForced, on: occasion)
    }

    /// Takes an alias away; of a protected one no evidence speaks for that, so only force does.
    public func remove(_ text: String, isForced: Bool = false, on occasion: Occasion) throws -> RegistryEvent {
        let (adapter, alias) = try Self.alias(text)
        try workspace.requireKnown(adapter)
        let isProtected = try protects(alias, of: adapter)
        guard !isProtected || isForced || alias.isKept else { throw PromotionError.protected(adapter, alias) }
        return try workspace.registry.removeAlias(
            alias, of: adapter, on: occasion, grounds: MoveGrounds(isForced: isForced && isProtected))
    }

    /// Brings back the version that was in production before. History keeps both moves.
    public func rollBack(_ adapter: String, isForced: Bool = false, on occasion: Occasion) throws -> RegistryEvent {
        let name = try AdapterName(adapter)
        try workspace.requireKnown(name)
        guard let target = try workspace.registry.rollbackTarget(of: name) else {
            return try workspace.registry.rollBack(name, on: occasion)
        }
        let grounds = try grounds(.production, workspace.registry.version(target), isForced, restores: true, on: occasion)
        return try workspace.registry.rollBack(name, on: occasion, grounds: grounds)
    }

    private func move(
        _ alias: AliasName, to record: VersionRecord, _ isForced: Bool, on occasion: Occasion
    ) throws -> Outcome {
        guard !record.aliases.contains(alias) else { return Outcome(version: record.version, event: nil) }
        let grounds = try grounds(alias, record, isForced, restores: false, on: occasion)
        let event = try workspace.registry.setAlias(alias, to: record.version, on: occasion, grounds: grounds)
        return Outcome(version: record.version, event: event)
    }

    /// What is pointed to must be what was released, to the byte; a protected alias needs more than that.
    private func grounds(
        _ alias: AliasName, _ record: VersionRecord, _ isForced: Bool, restores: Bool, on occasion: Occasion
    ) throws -> MoveGrounds {
        let adapter = record.version.adapter
        try workspace.registry.requireActive(adapter)
        try workspace.requireSound(record.version)
        guard try protects(alias, of: adapter) else { return MoveGrounds() }
        let evidence = try judge.judge(record, for: alias, restores: restores)
        let answer = evidence.isPassing ? "passed" : isForced ? "forced" : "refused"
        let decision = Decision(
            adapter: adapter, question: .promote, answer: answer, verdict: evidence.json, at: occasion.at)
        guard evidence.isPassing || isForced else {
            try workspace.registry.record(decision)
            throw PromotionError.refused(evidence)
        }
        return MoveGrounds(isForced: !evidence.isPassing, decision: decision)
    }

    private func protects(_ alias: AliasName, of adapter: AdapterName) throws -> Bool {
        guard alias != .production, try workspace.registry.declaredNames().contains(adapter) else { return alias == .production }
        return try workspace.registry.adapter(named: adapter.text).protects(alias)
    }

    private static func alias(_ text: String) throws -> (AdapterName, AliasName) {
        let reference = try VersionReference(text)
        switch reference.selector {
        case .alias(let alias)?: return (reference.adapter, alias)
        case .number(let number)?: throw NameError(kind: .alias, text: "v\(number)", fault: .looksLikeVersion)
        case nil: throw NameError(kind: .alias, text: text, fault: .form(wanted: "\(reference.adapter)@staging"))
        }
    }
}
