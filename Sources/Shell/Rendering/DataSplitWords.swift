import Adapters
import DataDoctor
import Lifecycle

enum DataSplitWords {
    /// - Parameter folder: as it was typed.
    static func lines(_ outcome: SplitData.Outcome, in folder: String, _ session: Session) -> [String] {
        let (manifest, splitting) = (outcome.manifest, outcome.splitting)
        let held = manifest.heldOut?.split.rows ?? 0
        func quoted(_ name: String) -> String { WordSplitter.quoted("\(folder)/\(name)") }
        var lines = [
            "\(counted(manifest.train.split.rows, "row")) to train on, \(held) held out, frozen as \(manifest.id)",
            "  train.jsonl     \(manifest.train.split.digest)".prefix(42) + "…",
            "  held_out.jsonl  \(manifest.heldOut.map { "\($0.split.digest)" } ?? "")".prefix(42) + "…",
        ].map { String($0) }
        if splitting.units < splitting.isHeldOut.count {
            lines.append(
                "  \(splitting.isHeldOut.count - splitting.units) rows stay with others that are similar or of their group")
        }
        if held < splitting.wanted {
            lines.append("  \(splitting.wanted - held) fewer than asked: no group fits into what is left")
        }
        lines.append("next: `\(session.command("data check \(quoted("train.jsonl")) --held-out \(quoted("held_out.jsonl"))"))`")
        return lines
    }
}

enum DataFixWords {
    static func lines(_ outcome: FixData.Outcome, _ session: Session) -> [String] {
        let cleaning = outcome.cleaning
        let counts = DataCleaning.Reason.allCases.compactMap { reason in
            cleaning.counts[reason].map { "  \(reason.rawValue.replacing("_", with: " ")): \($0)" }
        }
        return [
            "\(counted(cleaning.keptRows, "row")) kept, \(cleaning.leftOut.count) left out; the file itself is as it was"
        ] + counts + ["  \(outcome.copy.path)", "  \(outcome.list.path)"]
    }
}
