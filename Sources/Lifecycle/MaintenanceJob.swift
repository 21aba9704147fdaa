import Adapters
import Faults
import Foundation
import Policies
import Registry
import StrictJSON
import Training

/// One adapter's retraining, from the base that it follows to the version that it leaves.
struct MaintenanceJob {
    let item: RetrainCase
    let policy: Policy
    let workspace: Workspace
    let workingFolder: URL

    private var name: AdapterName { item.facts.adapter }

    /// Faults of this adapter end in the result, and in its ledger: others are due, too.
    func run(
        by actor: Actor, clock: () -> Timestamp, shouldStop: @escaping () -> Bool, observe: @escaping (TrainAdapter.Event) -> Void
    ) throws -> CarryOutMaintenance.Result.Ending {
        var ending: CarryOutMaintenance.Result.Ending
        do {
            try followBase()
            if let verdict = try retirement(now: clock(), shouldStop, observe) { return .shouldRetire(verdict) }
            ending = try train(by: actor, clock: clock, shouldStop: shouldStop, observe: observe)
        } catch {
            // somebody trains it by hand at this moment: no failure of this one
            let isInterrupted = shouldStop() || error is RunError
            try record(isInterrupted ? .interrupted : .failed, ["because": .string(FailureWords.text(error))], at: clock())
            return shouldStop() ? .interrupted : .failed(explanation(of: error))
        }
        // the training is done and told; what becomes of the promotion is another matter
        if case .admitted(let version, _) = ending {
            do {
                ending = .admitted(version, isPromoted: try promote(version, by: actor, at: clock()))
            } catch {
                ending = .unpromoted(version, explanation(of: error))
            }
        }
        return ending
    }

    private func record(_ answer: MaintenanceRecord.Answer, _ details: JSONValue = .null, at time: Timestamp) throws {
        let cause = try candidates.knownCause(of: name)
        try workspace.registry.record(MaintenanceRecord.decision(answer, of: name, details, cause: cause, at: time))
    }

    private var candidates: MaintenanceCandidates { MaintenanceCandidates(in: workspace, workingFolder: workingFolder) }

    func explanation(of error: any Error) -> Explanation {
        (error as? any Explained)?.explanation
            ?? Explanation(FailureWords.text(error), next: "Run `lora train \(name)` to see it by itself.")
    }

    /// Pins the base as its folder is now. Whether it is whole is looked at first: one that is being copied is not followed.
    private func followBase() throws {
        guard case .changed(let changes) = item.facts.base, !changes.contains(.removed) else { return }
        let declaration = try workspace.registry.adapter(named: name.text)
        let base = try workspace.registry.base(named: declaration.base.text)
        guard try workspace.registry.changes(to: base).contains(where: { $0.effect != .cosmetic }) else { return }
        _ = try workspace.addBase(
            base.name.text, folder: workspace.layout.resolve(base.folder), source: base.source, revision: nil, replaces: true)
    }

    /// The verdict where the base as it is now, measured first, says that no training is worth it.
    private func retirement(
        now: Timestamp, _ shouldStop: @escaping () -> Bool, _ observe: @escaping (TrainAdapter.Event) -> Void
    ) throws -> RetirementVerdict? {
        guard item.facts.version != nil, case .changed(let changes) = item.facts.base, changes.contains(.weights) else {
            return nil
        }
        let outcome = try ShouldRetire(in: workspace, workingFolder: workingFolder).run(name.text, now: now) {
            if shouldStop() { throw Interruption(step: nil) }
            observe(.measuring(subject: $0, done: $1, rows: $2))
        }
        return outcome.verdict.answer == .retire ? outcome.verdict : nil
    }

    private func train(
        by actor: Actor, clock: () -> Timestamp, shouldStop: @escaping () -> Bool, observe: @escaping (TrainAdapter.Event) -> Void
    ) throws -> CarryOutMaintenance.Result.Ending {
        let request = TrainAdapter.Request(adapter: name.text, options: TrainingOptions(), policy: nil, startsAnew: false)
        let training = try TrainAdapter(request, in: workspace, workingFolder: workingFolder)
        let expense = try candidates.expense(of: name, policy)
        try record(
            .begun,
            [
                "reasons": .array(item.reasons.map { .string($0.code) }), "policy": policy.stamp.json,
                "resumes": .bool(try training.goesOn(at: clock())), "expected_hours": .number(expense.expense.hours),
                "expected_is": .string(expense.basis.rawValue),
                "machine_hour": .number(try candidates.price(of: name, policy)),
            ], at: clock())
        switch try training.run(by: actor, clock: clock, shouldStop: shouldStop, observe: observe) {
        case .admitted(let receipt):
            try record(.admitted, ["version": .string("\(receipt.version)")], at: clock())
            return .admitted(receipt.version, isPromoted: false)
        case .refused(let verdict, _):
            try record(.refused, ["gate": verdict.json], at: clock())
            return .refused(verdict)
        case .interrupted:
            try record(.interrupted, at: clock())
            return .interrupted
        }
    }

    /// Whether it is in production now.
    func promote(_ version: VersionID, by actor: Actor, at time: Timestamp) throws -> Bool {
        guard policy.unattended.promotes else { return false }
        let reasons = item.reasons.map(\.code).joined(separator: ", ")
        let occasion = Occasion(
            actor: actor, at: time, reason: "maintenance: \(reasons.isEmpty ? "it had passed its gate" : reasons)")
        do {
            _ = try MoveAlias(in: workspace, workingFolder: workingFolder).promote("\(version)", on: occasion)
            return true
        } catch is PromotionError {
            // it stays the candidate; the refusal is in the ledger
            return false
        }
    }
}
