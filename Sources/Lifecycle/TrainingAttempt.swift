import Adapters
import Digests
import Registry
import StrictJSON
import Training

/// A run of a declared training: the plan that was asked for or, when that one underfitted, the same at a higher rank.
struct TrainingAttempt {
    let run: Run
    let plan: TrainingPlan
    /// What registry and version keep of it: its options, the run rule that judges it, and what it escalates.
    let recorded: RecordedPlan
    /// The run that underfitted; nil for a plan as asked for.
    let precursor: RunID?
}

extension TrainAdapter {
    private static let precursorKey = "escalated_from"

    /// An interrupted or failed run with the same plan, rule, data and base is gone on with; else a new one begins.
    func openAttempt(under lease: AdapterLease, at time: Timestamp, _ observe: (Event) -> Void) throws -> TrainingAttempt {
        let start = runStart(plan, after: nil, at: time)
        if !request.startsAnew, let last = try workspace.registry.runs(of: start.adapter).last {
            let plans = [(plan, RunID?.none)] + (try precursor(of: last).map { [(escalatedPlan, $0)] } ?? [])
            for (plan, precursor) in plans where last.canContinue(runStart(plan, after: precursor, at: time)) {
                let run = try workspace.registry.resumeRun(last.id, under: lease, at: time)
                observe(.resumed(run))
                return attempt(run, plan, after: precursor)
            }
        }
        let run = try workspace.registry.beginRun(start, under: lease)
        observe(.began(run))
        return attempt(run, plan, after: nil)
    }

    /// Whether a run started from what this training would start from.
    func repeats(_ run: Run) -> Bool {
        let start = runStart(plan, after: nil, at: run.start.at)
        return run.start.plan.digest == start.plan.digest && run.start.dataset == start.dataset && run.start.base == start.base
    }

    /// Whether this training goes on with a run that stopped.
    func goesOn(at time: Timestamp) throws -> Bool {
        let last = try workspace.registry.runs(of: task.declaration.name).last
        return last.map { $0.canContinue(runStart(plan, after: nil, at: time)) } ?? false
    }

    /// A fresh run at the policy's rank, which names the one that underfitted.
    func escalate(
        _ attempt: TrainingAttempt, under lease: AdapterLease, at time: Timestamp, _ observe: (Event) -> Void
    ) throws -> TrainingAttempt {
        let plan = escalatedPlan
        let run = try workspace.registry.beginRun(runStart(plan, after: attempt.run.id, at: time), under: lease)
        observe(.escalated(run, from: attempt.run.id, toRank: plan.rank))
        return self.attempt(run, plan, after: attempt.run.id)
    }

    private var escalatedPlan: TrainingPlan { plan.escalated(toRank: policy.run.underfitting.rank) }

    /// The run that `run` escalates, if this request escalates too.
    private func precursor(of run: Run) throws -> RunID? {
        guard request.escalates, let name = run.start.plan.json[Self.precursorKey]?.stringValue else { return nil }
        return try RunID(name)
    }

    private func attempt(_ run: Run, _ plan: TrainingPlan, after precursor: RunID?) -> TrainingAttempt {
        TrainingAttempt(run: run, plan: plan, recorded: recorded(plan, after: precursor), precursor: precursor)
    }

    private func runStart(_ plan: TrainingPlan, after precursor: RunID?, at time: Timestamp) -> RunStart {
        RunStart(
            adapter: task.declaration.name, base: task.base.identity, dataset: task.datasetVersion,
            plan: recorded(plan, after: precursor), at: time)
    }

    /// The digest tells apart whatever leads to other weights: other options, another rule, another run before.
    private func recorded(_ plan: TrainingPlan, after precursor: RunID?) -> RecordedPlan {
        let rule = supervision.heldOut?.limits.json ?? .null
        var json = plan.json.objectValue ?? JSONObject([])
        json["run_rule"] = rule
        if let precursor { json[Self.precursorKey] = .string("\(precursor)") }
        let decisive = ["\(plan.digest)", rule.text(), precursor.map { "\($0)" } ?? ""].joined(separator: "\n")
        return RecordedPlan(json: .object(json), digest: ContentDigest(of: Array(decisive.utf8)))
    }
}

extension Run {
    /// Whether going on with this run gives what `start` asks for.
    fileprivate func canContinue(_ start: RunStart) -> Bool {
        (state == .interrupted || state == .failed) && self.start.plan.digest == start.plan.digest
            && self.start.dataset == start.dataset
            && self.start.base == start.base
    }
}
