import Foundation
import StrictJSON
import TestSupport
import Testing

/// Dialogues with a hub and a model behind a server, both on this machine.
@Suite("Transcripts with servers: what the network's verbs say")
struct HubTranscriptTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ServerTranscripts")

    private func play(_ name: String, in program: BuiltProgram) throws {
        for step in try Transcript(contentsOf: Self.folder.appending(path: name)).steps {
            let outcome = try program.run(step.command)
            #expect(outcome.status == step.status, "$ \(step.command)\n\(outcome.output)")
            #expect(
                step.accepts(outcome.output),
                "$ \(step.command)\n--- printed\n\(outcome.output)--- expected\n\(step.expected.joined(separator: "\n"))")
        }
    }

    /// Commits to `lab/tiny` what is asked for at `/commit/FILE` from then on, and goes away at `/remove`.
    @Test func bases() throws {
        let server = try HubServer()
        var program = try BuiltProgram()
        var files: HubServer.Files = [
            "README.md": Data("---\nlicense: mit\n---\n".utf8), "pytorch_model.bin": Data(count: 1000),
            "model.gguf": Data(count: 2000),
        ]
        let model = Fixture.golden("tiny-llama")
        for name in [
            "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja",
            "model.safetensors",
        ] {
            files[name] = try Data(contentsOf: model.appending(path: name))
        }
        server.commit("lab/tiny", files)
        server.commit("lab/tiny-2", files)
        let first = files
        server.onHub { [weak server] request in
            switch request.path {
            case "/commit":
                server?.commit("lab/tiny", first.merging(["README.md": Data("---\nlicense: other\n---\n".utf8)]) { $1 })
            case "/remove": server?.remove("lab/tiny")
            default: return nil
            }
            return .init(text: "done\n")
        }
        program.environment["HF_ENDPOINT"] = server.url
        program.environment["HF_HUB_CACHE"] = program.home.url.appending(path: "cache").path
        try play("bases.txt", in: program)
    }

    @Test func endpoint() throws {
        let server = try LoopbackServer { request in
            if request.path == "/v1/completions" { return .init(404) }
            guard request.headers["authorization"] == "Bearer secret" else {
                return .init(401, [], text: "{\"error\": {\"message\": \"Incorrect key.\"}}")
            }
            return .init(text: "{\"choices\": [{\"message\": {\"role\": \"assistant\", \"content\": \"one\"}}]}")
        }
        var program = try BuiltProgram()
        program.environment["SERVER"] = "\(server.url)"
        _ = try program.run("lora base add tiny model")
        try play("endpoint.txt", in: program)
    }
}
