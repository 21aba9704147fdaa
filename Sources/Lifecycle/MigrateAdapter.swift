import Adapters
import Faults
import Foundation
import Monitoring
import Policies
import Registry
import StrictJSON
import Training

/// Moves an adapter to another base: the old version on its own base, the new base alone and a version retrained on it are compared on the
/// same rows.
///
/// Where the new base alone meets the target, nothing is trained. The declaration names the new base once a version on it is admitted; a
/// process that dies before that is gone on with by the same command.
public struct MigrateAdapter {
    public struct Line: Sendable, Hashable {
        public let subject: String
        public let error: MeasuredRate

        var json: JSONValue {
            [
                "subject": .string(subject), "error": .number(error.value),
                "rows": error.sampleSize.map { .integer($0) } ?? .null,
            ]
        }
    }

    public enum Ending: Sendable {
        /// Both bases are the same bytes.
        case unchanged
        /// The new base needs no adapter.
        case retire(RetirementVerdict)
        case admitted(VersionID)
        case refused(GateVerdict)
        case interrupted
    }

    public struct Outcome: Sendable {
        public let adapter: AdapterName
        public let from: BaseName
        public let to: BaseName
        /// The old version on the old base, where it could be measured; the new base alone; the new version on it.
        public let lines: [Line]
        public let ending: Ending

        public var json: JSONValue {
            let (state, details): (String, JSONValue) =
                switch ending {
                case .unchanged: ("unchanged", .null)
                case .retire(let verdict): ("retire", ["retirement": verdict.json])
                case .admitted(let version): ("admitted", ["version": .string("\(version)")])
                case .refused(let verdict): ("refused", ["gate": verdict.json])
                case .interrupted: ("interrupted", .null)
                }
            return [
                "schema": "lora.migrate/1", "adapter": .string(adapter.text), "from": .string(from.text), "to": .string(to.text),
                "state": .string(state), "compared": .array(lines.map(\.json)), "details": details,
            ]
        }
    }

    private let workspace: Workspace
    private let workingFolder: URL
    private let shelf: PolicyShelf

    public init(in workspace: Workspace, workingFolder: URL) {
        self.workspace = workspace
        self.workingFolder = workingFolder
        shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
    }

    /// - Throws: `MigrationError`, and whatever measuring and training throw.
    public func run(
        _ adapter: String, to base: String, by actor: Actor, clock: () -> Timestamp, shouldStop: @escaping () -> Bool,
        observe: @escaping (TrainAdapter.Event) -> Void
    ) throws -> Outcome {
        let (declaration, target, isSame) = try move(adapter, to: base)
        if isSame {
            return Outcome(adapter: declaration.name, from: declaration.base, to: target, lines: [], ending: .unchanged)
        }
        let training = try training(declaration, on: target)
        let examiner = Examiner(training.task, in: workspace) {
            if shouldStop() { throw Interruption(step: nil) }
            observe(.measuring(subject: $0, done: $1, rows: $2))
        }
        let (old, alone) = (try oldVersion(declaration, examiner, at: clock()), try examiner.base(now: clock()).score)
        var lines: [Line] = []
        if let old {
            let trained = try workspace.registry.version(old.version).lineage.base.name
            lines.append(try line("\(old.version) on \(trained)", old.score, declaration))
        }
        lines.append(try line("\(target) alone", alone, declaration))
        func outcome(_ ending: Ending) -> Outcome {
            Outcome(adapter: declaration.name, from: declaration.base, to: target, lines: lines, ending: ending)
        }
        if let verdict = try retirement(declaration, old?.score, alone, at: clock()) { return outcome(.retire(verdict)) }
        let version: VersionID
        if let left = try leftBehind(training.task) {
            version = left
        } else {
            switch try training.run(by: actor, clock: clock, shouldStop: shouldStop, observe: observe) {
            case .admitted(let receipt): version = receipt.version
            case .refused(let verdict, _): return outcome(.refused(verdict))
            case .interrupted: return outcome(.interrupted)
            }
        }
        // at once: a version on one base and a declaration on another is what others would take for a changed base
        try workspace.registry.rebase(declaration.name, from: declaration.base, to: target)
        lines.append(try line("\(version) on \(target)", examiner.version(version, now: clock()), declaration))
        return outcome(.admitted(version))
    }

    /// What a call would do now; nothing is measured, trained or written.
    public func preview(_ adapter: String, to base: String) throws -> MigrationPreview {
        let (declaration, target, isSame) = try move(adapter, to: base)
        let policy = try shelf.policy(of: declaration)
        let task = try training(declaration, on: target).task
        let isTrained = try workspace.registry.latestVersion(of: declaration.name) != nil
        return MigrationPreview(
            adapter: declaration.name, from: declaration.base, to: target, isSame: isSame,
            old: isTrained ? try workspace.registry.resolve(VersionReference(declaration.name.text)) : nil,
            left: try leftBehind(task), rows: task.evaluation.rowCount, policy: policy.name,
            expected: ExpectedExpense(try workspace.trainingRates(of: declaration, by: policy, task: task)))
    }

    /// Whether the base that is declared and the one to move to are the same bytes.
    private func move(
        _ adapter: String, to base: String
    ) throws -> (declaration: AdapterDeclaration, target: BaseName, isSame: Bool) {
        let declaration = try workspace.registry.adapter(named: adapter)
        let target = try workspace.registry.base(named: base)
        guard target.name != declaration.base else { throw MigrationError.sameBase(declaration.name, target.name) }
        let declared = try workspace.registry.bases().first { $0.name == declaration.base }
        return (declaration, target.name, declared?.digest == target.digest)
    }

    private func training(_ declaration: AdapterDeclaration, on target: BaseName) throws -> TrainAdapter {
        let request = TrainAdapter.Request(
            adapter: declaration.name.text, options: TrainingOptions(), policy: nil, startsAnew: false, base: target)
        let training = try TrainAdapter(request, in: workspace, workingFolder: workingFolder)
        try training.task.requirePinnedBase(in: workspace.registry)
        return training
    }

    /// In production, else the latest; nil where there is none, or where its base cannot be read any more.
    private func oldVersion(
        _ declaration: AdapterDeclaration, _ examiner: Examiner, at now: Timestamp
    ) throws -> (version: VersionID, score: HeldOutScore)? {
        guard try workspace.registry.latestVersion(of: declaration.name) != nil else { return nil }
        let version = try workspace.registry.resolve(VersionReference(declaration.name.text))
        return try examiner.versionOnKeptBase(version, now: now).map { (version, $0) }
    }

    private func line(_ subject: String, _ score: HeldOutScore, _ declaration: AdapterDeclaration) throws -> Line {
        guard let error = score.error else { throw TaskError.noRows(declaration.name) }
        return Line(subject: subject, error: error)
    }

    /// The verdict where the new base alone is enough; nil where it is not.
    private func retirement(
        _ declaration: AdapterDeclaration, _ old: HeldOutScore?, _ alone: HeldOutScore, at now: Timestamp
    ) throws -> RetirementVerdict? {
        let policy = try shelf.policy(of: declaration)
        let facts = RetirementFacts(
            baseError: alone.error, pairs: old.flatMap { $0.pairs(against: alone) },
            comparison: old.flatMap { $0.comparison(with: alone, confidence: policy.retirement.confidence) }, neededUntil: .latest
        )
        let verdict = policy.judgeRetirement(facts, now: now)
        guard verdict.answer == .retire else { return nil }
        try workspace.registry.record(
            Decision(
                adapter: declaration.name, question: .migrate, answer: verdict.answer.rawValue, verdict: verdict.json, at: now))
        return verdict
    }

    /// The version that an earlier call made before it died.
    private func leftBehind(_ task: PreparedTask) throws -> VersionID? {
        guard let latest = try workspace.registry.latestVersion(of: task.declaration.name) else { return nil }
        let lineage = try workspace.registry.version(latest).published.lineage
        return lineage.base == task.base.identity && lineage.dataset == task.datasetVersion ? latest : nil
    }
}

public enum MigrationError: Error, Hashable, Explained {
    case sameBase(AdapterName, BaseName)

    public var explanation: Explanation {
        switch self {
        case .sameBase(let adapter, let base):
            Explanation(
                "'\(adapter)' is declared on '\(base)' already.",
                next: "`lora train \(adapter)` trains it on that base; `lora base list` shows the others.", kind: .usage)
        }
    }
}
