import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import StrictJSON

struct EvaluateVerb: Verb {
    static let configuration = Shell.configuration(
        "evaluate", "Measure a version and its base on the same held-out rows.",
        example: """
            lora evaluate ticket-router@candidate
              lora evaluate ticket-router@candidate --by language
            """)

    @Argument(
        help: ArgumentHelp(
            "The adapter or version; a bare name means production, else the latest.", valueName: "adapter-or-version"))
    var version: String
    @OptionGroup var parting: SliceOptions
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let bar = MeasuringBar(session: session, isQuiet: format.json)
        let evaluation = EvaluateAdapter(in: try session.openRegistry(place.registry), workingFolder: session.workingFolder)
        let outcome = try evaluation.run(version, by: parting.by, now: session.clock(), progress: bar.show)
        bar.end()
        if format.json {
            session.print(outcome.json)
        } else {
            let lines = [outcome.base] + [outcome.prompted, outcome.version].compactMap(\.self)
            session.print(HeldOutTable.table(lines, confidence: outcome.confidence))
            if let comparison = outcome.comparison {
                session.console.say(
                    "\(ComparisonWords.test(comparison)), version against base: p = \(PValueWords.text(comparison.pValue))")
            }
            if !outcome.slices.isEmpty {
                session.print(ComparisonWords.table(outcome.slices, first: "VERSION", second: "BASE"))
            } else if !outcome.base.slices.isEmpty {
                session.print(HeldOutTable.table(outcome.base.slices, confidence: outcome.confidence))
            }
        }
        return .passed
    }
}

/// `--by COLUMN`, for verbs that show results by slices.
struct SliceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Part the rows by a column too, beside those declared; within others by dots. May be repeated.",
            valueName: "column"))
    var by: [String] = []
}

/// A p-value with the digits that matter.
enum PValueWords {
    static func text(_ p: Double) -> String { p < 0.001 ? "under 0.001" : Decimals.text(p, 3) }
}
