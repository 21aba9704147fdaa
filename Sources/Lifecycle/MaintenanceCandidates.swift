import Adapters
import Faults
import Foundation
import Policies
import Registry
import StrictJSON
import Training

/// Gathers, for what is due, what was tried and spent: by which the agenda says what begins.
struct MaintenanceCandidates {
    let workspace: Workspace
    let workingFolder: URL
    private let files: FileBook
    private let expected = ExpectedExpenses()

    init(in workspace: Workspace, workingFolder: URL) {
        self.workspace = workspace
        self.workingFolder = workingFolder
        files = FileBook(in: workspace.layout)
    }

    /// - Parameter policies: of the adapters that were judged.
    func agenda(
        _ plan: MaintenancePlan, _ policies: [AdapterName: Policy], now: Timestamp, wallClock: (Timestamp) -> WallClock
    ) throws -> MaintenanceAgenda {
        let candidates = try plan.due.compactMap { item in
            try policies[item.facts.adapter].map { try candidate(item, $0, now: now) }
        }
        return MaintenanceAgenda(candidates, spent: try spent(policies, now: now), now: now, wallClock: wallClock)
    }

    private func candidate(_ item: RetrainCase, _ policy: Policy, now: Timestamp) throws -> MaintenanceAgenda.Candidate {
        let name = item.facts.adapter
        let decisions = try workspace.registry.decisions(of: name)
        let isMoved = try isBaseMoved(item)
        return MaintenanceAgenda.Candidate(
            item, policy: policy, attempts: try attempts(name, decisions), expected: try expected(of: name, policy),
            shouldRetire: try isGivenUp(item, policy, isBaseMoved: isMoved, now: now), isBaseMoved: isMoved)
    }

    /// Against the pin, not against what the version was trained on: once somebody has pinned the base anew, he means it.
    private func isBaseMoved(_ item: RetrainCase) throws -> Bool {
        guard case .changed(let changes) = item.facts.base, !changes.contains(.removed) else { return false }
        let base = try workspace.registry.base(named: workspace.registry.adapter(named: item.facts.adapter.text).base.text)
        return try workspace.registry.changes(to: base, known: files).contains { $0.effect != .cosmetic }
    }

    /// Whether what is known by now, without measuring anything, says that the adapter is not worth a training.
    private func isGivenUp(_ item: RetrainCase, _ policy: Policy, isBaseMoved: Bool, now: Timestamp) throws -> Bool {
        guard let version = item.facts.production?.version ?? item.facts.version else { return false }
        let evidence = RetirementEvidence(in: workspace)
        // what was measured on the pinned base says nothing of the one that is there now
        let facts = try evidence.known(
            item.facts.adapter, version, withScores: !isBaseMoved, confidence: policy.retirement.confidence, now: now)
        return policy.judgeRetirement(facts, now: now).answer == .retire
    }

    private func attempts(_ name: AdapterName, _ decisions: [Decision]) throws -> AttemptFacts {
        guard try workspace.registry.leaseIfFree(name, patience: .seconds(3)) != nil else { return AttemptFacts(isRunning: true) }
        let cause = try knownCause(of: name)
        let runs = try workspace.registry.runs(of: name)
        // whoever made a version, it wipes the slate clean
        let admitted = runs.last(where: \.isAdmitted)?.end?.at ?? .earliest
        let (failed, last) = decisions.filter { $0.at > admitted }.failures(from: cause)
        let run = runs.last { MaintenanceRecord.cause($0.start.base, $0.start.dataset) == cause }
        return AttemptFacts(
            failed: failed,
            // what was refused is the same again only while the settings are, too; reading the data tells
            isRefused: try run.map { try isRefused($0) && repeats($0, of: name) } ?? false, lastEnded: last,
            // a failed run is gone on with too, but no sooner than a failure may be tried again
            isUnderWay: run?.state == .interrupted)
    }

    private func isRefused(_ run: Run) -> Bool { if case .rejected = run.end?.outcome { true } else { false } }

    /// What cannot be read is no repetition: the training will say what is wrong.
    private func repeats(_ run: Run, of name: AdapterName) throws -> Bool {
        let request = TrainAdapter.Request(adapter: name.text, options: TrainingOptions(), policy: nil, startsAnew: false)
        do {
            return try TrainAdapter(request, in: workspace, workingFolder: workingFolder).repeats(run)
        } catch is any Explained {
            return false
        }
    }

    /// Null where base or data cannot be read, which the training will say.
    func knownCause(of name: AdapterName) throws -> JSONValue {
        do {
            return try cause(of: name)
        } catch is any Explained {
            return .null
        }
    }

    /// What a training of the adapter would start from now.
    private func cause(of name: AdapterName) throws -> JSONValue {
        let declaration = try workspace.registry.adapter(named: name.text)
        let base = try workspace.registry.base(named: declaration.base.text)
        let dataset = DatasetVersion(
            train: try files.split(at: workspace.layout.resolvedPath(declaration.data.train)),
            heldOut: try files.split(at: workspace.layout.resolvedPath(declaration.data.heldOut)))
        return MaintenanceRecord.cause(base.identity, dataset)
    }

    /// Nil where no budget asks: an estimate reads all of the data.
    private func expected(of name: AdapterName, _ policy: Policy) throws -> ExpectedExpense? {
        let budget = policy.unattended.budget
        guard budget.hoursPerMonth != nil || budget.moneyPerMonth != nil else { return nil }
        return try expense(of: name, policy)
    }

    /// Of the machine alone, at the adapter's own price, else the policy's: nobody's hours are counted, since nobody watches.
    func expense(of name: AdapterName, _ policy: Policy) throws -> ExpectedExpense {
        let declaration = try workspace.registry.adapter(named: name.text)
        return try expected.value(name, policy) {
            do {
                return ExpectedExpense(try workspace.trainingRates(of: declaration, by: policy))
            } catch let error as any Explained {
                // what cannot be read cannot be trained on either, and the training will say so
                return ExpectedExpense(unknownBecause: error.explanation.what, currency: policy.costs.currency)
            }
        }
    }

    /// Of an hour of the machine.
    func price(of name: AdapterName, _ policy: Policy) throws -> Double {
        let declaration = try workspace.registry.adapter(named: name.text)
        return try policy.costs.overridden(by: declaration.costs)[.machineHour]?.value ?? 0
    }

    /// By the policies under which trainings began, whichever adapters are looked at now; where none has a budget it is not asked.
    private func spent(_ policies: [AdapterName: Policy], now: Timestamp) throws -> [String: TrainingExpense] {
        guard policies.values.contains(where: { $0.unattended.budget != UnattendedRules.Budget() }) else { return [:] }
        let today = now.adding(seconds: -now.secondOfDay)
        let month = today.adding(seconds: -86_400 * (today.date.day - 1))
        // what lasts into a month began before it, but no training lasts longer than this
        return try workspace.registry.decisions(on: .retrain, since: month.adding(months: -2)).expenses(of: month, today: today)
    }
}

/// What was worked out once: after each training the others that are due are looked at again.
private final class ExpectedExpenses {
    private struct Key: Hashable {
        let adapter: AdapterName
        let policy: PolicyStamp
    }

    private var known: [Key: ExpectedExpense] = [:]

    func value(_ adapter: AdapterName, _ policy: Policy, work: () throws -> ExpectedExpense) rethrows -> ExpectedExpense {
        let key = Key(adapter: adapter, policy: policy.stamp)
        if let value = known[key] { return value }
        let value = try work()
        known[key] = value
        return value
    }
}

extension Run {
    fileprivate var isAdmitted: Bool { if case .admitted = end?.outcome { true } else { false } }
}
