import Adapters
import Export
import Foundation
import Lifecycle
import Policies

/// What ways of merging lose, in words.
enum MergeWords {
    static func table(_ outcome: MergeOutcome) -> Table {
        let rows = outcome.measurements.map { measurement in
            [
                measurement.candidate.rawValue, nats(measurement.divergence), nats(measurement.largestDivergence),
                Decimals.percent(measurement.agreement), measurement.score?.error.map { Decimals.percent($0.value) } ?? "–",
            ]
        }
        let adapter = outcome.adapterScore?.error.map { [["the adapter", "", "", "", Decimals.percent($0.value)]] } ?? []
        return Table(
            ["CANDIDATE", "MEAN KL", "LARGEST KL", "SAME NEXT TOKEN", "ERROR"], rows + adapter, alignsRight: [1, 2, 3, 4])
    }

    static func lines(_ outcome: MergeOutcome) -> [String] {
        guard let best = outcome.best else { return refusal(outcome) }
        let choice = [
            "\(best.candidate.rawValue) departs least from \(outcome.name), on \(counted(best.tokens, "answer token")).",
            "  It is \(meaning(best.candidate)).",
        ]
        let (size, place) = (Decimals.bytes(outcome.size), outcome.folder?.path)
        guard outcome.isWritten, let place else {
            return choice + ["Nothing was written; it would take \(size)\(place.map { " in \($0)" } ?? "")."]
        }
        return choice + ["The model is in \(place) (\(size))."]
    }

    private static func refusal(_ outcome: MergeOutcome) -> [String] {
        guard let nearest = outcome.nearest else { return [] }
        return ["Nothing was written: even \(nearest.candidate.rawValue) loses more than is allowed."]
            + outcome.failures(of: nearest).map { "  ✗ \(words($0))" }
            + ["next: Serve the adapter beside its base instead, or allow more with --\(options(outcome.failures(of: nearest)))."]
    }

    private static func options(_ failures: [MergeRules.Finding]) -> String {
        failures.map { $0.rule.replacing("_", with: "-") }.joined(separator: ", --")
    }

    private static func words(_ finding: MergeRules.Finding) -> String {
        switch finding.rule {
        case "largest_divergence":
            "The mean KL divergence of \(nats(finding.value)) nats per token is above \(nats(finding.limit))."
        case "least_agreement":
            "The next token is the same for \(Decimals.percent(finding.value)), not for \(Decimals.percent(finding.limit))."
        default:
            "The error is higher by \(Decimals.percent(finding.value)) of the rows; \(Decimals.percent(finding.limit)) is allowed."
        }
    }

    private static func meaning(_ candidate: MergeCandidate) -> String {
        switch candidate {
        case .original: "the adapter on the base's own weights"
        case .dequantized: "the adapter on the base as 4 bits leave it, which it was trained on"
        case .requantized: "the merged weights as 4 bits leave them"
        }
    }

    /// Six decimals, of what is less its size.
    private static func nats(_ value: Double) -> String {
        value > 0 && value < 1e-6
            ? String(format: "%.0e", locale: Locale(identifier: "en_US_POSIX"), value) : Decimals.text(value, 6)
    }
}

/// Progress of a merge: rows while it measures, then bytes.
final class MergeBar {
    private let session: Session
    private let measuring: MeasuringBar
    private let line: ProgressLine?

    init(session: Session, isQuiet: Bool) {
        self.session = session
        measuring = MeasuringBar(session: session, isQuiet: isQuiet)
        line = isQuiet ? nil : ProgressLine(console: session.console)
    }

    /// - Throws: `StoppedMerging` once Ctrl-C was pressed.
    func show(_ subject: String, _ done: Int, _ total: Int) throws {
        guard !session.isInterrupted else { throw StoppedMerging() }
        guard subject == MergeAdapter.writing else { return measuring.draw(subject, done, total) }
        let share = total == 0 ? 1 : Double(done) / Double(total)
        line?.show(
            line?.text("writing ", share, " \(Decimals.bytes(done)) of \(Decimals.bytes(total))") ?? "", isLast: done == total)
    }

    func end() {
        measuring.end()
        line?.end()
    }
}
