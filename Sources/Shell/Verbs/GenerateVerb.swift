import ArgumentParser
import Foundation
import Lifecycle
import Llama
import StrictJSON

struct GenerateVerb: Verb {
    static let configuration = Shell.configuration(
        "generate", "Let a base, with or without an adapter, write on; greedy unless a temperature is given.",
        example: "lora generate --base registry/models/tiny-prose --prompt 'The weather today' --max-new-tokens 24")

    @OptionGroup var base: BaseOption
    @OptionGroup var adapter: AdapterOption
    @Option(help: ArgumentHelp("A plain text to go on from.", valueName: "text"))
    var prompt: String?
    @Option(help: ArgumentHelp("A JSON file with messages to answer.", valueName: "file"))
    var chat: String?
    @Option(help: ArgumentHelp("Stop after this many tokens.", valueName: "n"))
    var maxNewTokens = 128
    @Option(help: ArgumentHelp("Draw tokens at this temperature; 0 takes the likeliest.", valueName: "x"))
    var temperature = 0.0
    @Option(help: ArgumentHelp("Decides the draws.", valueName: "n"))
    var seed: UInt64 = 3407
    @OptionGroup var date: ChatDateOption
    @OptionGroup var precision: PrecisionOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard (prompt == nil) != (chat == nil) else { throw ValidationError("Give either --prompt or --chat.") }
        guard (1...1 << 20).contains(maxNewTokens) else {
            throw ValidationError("--max-new-tokens takes a number from 1 to 1048576.")
        }
        guard temperature >= 0, temperature.isFinite else { throw ValidationError("--temperature takes a number from 0.") }
    }

    func perform(in session: Session) throws -> ExitStatus {
        let generator = try GenerateText(
            base: base.folder(in: session), adapter: adapter.folder(in: session, registry: base.place.registry),
            precision: precision.precision, cache: session.weightCache)
        let source = prompt.map { GenerateText.Prompt.text($0) } ?? .chat(session.url(chat ?? ""))
        let outcome = try generator.run(
            source, maxNewTokens: maxNewTokens, temperature: temperature, seed: seed, chatDate: date.day,
            shouldStop: { session.isInterrupted })
        session.console.print(format.json ? outcome.json.text() : outcome.text)
        return session.isInterrupted ? .interrupted : .passed
    }
}
