import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import Registry
import StrictJSON
import Versions

struct ShowVerb: Verb {
    static let configuration = Shell.configuration(
        "show", "Show an adapter with its versions, one version with its lineage, or what aliases meant on a day.",
        example: "lora show ticket-router@production --at 2026-05-01")

    @Argument(help: ArgumentHelp("An adapter, or a version such as ticket-router@v2.", valueName: "adapter-or-version"))
    var version: String
    @Option(
        help: ArgumentHelp(
            "What the aliases meant at that moment (UTC, ISO 8601); a day alone means its end.", valueName: "time"))
    var at: PastMoment?
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        if let at { return try show(workspace.standings(version, at: at.time), in: session) }
        let shown = try workspace.show(version)
        if format.json {
            session.print(shown.json)
        } else {
            for line in ShownWords.lines(shown) { session.console.say(line) }
        }
        return .passed
    }

    private func show(_ past: PastStandings, in session: Session) -> ExitStatus {
        if format.json {
            session.print(past.json)
        } else {
            for line in PastWords.lines(past) { session.console.say(line) }
        }
        return .passed
    }
}

/// A moment of the past: a time, or a day, which means its end.
struct PastMoment: ExpressibleByArgument {
    let time: Timestamp

    init?(argument: String) {
        guard let time = Timestamp(argument) else { return nil }
        let isDay = argument.allSatisfy { $0.isNumber || $0 == "-" }
        self.time = isDay ? time.adding(seconds: 86_399) : time
    }
}

enum PastWords {
    static func lines(_ past: PastStandings) -> [String] {
        guard !past.standings.isEmpty else { return ["\(past.adapter) had no version at \(past.at)."] }
        return ["\(past.adapter) at \(past.at)"] + past.standings.flatMap(lines)
    }

    private static func lines(_ standing: AliasStanding) -> [String] {
        let forced = standing.since.isForced ? ", forced," : ""
        let until = standing.until.map { "until \($0.at) by \($0.actor.name): \($0.reason)" } ?? "to this day"
        return [
            "  \(standing.alias) was \(standing.version.label), since \(standing.since.at)\(forced) by \(standing.since.actor.name): "
                + standing.since.reason, "    \(until)",
        ]
    }
}

enum ShownWords {
    static func lines(_ shown: Shown) -> [String] {
        switch shown {
        case .adapter(let record): lines(record)
        case .version(let record, let dataset, let absent, let measured):
            lines(record, dataset, measured) + absent.map(line)
        }
    }

    private static func lines(_ record: AdapterRecord) -> [String] {
        let declaration = record.declaration
        let state = record.state == .active ? [] : [("state", record.state.rawValue)]
        let facts =
            state + [
                ("task", declaration.task), ("owner", declaration.owner), ("base", declaration.base.text),
                ("data", "\(declaration.data.train), held out \(declaration.data.heldOut)"),
                ("metric", MetricNameWords.text(declaration.metric)), ("horizon", "\(declaration.horizon)"),
                ("policy", declaration.policy),
            ]
        let versions = record.versions.reversed().map { record in
            let aliases = record.aliases.isEmpty ? "" : " (\(record.aliases.sorted().map(\.text).joined(separator: ", ")))"
            let pruned = record.isPruned ? " (pruned)" : ""
            return "  \(record.version.label)\(aliases)\(pruned)  \(record.published.at)  \(metrics(record.lineage.metrics))"
        }
        return ["\(declaration.name)"] + aligned(facts) + strangeProduction(record)
            + (versions.isEmpty ? ["no version yet"] : ["versions"] + versions)
    }

    /// Such as after a rollback to before a migration.
    private static func strangeProduction(_ record: AdapterRecord) -> [String] {
        guard let served = record.versions.first(where: { $0.aliases.contains(.production) }),
            served.lineage.base.name != record.declaration.base
        else { return [] }
        return aligned([
            (
                "note",
                "\(served.version) is in production, of the base \(served.lineage.base.name); \(record.declaration.base) is declared"
            )
        ])
    }

    private static func lines(_ record: VersionRecord, _ dataset: DatasetStanding, _ measured: LaterProof?) -> [String] {
        let lineage = record.lineage
        let pruned = record.isPruned ? [("weights", "pruned")] : []
        let facts =
            pruned + [
                ("aliases", record.aliases.isEmpty ? "none" : record.aliases.sorted().map(\.text).joined(separator: ", ")),
                ("commit", "\(record.published.commit)"), ("tag", record.version.tag), ("run", LineageWords.run(lineage)),
                ("base", "\(lineage.base.name) \(lineage.base.digest)"),
                ("data", "\(LineageWords.data(lineage))\(stored(dataset))"),
                ("metrics", lineage.metrics.isEmpty ? "none came with it" : metrics(lineage.metrics)),
            ] + (measured.map(since) ?? []) + [
                ("trained", LineageWords.time(lineage)),
                ("made by", lineage.madeBy ?? LineageWords.unknown),
            ]
        let settings = lineage.settings.members.map { "  \($0.0) = \(SettingWords.text($0.1))" }
        return ["\(record.version)"] + aligned(facts) + LineageWords.adoption(lineage) + ["settings"] + settings
    }

    private static func line(_ absent: VersionFault) -> String {
        "  absent   \(absent.path): \(absent.words); \(absent.remedy)"
    }

    private static func stored(_ standing: DatasetStanding) -> String {
        switch standing {
        case .unknown: ""
        case .rows: ", stored"
        default: ", \(DatasetWords.words(standing))"
        }
    }

    private static func aligned(_ facts: [(String, String)]) -> [String] {
        facts.map { name, value in "  " + name.padding(toLength: 9, withPad: " ", startingAt: 0) + value }
    }

    /// What was measured here since it came.
    private static func since(_ measured: LaterProof) -> [(String, String)] {
        let effect = measured.effect.map { ("effect", "\(Decimals.text($0, 4)) nats, the largest change by golden probes") }
        let suites = measured.suites.map { suite in
            "\(suite.suite) \(Decimals.percent(suite.comparison.first)) (base \(Decimals.percent(suite.comparison.second)))"
        }
        return [("measured", "\(metrics(measured.metrics)); here, \(measured.measuredAt)")] + (effect.map { [$0] } ?? [])
            + (suites.isEmpty ? [] : [("suites", "error \(suites.joined(separator: ", "))")])
    }

    private static func metrics(_ metrics: [NamedMetric]) -> String {
        metrics.map { "\($0.name) \(MetricWords.text($0))" }.joined(separator: ", ")
    }
}

/// A recorded setting, with room between the parts of those that have some.
enum SettingWords {
    static func text(_ value: JSONValue) -> String {
        guard let members = value.objectValue else { return value.stringValue ?? value.text() }
        return members.members.map { "\($0) \(text($1))" }.joined(separator: ", ")
    }
}

/// A recorded number: errors as percentages, counts as whole numbers.
enum MetricWords {
    static func text(_ metric: NamedMetric) -> String {
        if metric.name.hasSuffix("error") { return Decimals.percent(metric.value) }
        return Int(exactly: metric.value).map { "\($0)" } ?? Decimals.text(metric.value, 4)
    }
}
