import ArgumentParser
import Endpoints
import Lifecycle

/// `--endpoint` and `--model`, a model behind a server instead of the base.
struct EndpointOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Measure a model behind a server that speaks as OpenAI's does, such as http://localhost:8000/v1, instead of the base; its key is in LORA_ENDPOINT_KEY or OPENAI_API_KEY.",
            valueName: "url"))
    var endpoint: String?
    @Option(help: ArgumentHelp("The model's name there.", valueName: "name"))
    var model: String?
    @Option(help: ArgumentHelp("Rows put to the server at the same time.", valueName: "n"))
    var concurrency = 4

    func validate() throws {
        guard (endpoint == nil) == (model == nil) else { throw ValidationError("--endpoint and --model go together.") }
        guard model?.contains(where: { !$0.isWhitespace }) ?? true else { throw ValidationError("--model takes a name.") }
        guard (1...256).contains(concurrency) else { throw ValidationError("--concurrency takes a number from 1 to 256.") }
    }

    func choice(in session: Session) throws -> EndpointChoice? {
        guard let endpoint, let model else { return nil }
        return EndpointChoice(
            try Endpoint(endpoint, model: model, key: session.endpointKey), http: session.http, concurrency: concurrency)
    }
}

extension Session {
    /// What opens a server's door.
    var endpointKey: String? {
        ["LORA_ENDPOINT_KEY", "OPENAI_API_KEY"].compactMap { environment[$0] }.first { !$0.isEmpty }
    }
}
