import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import StrictJSON

struct EvaluateVerb: Verb {
    static let configuration = Shell.configuration(
        "evaluate", "Measure a version and its base on the same held-out rows.",
        example: "lora evaluate ticket-router@candidate")

    @Argument(
        help: ArgumentHelp("The adapter or version; a bare name means production, else the latest.", valueName: "version"))
    var version: String
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let bar = MeasuringBar(session: session, isQuiet: format.json)
        let evaluation = EvaluateAdapter(in: try session.openRegistry(place.registry), workingFolder: session.workingFolder)
        let outcome = try evaluation.run(version, now: session.clock(), progress: bar.show)
        bar.end()
        if format.json {
            session.print(outcome.json)
        } else {
            let lines = [outcome.base] + (outcome.version.map { [$0] } ?? [])
            session.print(
                Table(
                    ["SUBJECT", "ERRORS", "ROWS", "ERROR", "\(Decimals.percent(outcome.confidence)) INTERVAL"], lines.map(row),
                    alignsRight: [1, 2, 3]))
            if let p = outcome.pValue {
                session.console.print("McNemar's test, version against base: p = \(PValueWords.text(p))")
            }
        }
        return .passed
    }

    private func row(_ line: EvaluateAdapter.Line) -> [String] {
        [
            line.subject, "\(line.score.errors)", "\(line.score.correct.count)",
            Decimals.percent(line.error.value),
            "\(Decimals.percent(line.interval.lower)) – \(Decimals.percent(line.interval.upper))",
        ]
    }
}

/// A p-value with the digits that matter.
enum PValueWords {
    static func text(_ p: Double) -> String { p < 0.001 ? "under 0.001" : Decimals.text(p, 3) }
}
