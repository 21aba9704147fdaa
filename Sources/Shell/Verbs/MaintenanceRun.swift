import Adapters
import Faults
import Foundation
import Lifecycle
import Policies
import Randomness
import Registry
import Schedules
import StrictJSON

/// `lora retrain-check --run`, from what is due to words short enough for a cron mail.
struct MaintenanceRun {
    let session: Session
    let isQuiet: Bool
    let isJSON: Bool
    let notify: String?

    func perform(_ adapter: String?, in workspace: Workspace, dryRunAt moment: Timestamp?) throws -> ExitStatus {
        let zone = LocalZone()
        let maintenance = CarryOutMaintenance(in: workspace, workingFolder: session.workingFolder) { moment in
            let clock = zone.wallClock(moment)
            return WallClock(weekday: clock.weekday, minute: clock.minute)
        }
        if let moment {
            let (plan, agenda) = try maintenance.agenda(adapter, now: moment)
            return show(plan, agenda)
        }
        let target = try notify.map { try MaintenanceNotice.Target($0) }
        let bar = ProgressLine(console: session.console, plainInterval: .infinity)
        let outcome = try maintenance.run(
            adapter, by: Actor(environment: session.environment), clock: session.clock, shouldStop: { session.isInterrupted },
            observe: { adapter, event in if !isJSON && !isQuiet { show(adapter, event, bar) } })
        bar.end()
        let hasNews =
            !outcome.results.isEmpty || !outcome.waiting.isEmpty || !outcome.plan.unjudged.isEmpty
            || outcome.plan.isClockBehind
        if hasNews || !isQuiet { report(outcome) }
        if hasNews { session.tell(target, outcome.json) }
        return status(of: outcome)
    }

    private func show(_ adapter: AdapterName, _ event: TrainAdapter.Event, _ bar: ProgressLine) {
        guard session.console.isTerminal else { return }
        switch event {
        case .training(.step(let report)): bar.show("\(adapter): step \(report.step)")
        case .measuring(let subject, let done, let rows): bar.show("\(adapter): measuring \(subject) \(done)/\(rows) rows")
        default: break
        }
    }

    private func show(_ plan: MaintenancePlan, _ agenda: MaintenanceAgenda) -> ExitStatus {
        if isJSON {
            session.print(agenda.json)
            for adapter in plan.unjudged { session.console.complain(Wording.text(of: adapter.explanation)) }
        } else {
            for line in MaintenanceWords.lines(agenda, plan) { session.console.say(line) }
        }
        return ExitStatus(plan, begins: !agenda.jobs.isEmpty)
    }

    private func report(_ outcome: CarryOutMaintenance.Outcome) {
        if isJSON {
            session.print(outcome.json)
            for adapter in outcome.plan.unjudged { session.console.complain(Wording.text(of: adapter.explanation)) }
        } else {
            for line in MaintenanceWords.lines(outcome, session) { session.console.say(line) }
        }
    }

    /// What went wrong comes first, then what a person must do.
    private func status(of outcome: CarryOutMaintenance.Outcome) -> ExitStatus {
        var (failed, refused, mustAct) = (ExitStatus?.none, false, !outcome.waiting.isEmpty)
        for result in outcome.results {
            switch result.ending {
            case .interrupted: return .interrupted
            case .failed(let explanation), .unpromoted(_, let explanation): failed = failed ?? ExitStatus(explanation.kind)
            case .refused: refused = true
            case .shouldRetire: mustAct = true
            case .admitted, .settled: break
            }
        }
        if let failed { return failed }
        if let fault = outcome.plan.unjudged.first { return ExitStatus(fault.explanation.kind) }
        if refused { return .verificationFailed }
        return mustAct ? .actionDue : outcome.plan.isClockBehind ? .notEnoughEvidence : .passed
    }
}

enum MaintenanceWords {
    /// What would be done, and what is not judged.
    static func lines(_ agenda: MaintenanceAgenda, _ plan: MaintenancePlan) -> [String] {
        ["\(agenda.jobs.count) of \(plan.considered) would begin as of \(agenda.now)."]
            + agenda.jobs.flatMap { item in
                ["  \(item.facts.adapter)  \(item.reasons.map(\.words).joined(separator: " "))"]
                    + (agenda.expected[item.facts.adapter].map { ["    \($0.words)"] } ?? [])
            } + lines(agenda.waiting) + unjudged(plan)
    }

    /// By name, with all that a complaint would say.
    static func unjudged(_ plan: MaintenancePlan) -> [String] {
        plan.unjudged.flatMap { adapter in
            let explanation = adapter.explanation
            return ["  \(adapter.name)  not judged: \(Wording.visible(explanation.what))"]
                + (explanation.place.map { ["    at: \(Wording.visible($0))"] } ?? [])
                + ["    next: \(Wording.visible(explanation.next))"]
        }
    }

    static func lines(_ outcome: CarryOutMaintenance.Outcome, _ session: Session) -> [String] {
        guard !outcome.results.isEmpty || !outcome.waiting.isEmpty || !outcome.plan.unjudged.isEmpty else {
            return [
                outcome.plan.isClockBehind
                    ? "Not enough evidence, since trainings lie in the future of \(outcome.plan.now)."
                    : "Nothing is due as of \(outcome.plan.now)."
            ]
        }
        return outcome.results.flatMap { result in
            [
                "\(result.item.facts.adapter)  \(words(result.ending, session))",
                "  since: \(since(result))",
            ]
        } + lines(outcome.waiting) + unjudged(outcome.plan)
    }

    static func lines(_ waiting: [MaintenanceAgenda.Waiting]) -> [String] {
        waiting.map { "  \($0.item.facts.adapter)  waits: \($0.words)" }
    }

    private static func since(_ result: CarryOutMaintenance.Result) -> String {
        if case .settled = result.ending { return "It had passed its gate before." }
        return result.item.reasons.map(\.words).joined(separator: " ")
    }

    private static func words(_ ending: CarryOutMaintenance.Result.Ending, _ session: Session) -> String {
        switch ending {
        case .admitted(let version, isPromoted: true): "\(version) was trained and is in production"
        case .admitted(let version, isPromoted: false):
            "\(version) was trained and waits; put it into production with `\(session.command("promote \(version)"))`"
        case .settled(let version, let isPromoted):
            isPromoted
                ? "\(version) is in production"
                : "\(version) stays the candidate; `\(session.command("why \(version)"))` says why"
        case .unpromoted(let version, let explanation):
            "\(version) stays the candidate: \(explanation.what) \(explanation.next)"
        case .refused(let verdict):
            "refused by its gate: \(verdict.rules.filter { $0.passed != true }.map(\.reason).joined(separator: " "))"
        case .shouldRetire(let verdict):
            "should be given up: \(verdict.rules.filter { $0.finding == .failed }.map(\.reason).joined(separator: " "))"
        case .interrupted: "stopped; the next check goes on with it"
        case .failed(let explanation):
            "failed: \(explanation.what)\(explanation.place.map { " (\($0))" } ?? "") \(explanation.next)"
        }
    }
}

extension CarryOutMaintenance.Outcome {
    /// `lora.maintenance-run/1`.
    var json: JSONValue {
        [
            "schema": "lora.maintenance-run/1", "now": .string("\(plan.now)"), "due": .integer(plan.due.count),
            "results": .array(results.map(\.json)),
            "waiting": .array(waiting.map(\.json)),
            "unjudged": .array(plan.unjudged.map { .string($0.name) }),
        ]
    }
}

extension CarryOutMaintenance.Result {
    fileprivate var json: JSONValue {
        let (state, details): (String, JSONValue) =
            switch ending {
            case .admitted(let version, let isPromoted):
                (isPromoted ? "promoted" : "admitted", ["version": .string("\(version)")])
            case .settled(let version, let isPromoted):
                (isPromoted ? "promoted" : "kept_back", ["version": .string("\(version)")])
            case .unpromoted(let version, let explanation):
                ("unpromoted", ["version": .string("\(version)"), "what": .string(explanation.what)])
            case .refused(let verdict): ("refused", ["gate": verdict.json])
            case .shouldRetire(let verdict): ("should_retire", ["retirement": verdict.json])
            case .interrupted: ("interrupted", .null)
            case .failed(let explanation): ("failed", ["what": .string(explanation.what), "next": .string(explanation.next)])
            }
        return [
            "adapter": .string(item.facts.adapter.text), "state": .string(state),
            "reasons": .array(item.reasons.map { .string($0.code) }), "details": details,
        ]
    }
}

extension Session {
    /// Hands news to whoever is to be told; that it could not be is said, and is no reason to fail what was done.
    func tell(_ target: MaintenanceNotice.Target?, _ news: JSONValue) {
        guard let target else { return }
        do {
            try MaintenanceNotice(to: target, environment: environment).send(news)
        } catch {
            console.complain(Wording.text(of: (error as? any Explained)?.explanation ?? Wording.explanation(ofForeign: error)))
        }
    }

    /// Waits some part of so many minutes, which differs from one name to the next and from one day to the next.
    func wait(minutes: Int, apart name: String) throws {
        guard minutes > 0 else { return }
        let day = UInt64(bitPattern: Int64(clock().date.daysSinceEpoch))
        let seconds = StableHash.of([day], name) % UInt64(60 * minutes)
        for _ in 0..<seconds where !isInterrupted { Thread.sleep(forTimeInterval: 1) }
        if isInterrupted { throw StoppedWaiting() }
    }
}
