import Adapters
import ArgumentParser
import Lifecycle
import Policies
import StrictJSON

struct BaseCheckVerb: Verb {
    static let configuration = Shell.configuration(
        "check", "Say how bases differ from their pins, in their folders and on the hub, and what that asks of which adapter.",
        example: "lora base check --json")

    @Argument(help: ArgumentHelp("Only this base.", valueName: "base"))
    var name: String?
    @Flag(help: "Use no network; what only the hub knows is then said to be unchecked.")
    var offline = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let hub = try session.hub(isOffline: offline)
        let check = BaseCheck(
            in: try session.openRegistry(place.registry), hub: hub, workingFolder: session.workingFolder)
        let now = session.clock()
        let reports = try check.run(name, now: now)
        if format.json {
            session.print(
                ["now": .string("\(now)"), "bases": .array(reports.map { $0.json(now: now) })], as: "lora.base-check/1")
        } else if reports.isEmpty {
            session.console.say("No base is pinned yet. Pin one with `\(session.command("base add NAME DIR"))`.")
        } else {
            for line in reports.flatMap({ BaseCheckWords.lines($0, now: now) }) { session.console.say(line) }
        }
        let unjudged = reports.flatMap(\.unjudged)
        for adapter in unjudged { session.console.complain(Wording.text(of: adapter.explanation)) }
        return unjudged.first.map { ExitStatus($0.explanation.kind) } ?? status(of: reports, isOffline: hub.isOffline)
    }

    /// Without a network that nobody forbade, not all is known that was asked.
    private func status(of reports: [BaseReport], isOffline: Bool) -> ExitStatus {
        if reports.contains(where: { $0.action > .nothing }) { return .actionDue }
        let isShort = reports.contains { $0.folder.unchecked != nil || !isOffline && !$0.unchecked.isEmpty }
        return isShort ? .notEnoughEvidence : .passed
    }
}

/// A report as people read it.
enum BaseCheckWords {
    static func lines(_ report: BaseReport, now: Timestamp) -> [String] {
        let base = report.base
        let origin = base.source.map { source in "  \(source)\(base.revision.map { "@\($0.prefix(12))" } ?? "")" } ?? ""
        return ["\(base.name)\(origin)"] + ["  folder: \(words(report.folder))"] + files(report.folder)
            + (report.hub.map { hubLines($0, report) } ?? []) + (report.endOfLife.map { ["  \($0.words)."] } ?? [])
            + (report.newer.isEmpty ? [] : ["  newer of its family: \(report.newer.joined(separator: ", "))"])
            + (report.unlisted.map { ["  newer bases: not looked for: \($0)"] } ?? []) + report.adapters.map(line)
            + report.unjudged.map { "  \($0.name): not judged: \($0.explanation.what)" }
            + (report.adapters.isEmpty && report.unjudged.isEmpty ? ["  no adapter is declared on it"] : [])
    }

    private static func hubLines(_ finding: BaseReport.Finding, _ report: BaseReport) -> [String] {
        let branch = report.base.follows ?? "main"
        guard case .unchecked(let why) = finding else {
            let isCached = if case .changed(let difference) = finding { difference.isCached } else { false }
            let place = isCached ? "cache, where another tool left \(branch)" : "hub, \(branch)"
            return ["  \(place): \(words(finding))"] + files(finding)
        }
        let known =
            report.lastKnown.isEmpty
            ? "" : ", when it had changed: \(report.lastKnown.inOrder.map(\.title).joined(separator: ", "))"
        let last = report.lastLook.map { "last looked at on \($0.date)\(known)" } ?? "never looked at yet"
        return ["  hub: not checked: \(why); \(last)"]
    }

    private static func words(_ finding: BaseReport.Finding) -> String {
        switch finding {
        case .unchecked(let why): return "not checked: \(why)"
        case .unchanged: return "as pinned"
        case .changed(let difference):
            let remark = difference.remark.map { "; \($0)" } ?? ""
            guard !difference.effects.isEmpty else { return "as pinned\(remark)" }
            let commit = difference.revision.map { "commit \($0.prefix(12)), " } ?? ""
            return "\(commit)changed: \(difference.effects.inOrder.map(\.title).joined(separator: ", "))\(remark)"
        }
    }

    private static func files(_ finding: BaseReport.Finding) -> [String] {
        guard case .changed(let difference) = finding else { return [] }
        let shown = difference.files.prefix(10).map { file in
            let kinds = file.effects.inOrder.map(\.title).joined(separator: ", ")
            let hint = difference.unread.contains(file.path) ? " (judged by its name)" : ""
            return "    \(file.path) \(file.kind.rawValue): \(kinds)\(hint)"
        }
        return shown + (difference.files.count > 10 ? ["    and \(difference.files.count - 10) more files"] : [])
    }

    private static func line(_ affected: BaseReport.Affected) -> String {
        let response = affected.response
        guard response.action != .nothing else { return "  \(affected.adapter): nothing to do" }
        let remedy = response.remedy == response.action ? "" : " (\(response.remedy.rawValue))"
        let causes = response.because.map(\.title).joined(separator: ", ")
        return "  \(affected.adapter): \(response.action.rawValue)\(remedy), for \(causes)"
    }
}

extension BaseChange {
    /// As a table names it.
    var title: String {
        switch self {
        case .removed: "removed"
        case .gated: "access restricted"
        case .endOfLife: "end of life"
        case .licence: "licence"
        case .tokenizer: "tokenizer"
        case .weights: "weights"
        case .config: "configuration"
        case .chatTemplate: "chat template"
        case .generationConfig: "generation settings"
        case .cosmetic: "cosmetic"
        }
    }
}
