import ArgumentParser
import Foundation
import Lifecycle
import StrictJSON

struct TokenizeVerb: Verb {
    static let configuration = Shell.configuration(
        "tokenize", "Show the ids a base reads for a text or a chat.",
        example: "lora tokenize --base registry/models/tiny-prose --text 'Hello there' --json")

    @OptionGroup var base: BaseOption
    @OptionGroup var input: TextOrChat
    @Flag(help: "End a chat with the header that opens the assistant's turn.")
    var addGenerationPrompt = false
    @Flag(inversion: .prefixedNo, help: "Let the tokenizer add the special tokens it adds to plain text.")
    var specialTokens = true
    @OptionGroup var date: ChatDateOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let outcome = try TokenizeText(base: base.folder(in: session)).run(
            input.tokenizeInput(self, in: session), chatDate: date.day)
        if format.json {
            session.console.print(outcome.json.text())
        } else {
            let rows = zip(outcome.encoding.ids, outcome.encoding.tokens).map { [String($0), $1] }
            session.print(Table(["ID", "TOKEN"], rows, alignsRight: [0]))
        }
        return .passed
    }
}

extension TextOrChat {
    fileprivate func tokenizeInput(_ verb: TokenizeVerb, in session: Session) throws -> TokenizeText.Input {
        switch try choice(in: session) {
        case .text(let text): .text(text, addsSpecialTokens: verb.specialTokens)
        case .chat(let file): .chat(file, addsGenerationPrompt: verb.addGenerationPrompt)
        }
    }
}
