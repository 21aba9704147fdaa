import Adapters
import Lifecycle
import StrictJSON

/// Data sets as people read them.
enum DatasetWords {
    /// Versions, or lines, that are named one by one.
    private static let shown = 3

    static func table(_ entries: [DatasetEntry]) -> Table {
        let digits = DatasetID.digitsApart(entries.map(\.id))
        let rows = entries.map { entry in
            [
                entry.id.short(digits: digits), "\(entry.version.train.rows)", entry.version.heldOut.map { "\($0.rows)" } ?? "–",
                entry.stored.map { SizeWords.text($0.manifest.bytes) } ?? "–", words(entry.standing), users(entry.users),
            ]
        }
        return Table(["DATA SET", "ROWS", "HELD OUT", "SIZE", "STORED", "USED BY"], rows, alignsRight: [1, 2, 3])
    }

    /// How much of it git holds, in a word.
    static func words(_ standing: DatasetStanding) -> String {
        switch standing {
        case .rows: "whole"
        case .digests: "digests only"
        case .damaged: "damaged"
        case .absent: "not stored"
        case .unknown: "unknown"
        }
    }

    private static func users(_ versions: [VersionID]) -> String {
        guard !versions.isEmpty else { return "no version" }
        let rest = versions.count > shown ? " and \(versions.count - shown) more" : ""
        return versions.prefix(shown).map { "\($0)" }.joined(separator: ", ") + rest
    }

    static func lines(_ entry: DatasetEntry) -> [String] {
        let facts = [
            ("digest", "\(entry.id.digest)"), ("stored", words(entry.standing)),
            ("tag", entry.stored == nil ? "–" : entry.id.tag), ("commit", entry.stored.map { "\($0.commit)" } ?? "–"),
            ("used by", entry.users.isEmpty ? "no version" : entry.users.map { "\($0)" }.joined(separator: ", ")),
        ]
        let splits = entry.stored?.manifest.parts.map { name, part in
            (
                name.rawValue,
                "\(counted(part.split.rows, "row")), \(SizeWords.text(part.bytes)), from \(part.source), \(part.split.digest)"
            )
        }
        return ["\(entry.id)"]
            + (facts + (splits ?? [])).map { name, value in
                "  " + name.padding(toLength: 10, withPad: " ", startingAt: 0) + value
            } + (entry.stored.map { report($0.report) } ?? [])
    }

    /// What the examination found, as it was written down.
    private static func report(_ report: JSONValue) -> [String] {
        guard let examined = report["examined_for"], !examined.isNull else { return ["its rows were not examined"] }
        let counts = report["counts"]?.objectValue?.members.compactMap { name, count in
            count.intValue.flatMap { $0 > 0 ? "\($0) \(name.replacing("_", with: " "))" : nil }
        }
        let numbers = [("effective_rows", "effective"), ("trainable_rows", "trained on"), ("leaked_rows", "left out as leaked")]
            .compactMap { key, words in report[key]?.intValue.map { "\($0) \(words)" } }
        let tokens = report["tokens"]?.intValue.map { "\($0) tokens" } ?? "tokens not counted"
        let share = report["supervised_share"]?.doubleValue.map { ", \(Decimals.percent($0)) of them supervised" } ?? ""
        let findings = (counts ?? []).isEmpty ? "no finding" : (counts ?? []).joined(separator: ", ")
        let base = examined["base"]?["name"]?.stringValue ?? "?"
        return [
            "report for \(examined["adapter"]?.stringValue ?? "?") over base \(base)", "  \(numbers.joined(separator: ", "))",
            "  \(tokens)\(share)", "  \(findings)",
        ]
    }

    static func lines(_ comparison: DatasetComparison) -> [String] {
        let digits = DatasetID.digitsApart([comparison.first.id, comparison.second.id])
        return ["\(comparison.first.id.short(digits: digits)) → \(comparison.second.id.short(digits: digits))"]
            + comparison.changes.map { change in
                "  \(change.split.rawValue)  \(words(change))"
            }
    }

    /// `2 rows added (lines 25, 26), 1 removed (line 3), 21 in common`.
    static func words(_ change: DatasetComparison.Change) -> String {
        "\(counted(change.added.count, "row")) added\(lines(change.added)), \(change.removed.count) removed\(lines(change.removed)), "
            + "\(change.common) in common"
    }

    private static func lines(_ numbers: [Int]) -> String {
        guard !numbers.isEmpty else { return "" }
        let list = numbers.prefix(shown).map { "\($0)" }.joined(separator: ", ") + (numbers.count > shown ? ", …" : "")
        return " (\(numbers.count == 1 ? "line" : "lines") \(list))"
    }
}
