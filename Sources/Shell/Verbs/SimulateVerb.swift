import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import Simulation
import StrictJSON

struct SimulateVerb: Verb {
    static let configuration = Shell.configuration(
        "simulate",
        "Let a policy keep an invented fleet for years, and hold its decisions against the truth and against training by the calendar.",
        example: "lora simulate --policy frugal --adapters 1000 --years 5")

    @Option(help: ArgumentHelp("How many adapters.", valueName: "n"))
    var adapters = 1_000
    @Option(help: ArgumentHelp("How many years.", valueName: "n"))
    var years = 5
    @Option(help: ArgumentHelp("Another seed is another world.", valueName: "n"))
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Keep the fleet by this policy: a file, or a name such as strict.", valueName: "policy"))
    var policy = "default"
    @Option(help: ArgumentHelp("Share of the daily checks that do not happen.", valueName: "x"))
    var missedRuns = 0.03
    @Option(help: ArgumentHelp("Share of the trainings that die halfway.", valueName: "x"))
    var crashes = 0.05
    @Option(help: ArgumentHelp("Share of the trainings that end in an error.", valueName: "x"))
    var failures = 0.05
    @Option(help: ArgumentHelp("Share of the checks that are started twice.", valueName: "x"))
    var doubleTriggers = 0.05
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard (1...1_000_000).contains(adapters) else { throw ValidationError("--adapters takes 1 to 1,000,000.") }
        guard (1...50).contains(years) else { throw ValidationError("--years takes 1 to 50.") }
        let shares = [
            ("missed-runs", missedRuns), ("crashes", crashes), ("failures", failures), ("double-triggers", doubleTriggers),
        ]
        for (name, share) in shares where !(0..<1).contains(share) {
            throw ValidationError("--\(name) takes a share from 0 to below 1.")
        }
    }

    func perform(in session: Session) throws -> ExitStatus {
        let shelf = PolicyShelf(registry: nil, workingFolder: session.workingFolder)
        guard let start = Timestamp(year: 2026, month: 1, day: 1) else { preconditionFailure("a day of the calendar") }
        let settings = SimulationSettings(
            adapters: adapters, years: years, seed: seed, start: start, missedRuns: missedRuns, crashes: crashes,
            failures: failures,
            doubleTriggers: doubleTriggers)
        var simulation = try Simulation(settings, policy: shelf.policy(session.policy(policy)))
        let line = ProgressLine(console: session.console)
        let report = simulation.run { day, days in
            if session.console.isTerminal, !format.json, day % 30 == 0 { line.show("day \(day) of \(days)") }
        }
        line.end()
        if format.json {
            session.print(report.json)
        } else {
            for line in SimulationWords.lines(report) { session.console.say(line) }
        }
        return report.isFaultless ? .passed : .verificationFailed
    }
}

/// What came of it, in 80 columns.
enum SimulationWords {
    static func lines(_ report: SimulationReport) -> [String] { all(report).flatMap { Folding.lines($0, within: 80) } }

    private static func all(_ report: SimulationReport) -> [String] {
        let settings = report.settings
        let world = "\(counted(settings.adapters, "adapter")) over \(counted(settings.years, "year"))"
        return ["\(world) by policy '\(report.policy.name)', world \(settings.seed)."] + verdicts(report) + maintenance(report)
            + strategies(report)
    }

    private static func verdicts(_ report: SimulationReport) -> [String] {
        let tally = report.tally
        return [
            "Verdicts: \(counted(tally.asked, "question")); of \(tally.clear) clear ones "
                + "\(Decimals.percent(report.wrongVerdictShare)) were answered wrongly "
                + "(\(tally.wrongYes) yes, \(tally.wrongNo) no), \(tally.undecided) stayed open.",
            "Intervals: \(Decimals.percent(report.coverage)) of \(tally.intervals) hold the true rate.",
        ]
    }

    private static func maintenance(_ report: SimulationReport) -> [String] {
        let tally = report.tally
        return [
            "Maintenance: \(counted(tally.trainings, "training")) begun, \(report.missed) missed, \(report.doubled) doubled, "
                + "\(report.unfounded) without cause; \(tally.crashed) died and were gone on with, "
                + "\(tally.refused) refused, \(tally.needless) gained less than half a point.",
            "Of those begun \(report.finished) finished and \(tally.failed) failed; \(report.open) were still under way at the end.",
            "Failures: \(tally.failed), of which \(tally.handedOver) were left to a person, \(report.hasty) tried again too soon; "
                + "\(report.overspent) days or months over the budget.",
            "Retired by evidence: \(tally.retired), of which \(tally.wronglyRetired) wrongly.",
        ]
    }

    private static func strategies(_ report: SimulationReport) -> [String] {
        let rows = report.strategies.map { strategy in
            [
                strategy.name.replacing("_", with: " "), RuleValue.count(strategy.trainings).words,
                Decimals.text(strategy.hours, 0), Decimals.percent(strategy.meanError),
            ]
        }
        return Table(["STRATEGY", "FINISHED", "HOURS", "MEAN ERROR"], rows, alignsRight: [1, 2, 3]).lines + [
            "Cost \(Decimals.percent(report.costRatio)) of training every 91 days, at an error "
                + "\(points(report)) \(report.errorDifference > 0 ? "higher" : "lower").",
            verdict(report),
        ]
    }

    private static func points(_ report: SimulationReport) -> String {
        "\(Decimals.text(100 * abs(report.errorDifference), 2)) points"
    }

    private static func verdict(_ report: SimulationReport) -> String {
        switch report.comparison {
        case .better: "The policy keeps this fleet as well for less."
        case .cheaper: "The policy saves hours and pays for them with \(points(report)) of error."
        case .dearer: "The policy is the dearer one: what it takes more buys \(points(report)) of error."
        case .worse: "The policy is the dearer one and errs no less: training every 91 days serves this fleet better."
        }
    }
}
