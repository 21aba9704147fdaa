import ArgumentParser
import Endpoints
import Lifecycle

struct VerifyEndpointVerb: Verb {
    static let configuration = Shell.configuration(
        "verify-endpoint", "Replay a version's golden probes against a server, and say whether it is what answers there.",
        example: "lora verify-endpoint ticket-router@production --url http://localhost:8000/v1 --model ticket-router")

    @Argument(
        help: ArgumentHelp("The adapter or version; a bare name means production, else the latest.", valueName: "version"))
    var version: String
    @Option(
        help: ArgumentHelp(
            "A server that speaks as OpenAI's does; its key is in LORA_ENDPOINT_KEY or OPENAI_API_KEY.", valueName: "url"))
    var url: String
    @Option(help: ArgumentHelp("The name under which the adapter is served there.", valueName: "name"))
    var model: String
    @Option(help: ArgumentHelp("How far log-probabilities may lie apart on average, in nats per token.", valueName: "x"))
    var tolerance = VerifyEndpoint.tolerance
    @Option(help: ArgumentHelp("Seconds to wait for one answer; a server that keeps silent is asked twice.", valueName: "n"))
    var timeout = VerifyEndpoint.patience
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard model.contains(where: { !$0.isWhitespace }) else { throw ValidationError("--model takes a name.") }
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout takes from 1 to 86400 seconds.") }
        guard tolerance.isFinite, tolerance > 0 else { throw ValidationError("--tolerance takes a number above 0.") }
    }

    func perform(in session: Session) throws -> ExitStatus {
        let request = VerifyEndpoint.Request(
            version: version, endpoint: try Endpoint(url, model: model, key: session.endpointKey), http: session.http,
            tolerance: tolerance, patience: .seconds(timeout))
        let bar = MeasuringBar(session: session, isQuiet: format.json || !session.console.isTerminal)
        let verification = try VerifyEndpoint(in: session.openRegistry(place.registry)).run(request, progress: bar.show)
        bar.end()
        if format.json {
            session.print(verification.json)
        } else {
            session.print(EndpointWords.table(verification))
            for line in EndpointWords.lines(verification) { session.console.say(line) }
        }
        return ExitStatus(verification.diagnosis)
    }
}

extension ExitStatus {
    init(_ diagnosis: EndpointDiagnosis) {
        self =
            switch diagnosis {
            case .right: .passed
            case .undecided: .notEnoughEvidence
            case .base, .mixed, .anotherAdapter, .template, .tokenizer, .prompt, .numericallyOff: .verificationFailed
            }
    }
}
