import Adapters
import Faults
import Foundation
import Policies
import Registry
import StrictJSON
import Training

/// Does what is due, as far as the policies let it be done unattended: follow the base, train, judge, and promote where a policy says so.
///
/// One process at a time. Each training is a `TrainAdapter`, which goes on with what a killed process left; before and after each the ledger
/// is told, so that the next check knows what was tried.
public struct CarryOutMaintenance {
    /// What became of one adapter.
    public struct Result: Sendable {
        public enum Ending: Sendable {
            /// A new version; whether it is in production now.
            case admitted(VersionID, isPromoted: Bool)
            /// A version that maintenance had made before is in production now, or was kept from it.
            case settled(VersionID, isPromoted: Bool)
            /// A new version that should be in production, and why it is not.
            case unpromoted(VersionID, Explanation)
            case refused(GateVerdict)
            case shouldRetire(RetirementVerdict)
            case interrupted
            case failed(Explanation)
        }

        public let item: RetrainCase
        public let ending: Ending
    }

    public struct Outcome: Sendable {
        /// As it was found.
        public let plan: MaintenancePlan
        public let results: [Result]
        /// What is due still, and why it waits.
        public let waiting: [MaintenanceAgenda.Waiting]
    }

    private let workspace: Workspace
    private let workingFolder: URL
    private let check: RetrainCheck
    private let wallClock: (Timestamp) -> WallClock

    public init(in workspace: Workspace, workingFolder: URL, wallClock: @escaping (Timestamp) -> WallClock) {
        self.workspace = workspace
        self.workingFolder = workingFolder
        self.wallClock = wallClock
        check = RetrainCheck(in: workspace, workingFolder: workingFolder)
    }

    /// What would begin now and what would wait; nothing is done.
    public func agenda(_ adapter: String?, now: Timestamp) throws -> (plan: MaintenancePlan, agenda: MaintenanceAgenda) {
        let (plan, policies) = try check.judged(adapter, now: now)
        let candidates = MaintenanceCandidates(in: workspace, workingFolder: workingFolder)
        return (plan, try candidates.agenda(plan, policies, now: now, wallClock: wallClock))
    }

    /// - Parameter clock: read anew before each training, since the one before took time.
    /// - Throws: `RunError.maintenanceHeld` when another process is at it.
    public func run(
        _ adapter: String?, by actor: Actor, clock: () -> Timestamp, shouldStop: @escaping () -> Bool,
        observe: @escaping (AdapterName, TrainAdapter.Event) -> Void
    ) throws -> Outcome {
        let lock = try workspace.registry.maintenanceLock(
            holder: "process \(ProcessInfo.processInfo.processIdentifier) since \(clock())")
        return try withExtendedLifetime(lock) {
            let (plan, policies) = try check.judged(adapter, now: clock())
            let candidates = MaintenanceCandidates(in: workspace, workingFolder: workingFolder)
            var (results, done) = (try promotePending(plan, policies, by: actor, at: clock()), Set<AdapterName>())
            while true {
                let agenda = try candidates.agenda(plan.without(done), policies, now: clock(), wallClock: wallClock)
                guard !shouldStop(), let item = agenda.jobs.first, let policy = policies[item.facts.adapter] else {
                    return Outcome(plan: plan, results: results, waiting: agenda.waiting)
                }
                done.insert(item.facts.adapter)
                let job = MaintenanceJob(item: item, policy: policy, workspace: workspace, workingFolder: workingFolder)
                results.append(
                    Result(
                        item: item,
                        ending: try job.run(
                            by: actor, clock: clock, shouldStop: shouldStop, observe: { observe(item.facts.adapter, $0) })))
            }
        }
    }
}

extension CarryOutMaintenance {
    /// What maintenance admitted and then died before it could promote it.
    private func promotePending(
        _ plan: MaintenancePlan, _ policies: [AdapterName: Policy], by actor: Actor, at time: Timestamp
    ) throws -> [Result] {
        try plan.cases.compactMap { item in
            let name = item.facts.adapter
            guard let policy = policies[name], policy.unattended.promotes, let version = item.facts.version,
                version != item.facts.production?.version, try isPending(version)
            else { return nil }
            let job = MaintenanceJob(item: item, policy: policy, workspace: workspace, workingFolder: workingFolder)
            do {
                return Result(item: item, ending: .settled(version, isPromoted: try job.promote(version, by: actor, at: time)))
            } catch {
                // one that cannot be promoted hides none that is due
                return Result(item: item, ending: .unpromoted(version, job.explanation(of: error)))
            }
        }
    }

    /// Whether maintenance made this version, and nobody has judged its promotion since.
    private func isPending(_ version: VersionID) throws -> Bool {
        let decisions = try workspace.registry.decisions(of: version.adapter)
        guard let last = decisions.lastIndex(where: { $0.maintenance != nil }) else { return false }
        let made = decisions[last]
        let isOwn =
            switch made.maintenance {
            case .admitted: made.detail("version")?.stringValue == "\(version)"
            // its process died when the version stood, before it could say so
            case .begun: try workspace.registry.version(version).published.at >= made.at
            default: false
            }
        return isOwn && !decisions[last...].contains { $0.question == .promote }
    }
}

extension MaintenancePlan {
    fileprivate func without(_ done: Set<AdapterName>) -> MaintenancePlan {
        MaintenancePlan(cases: cases.filter { !done.contains($0.facts.adapter) }, unjudged: unjudged, resting: resting, now: now)
    }
}
