import ArgumentParser
import Foundation
import Lifecycle
import StrictJSON
import Training

struct ScoreVerb: Verb {
    static let configuration = Shell.configuration(
        "score", "Print the log-likelihood of each row's supervised tokens under a base, with or without an adapter.",
        example: "lora score --base DIR --adapter DIR --data rows.jsonl --precision fp32 --json")

    @OptionGroup var base: BaseOption
    @OptionGroup var adapter: AdapterOption
    @Option(help: ArgumentHelp("The JSONL rows.", valueName: "file"))
    var data: String
    @Option(help: ArgumentHelp("Tokens kept of each row.", valueName: "n"))
    var maxLength: Int?
    @Flag(inversion: .prefixedNo, help: "Score answers only.")
    var completionOnlyLoss = true
    @OptionGroup var date: ChatDateOption
    @OptionGroup var precision: PrecisionOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        var options = TrainingOptions()
        options.maxLength = maxLength
        options.completionOnlyLoss = completionOnlyLoss
        options.chatDate = date.chatDate?.description
        let scorer = try ScoreRows(
            base: base.folder(in: session), adapter: adapter.folder(in: session, registry: base.place.registry),
            precision: precision.precision, plan: TrainingPlan(typed: options), cache: session.weightCache)
        let bar = MeasuringBar(session: session, isQuiet: format.json || !session.console.isTerminal)
        let rows = try scorer.run(session.url(data)) { try bar.show("rows", $0, $1) }
        if format.json {
            for row in rows { session.console.print(row.json.text()) }
        } else {
            session.print(ScoreTable.table(rows))
        }
        return .passed
    }
}

enum ScoreTable {
    static func table(_ rows: [ScoreRows.Row]) -> Table {
        let cells = rows.map { row in
            let (tokens, sum) = (row.score.supervisedTokens, row.score.sumLogProbability)
            return [
                "\(row.line)", "\(tokens)", Decimals.text(sum, 4), tokens == 0 ? "–" : Decimals.text(-sum / Double(tokens), 4),
            ]
        }
        return Table(["LINE", "TOKENS", "SUM LOGPROB", "MEAN LOSS"], cells, alignsRight: [0, 1, 2, 3])
    }
}
