import ArgumentParser

/// What the completion scripts of other shells call: the same candidates that Tab offers in `lora>`.
struct CompleteVerb: Verb {
    static let configuration = Shell.configuration(
        "complete", "List what the last of some words can be completed to, a line each.", example: "lora complete -- history gre",
        isHidden: true)

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("What was typed after 'lora'.", valueName: "word"))
    var words: [String] = []

    func perform(in session: Session) throws -> ExitStatus {
        let typed = words.first == "--" ? Array(words.dropFirst()) : words
        let completion = try Completion(for: session)
        let candidates = completion.candidates(for: typed.last ?? "", after: typed.dropLast())
        for candidate in candidates { session.console.print(candidate) }
        return .passed
    }
}
