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
        let isMoved = if case .changed(let changes) = item.facts.base { !changes.subtracting([.cosmetic]).isEmpty } else { false }
        return MaintenanceAgenda.Candidate(
            item, policy: policy, attempts: try attempts(name, decisions), expense: try expense(of: name, policy),
            shouldRetire: try isGivenUp(name, decisions, policy),
            isBaseMoved: isMoved)
    }

    /// Whether the last comparison with the base said so, and still speaks of this base, version and policy.
    private func isGivenUp(_ name: AdapterName, _ decisions: [Decision], _ policy: Policy) throws -> Bool {
        guard let last = decisions.last(where: { $0.question == .retire }),
            last.answer == RetirementVerdict.Answer.retire.rawValue,
            last.verdict["policy"]?["digest"]?.stringValue == policy.stamp.digest
        else { return false }
        let base = try workspace.registry.base(named: workspace.registry.adapter(named: name.text).base.text)
        let latest = try workspace.registry.latestVersion(of: name)
        return last.verdict["base"]?.stringValue == "\(base.digest)"
            && last.verdict["latest"]?.stringValue == latest.map { "\($0)" }
    }

    private func attempts(_ name: AdapterName, _ decisions: [Decision]) throws -> AttemptFacts {
        guard let lease = try workspace.registry.leaseIfFree(name, patience: .seconds(3)) else {
            return AttemptFacts(isRunning: true)
        }
        return try withExtendedLifetime(lease) {
            guard let cause = try knownCause(of: name) else { return AttemptFacts() }
            let runs = try workspace.registry.runs(of: name)
            // whoever made a version, it wipes the slate clean
            let admitted = runs.last(where: \.isAdmitted)?.end?.at ?? .earliest
            let (failed, last) = decisions.filter { $0.at > admitted }.failures(from: cause)
            let run = runs.last { run in
                MaintenanceRecord.cause(run.start.base, run.start.dataset) == cause
            }
            // a failed run is gone on with too, but no sooner than a failure may be tried again
            let isUnderWay = run?.state == .interrupted
            // what was refused is the same again only while the settings are, too; reading the data tells
            let repeatsRefusal = try run.map { try isRefused($0) && repeats($0, of: name) } ?? false
            return AttemptFacts(failed: failed, isRefused: repeatsRefusal, lastEnded: last, isUnderWay: isUnderWay)
        }
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

    /// Nil where base or data cannot be read, which the training will say.
    private func knownCause(of name: AdapterName) throws -> JSONValue? {
        do {
            return try cause(of: name)
        } catch is any Explained {
            return nil
        }
    }

    /// What a training of the adapter would start from now.
    func cause(of name: AdapterName) throws -> JSONValue {
        let declaration = try workspace.registry.adapter(named: name.text)
        let base = try workspace.registry.base(named: declaration.base.text)
        let dataset = DatasetVersion(
            train: try files.split(at: workspace.layout.resolvedPath(declaration.data.train)),
            heldOut: try files.split(at: workspace.layout.resolvedPath(declaration.data.heldOut)))
        return MaintenanceRecord.cause(base.identity, dataset)
    }

    /// What the adapter's last finished training took; nothing where none has been.
    private func expense(of name: AdapterName, _ policy: Policy) throws -> TrainingExpense {
        let hours = try workspace.registry.runs(of: name).last { $0.state == .finished }?.hours ?? 0
        return TrainingExpense(runs: 1, hours: hours, money: hours * (try price(of: name, policy)))
    }

    /// Of an hour of the machine: the adapter's own, else the policy's. Nobody's hours are counted, since nobody watches.
    private func price(of name: AdapterName, _ policy: Policy) throws -> Double {
        let declaration = try workspace.registry.adapter(named: name.text)
        return try policy.costs.overridden(by: declaration.costs)[.machineHour]?.value ?? 0
    }

    /// By policy; those without a budget need none.
    private func spent(_ policies: [AdapterName: Policy], now: Timestamp) throws -> [String: TrainingExpense] {
        guard policies.values.contains(where: { $0.unattended.budget != UnattendedRules.Budget() }) else { return [:] }
        let today = now.adding(seconds: -now.secondOfDay)
        let month = today.adding(seconds: -86_400 * (today.date.day - 1))
        let decisions = try workspace.registry.decisions(on: .retrain, since: month)
        var spent: [String: TrainingExpense] = [:]
        for (name, decisions) in Dictionary(grouping: decisions, by: \.adapter) {
            guard let policy = policies[name] else { continue }
            var expense = decisions.expense(beganSince: today)
            expense.money = expense.hours * (try price(of: name, policy))
            spent[policy.name, default: TrainingExpense()].add(expense)
        }
        return spent
    }
}

extension Run {
    fileprivate var isAdmitted: Bool { if case .admitted = end?.outcome { true } else { false } }
}
