import Adapters
import ArgumentParser
import Lifecycle
import Llama
import StrictJSON

struct DiffVerb: Verb {
    static let configuration = Shell.configuration(
        "diff", "Tell two versions apart: settings, data, base, metrics, and how far each linear's correction moved.",
        example: "lora diff ticket-router@v2 ticket-router@v3")

    @Argument(help: ArgumentHelp("A version; a bare name means the one in production.", valueName: "version"))
    var first: String
    @Argument(help: ArgumentHelp("Another version; the candidate when none is named.", valueName: "other"))
    var second: String?
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let difference = try session.openRegistry(place.registry).difference(first, second)
        if format.json {
            session.print(difference.json)
        } else {
            for line in DifferenceWords.lines(difference) { session.console.say(line) }
        }
        return .passed
    }
}

enum DifferenceWords {
    /// Linears that are shown; all are in the JSON.
    private static let shown = 5

    static func lines(_ difference: VersionDifference) -> [String] {
        let (first, second) = (difference.first.lineage, difference.second.lineage)
        let data =
            difference.hasOtherData ? "\(words(first.dataset)) → \(words(second.dataset))" : "\(words(first.dataset)), the same"
        let base =
            difference.hasOtherBase
            ? "\(first.base.name) \(first.base.digest) → \(second.base.name) \(second.base.digest)"
            : "\(first.base.name), the same"
        return ["\(difference.first.version) → \(difference.second.version)"]
            + section("settings", difference.settings, of: { SettingWords.text($1) })
            + ["data  \(data)"] + rows(difference) + ["base  \(base)"]
            + section(
                "metrics", difference.metrics,
                of: { name, value in value.doubleValue.map { MetricWords.text(NamedMetric(name, $0)) } ?? value.text() })
            + weights(difference)
    }

    private static func rows(_ difference: VersionDifference) -> [String] {
        guard let data = difference.data else { return difference.unreadData.map { ["  rows not compared: \($0)"] } ?? [] }
        return data.changes.map { "  \($0.split.rawValue)  \(DatasetWords.words($0))" }
    }

    private static func words(_ dataset: DatasetVersion?) -> String {
        dataset.map { "\($0) (\(counted($0.train.rows, "row")))" } ?? "unknown"
    }

    private static func section(
        _ title: String, _ changes: [VersionDifference.Change], of words: (_ name: String, JSONValue) -> String
    ) -> [String] {
        guard !changes.isEmpty else { return ["\(title)  the same"] }
        return [title]
            + changes.map { change in
                func text(_ value: JSONValue?) -> String { value.map { words(change.name, $0) } ?? "–" }
                return "  \(change.name)  \(text(change.before)) → \(text(change.after))"
            }
    }

    /// The linears that moved most, by the share of the larger norm.
    private static func weights(_ difference: VersionDifference) -> [String] {
        guard let changes = difference.weights else {
            return ["weights  not compared: \(difference.unread ?? "they could not be read")"]
        }
        let moved = changes.filter { $0.moved > 0 }.sorted { ($0.share, $1.module) > ($1.share, $0.module) }
        guard !moved.isEmpty else { return ["weights  the same"] }
        let rest = moved.count > shown ? ["  and \(counted(moved.count - shown, "other linear")) less"] : []
        return ["weights  \(moved.count) of \(counted(changes.count, "correction")) moved"]
            + moved.prefix(shown).map { change in
                "  \(change.module)  by \(Decimals.percent(change.share)), norm \(Decimals.text(change.before, 4)) → "
                    + Decimals.text(change.after, 4)
            } + rest
    }
}

extension CorrectionChange {
    fileprivate var share: Double { moved / max(before, after) }
}
