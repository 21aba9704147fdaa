import Adapters
import ArgumentParser
import Faults
import Lifecycle

struct VerifyVerb: Verb {
    static let configuration = Shell.configuration(
        "verify", "Read again every stored byte of versions, data sets, journals and index, and hold it against its digest.",
        example: "lora verify --quick")

    @Argument(
        help: ArgumentHelp("Adapters, or versions such as ticket-router@v2; everything when none is named.", valueName: "name"))
    var names: [String] = []
    @Flag(help: "Read the versions that aliases point to and a tenth of the others, another tenth each day.")
    var quick = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        if !quick, let damage = try VerifyRegistry.obstacles(to: session.registryLocation(place.registry)) {
            return show(damage, in: session)
        }
        let workspace = try session.openRegistry(place.registry, isThorough: true)
        let report = try VerifyRegistry(workspace, isQuick: quick).run(names, now: session.clock()) { _ in
            if session.isInterrupted { throw StoppedVerifying() }
        }
        return show(report, in: session)
    }

    private func show(_ report: VerifyRegistry.Report, in session: Session) -> ExitStatus {
        if format.json {
            session.print(report.json, as: "lora.verify/1")
        } else {
            for line in VerifyWords.lines(report) { session.console.say(line) }
        }
        return report.faults.isEmpty ? .passed : .integrityFailure
    }
}

/// Ctrl-C while versions were being read.
private struct StoppedVerifying: Explained {
    var explanation: Explanation {
        Explanation("Stopped; not every version was read.", next: "Run the command again, or with --quick.", kind: .interrupted)
    }
}

enum VerifyWords {
    static func lines(_ report: VerifyRegistry.Report) -> [String] {
        let versions = share(report.versions, report.versionsKept, "version")
        let datasets = share(report.datasets, report.datasetsKept, "data set")
        let outcome = report.faults.isEmpty ? "all as written" : counted(report.faults.count, "fault")
        let pruned = report.pruned > 0 ? "; \(report.pruned) pruned, without weights" : ""
        let foreign = report.foreign.map { "noticed: \(Wording.visible($0)) is a reference that lora did not make" }
        return report.faults.flatMap(lines) + foreign + ["\(versions) and \(datasets) read: \(outcome)\(pruned)"]
    }

    private static func share(_ read: Int, _ kept: Int, _ noun: String) -> String {
        read == kept ? counted(read, noun) : "\(read) of \(counted(kept, noun))"
    }

    private static func lines(_ fault: VerifyRegistry.Fault) -> [String] {
        let place = fault.explanation.place.map { ["    at: \($0)"] } ?? []
        return ["✗ \(fault.subject): \(fault.explanation.what)"] + place + ["    mend: \(fault.explanation.next)"]
    }
}
