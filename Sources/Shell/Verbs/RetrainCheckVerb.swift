import Adapters
import ArgumentParser
import DurableFiles
import Foundation
import Lifecycle
import Policies

struct RetrainCheckVerb: Verb {
    static let configuration = Shell.configuration(
        "retrain-check", "Say which adapters are due for retraining, and why; exit 10 when one is.",
        example: "lora retrain-check --now 2026-12-01T06:00:00Z --json")

    @Argument(help: ArgumentHelp("Only this adapter.", valueName: "adapter"))
    var adapter: String?
    @Option(help: ArgumentHelp("Judge as of this moment instead of now (UTC, ISO 8601).", valueName: "time"))
    var now: Timestamp?
    @Flag(help: "Print nothing unless something is due or could not be judged, so that cron sends no needless mail.")
    var quiet = false
    @Flag(help: "List instead by which day each adapter is due, the nearest first.")
    var calendar = false
    @Option(help: ArgumentHelp("Write those days as a calendar too (iCalendar).", valueName: "file"))
    var ics: String?
    @Flag(help: "Do what is due, as far as the policies allow it: train, judge, and promote where a policy says so.")
    var run = false
    @Flag(help: "With --run, say what would begin and what would wait, and do nothing.")
    var dryRun = false
    @Option(
        help: ArgumentHelp(
            "When there is news, post it to this address (http…), or run this command with it on its input.", valueName: "target")
    )
    var notify: String?
    @Option(
        help: ArgumentHelp(
            "Begin up to so many minutes later, each registry at a moment of its own, so that a fleet's machines do not begin at once.",
            valueName: "minutes"))
    var jitter: Int?
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard !(calendar && format.json) else {
            throw ValidationError("--json holds every next_due already; leave --calendar out.")
        }
        guard !(run && (calendar || ics != nil)) else {
            throw ValidationError("--run does what is due; ask for the calendar without it.")
        }
        guard run || !dryRun else { throw ValidationError("--dry-run goes with --run.") }
        guard !dryRun || !quiet && notify == nil else {
            throw ValidationError("--dry-run does nothing and tells nobody; leave --quiet and --notify out.")
        }
        guard !run || dryRun || now == nil else {
            throw ValidationError("--run does things now, and records when; --now goes with --dry-run.")
        }
        if let jitter, !(0...1_440).contains(jitter) { throw ValidationError("--jitter takes 0 to 1,440 minutes.") }
    }

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        try session.wait(minutes: jitter ?? 0, apart: workspace.layout.root.path)
        if run {
            return try MaintenanceRun(session: session, isQuiet: quiet, isJSON: format.json, notify: notify)
                .perform(adapter, in: workspace, dryRunAt: dryRun ? now ?? session.clock() : nil)
        }
        let target = try notify.map { try MaintenanceNotice.Target($0) }
        let plan = try RetrainCheck(in: workspace, workingFolder: session.workingFolder)
            .run(adapter, now: now ?? session.clock())
        if let ics {
            try DurableFile.write(Data(RetrainCalendar.text(plan).utf8), to: session.url(ics))
        }
        let hasNews = !plan.due.isEmpty || !plan.unjudged.isEmpty || plan.isClockBehind
        if !quiet || hasNews { show(plan, in: session) }
        if hasNews { session.tell(target, plan.json) }
        return ExitStatus(plan)
    }

    private func show(_ plan: MaintenancePlan, in session: Session) {
        if format.json {
            session.print(plan.json)
            for adapter in plan.unjudged { session.console.complain(Wording.text(of: adapter.explanation)) }
        } else {
            for line in calendar ? RetrainCalendar.lines(plan) : RetrainWords.lines(plan) { session.console.say(line) }
        }
    }
}

extension ExitStatus {
    /// A due job comes first: the faults are in the output, and stay until somebody mends them.
    ///
    /// - Parameter begins: of a look at what would begin: whether anything does.
    init(_ plan: MaintenancePlan, begins: Bool? = nil) {
        if begins ?? !plan.due.isEmpty {
            self = .actionDue
        } else if let fault = plan.unjudged.first {
            self = ExitStatus(fault.explanation.kind)
        } else {
            self = plan.isClockBehind ? .notEnoughEvidence : .passed
        }
    }
}

extension Timestamp: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

/// A maintenance plan, short enough for a cron mail.
enum RetrainWords {
    static func lines(_ plan: MaintenancePlan) -> [String] {
        if plan.cases.isEmpty && plan.unjudged.isEmpty && plan.resting.isEmpty {
            return ["No adapter is declared, so nothing is due."]
        }
        return ["\(summary(plan)) as of \(plan.now)."] + plan.cases.flatMap(lines)
            + MaintenanceWords.unjudged(plan)
            + plan.resting.map { "  \($0.name)  passed over: \($0.standing.words)" }
    }

    private static func summary(_ plan: MaintenancePlan) -> String {
        let unjudged = plan.unjudged.isEmpty ? "" : ", \(plan.unjudged.count) not judged,"
        if !plan.due.isEmpty { return "\(plan.due.count) of \(plan.considered) due\(unjudged)" }
        if plan.isClockBehind { return "Not enough evidence, since trainings lie in the future," }
        return unjudged.isEmpty
            ? "Nothing is due" : "Nothing that could be judged is due, \(plan.unjudged.count) of \(plan.considered) could not,"
    }

    private static func lines(_ item: RetrainCase) -> [String] {
        let name = item.facts.version.map { "\($0)" } ?? "\(item.facts.adapter)"
        let state =
            item.isDue ? "due: \(item.reasons.map(\.words).joined(separator: " "))" : "not due before \(item.nextDue.date)"
        let serving = item.facts.production.flatMap { $0.version == item.facts.version ? nil : $0 }
        return ["  \(name)  \(state)"]
            + (serving.map {
                ["    in production: \($0.version), trained \($0.trained.map { "\($0.date)" } ?? "at an unknown time")"]
            } ?? [])
            + item.pending.map { "    waits for the window (\(item.nextDue.date)): \($0.words)" }
            + item.noticed.map { "    noticed: \($0)" } + item.unchecked.map { "    not checked: \($0)" }
    }
}
