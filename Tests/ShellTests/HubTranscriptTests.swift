import Foundation
import StrictJSON
import Synchronization
import TestServers
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

    private static func files() throws -> HubServer.Files {
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
        return files
    }

    private func program(_ server: HubServer) throws -> BuiltProgram {
        var program = try BuiltProgram()
        program.environment["HF_ENDPOINT"] = server.url
        program.environment["HF_HUB_CACHE"] = program.home.url.appending(path: "cache").path
        return program
    }

    /// Sends half of the weights and then nothing for a while, the first time it is asked.
    private func halting(_ server: HubServer, _ weights: Data, seconds: Double) {
        let count = Calls()
        server.onStore { request in
            var answer = HubServer.content(weights, tag: "\"w\"", for: request)
            if count.next() == 1 { answer.stall = seconds }
            return answer
        }
    }

    @Test func aKilledPullGoesOnWhereItWas() throws {
        let (server, files) = (try HubServer(), try Self.files())
        server.commit("lab/tiny", files)
        let program = try program(server)
        let weights = try #require(files["model.safetensors"])
        halting(server, weights, seconds: 5)
        let part = "cache/*/blobs/\(HubServer.sha256(weights)).lora.incomplete"
        let pull = "lora base pull lab/tiny --name tiny"
        // without the shell's `wait`, which waits for ever where the test's threads block the signal it needs
        _ = try program.run(
            "\(pull) > /dev/null & pid=$!; until [ -s \(part) ]; do sleep 0.05; done; kill -9 $pid")
        #expect(try program.run("ls cache/*/snapshots registry/bases").status != 0, "nothing is listed yet")
        let outcome = try program.run(pull)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(server.store.requests.last?.headers["range"] != nil)
        #expect(try program.run("lora base check --offline").output.contains("folder: as pinned"))
        #expect(try program.run("ls cache/*/blobs/*.incomplete").status != 0)
    }

    @Test func twoPullsAtOnceDownloadOnce() throws {
        let (server, files) = (try HubServer(), try Self.files())
        server.commit("lab/tiny", files)
        let program = try program(server)
        halting(server, try #require(files["model.safetensors"]), seconds: 1)
        let outcome = try program.run(
            "for name in a b c; do (lora base pull lab/tiny --name $name > $name.txt; touch $name.done) & done; "
                + "until [ -e a.done ] && [ -e b.done ] && [ -e c.done ]; do sleep 0.05; done; cat ?.txt; lora base list")
        #expect(
            outcome.output.contains("\na ") && outcome.output.contains("\nb ") && outcome.output.contains("\nc "),
            "\(outcome.output)")
        #expect(server.store.requests.count == 1)
    }

    /// The hub has another commit once a file `commit` lies in the folder, and the model no more after `remove`.
    @Test func bases() throws {
        let server = try HubServer()
        let program = try program(server)
        let files = try Self.files()
        server.commit("lab/tiny", files)
        server.commit("lab/tiny-2", files)
        let home = program.home.url
        server.onHub { [weak server] _ in
            if unlink(home.appending(path: "commit").path) == 0 {
                server?.commit("lab/tiny", files.merging(["README.md": Data("---\nlicense: other\n---\n".utf8)]) { $1 })
            }
            if unlink(home.appending(path: "remove").path) == 0 { server?.remove("lab/tiny") }
            return nil
        }
        try withExtendedLifetime(server) { try play("bases.txt", in: program) }
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
        try withExtendedLifetime(server) { try play("endpoint.txt", in: program) }
    }

    /// Answers what the probes of an exported version say, as `greeter`, and what they say of its base, as `tiny`; as `halved` now the one,
    /// now the other.
    @Test func verifyEndpoint() throws {
        var program = try BuiltProgram()
        let probes = program.home.url.appending(path: "out/probes.json")
        let server = try LoopbackServer { request in
            if request.path == "/v1/models" { return .init(text: #"{"data": [{"id": "greeter"}, {"id": "tiny"}]}"#) }
            guard let body = try? JSONValue(parsing: request.body), let data = try? Data(contentsOf: probes),
                let probes = try? JSONValue(parsing: data)["probes"]?.arrayValue,
                let place = probes.firstIndex(where: { $0["prompt"] == body["prompt"] }),
                let side = ["greeter": "adapter", "tiny": "base", "halved": place % 2 == 0 ? "adapter" : "base"][
                    body["model"]?.stringValue ?? ""],
                let answer = probes[place][side]
            else { return .init(404, [], text: #"{"error": {"message": "No such model"}}"#) }
            let choice: JSONValue = [
                "text": answer["text"] ?? .null, "logprobs": ["token_logprobs": answer["logprobs"] ?? .null],
            ]
            let count = probes[place]["prompt_ids"]?.arrayValue?.count ?? 0
            let reply: JSONValue = ["choices": .array([choice]), "usage": ["prompt_tokens": .integer(count)]]
            return .init(text: reply.text())
        }
        program.environment["SERVER"] = "\(server.url)"
        _ = try program.run("lora base add tiny model")
        try withExtendedLifetime(server) { try play("verify-endpoint.txt", in: program) }
    }
}

/// Counts from 1.
private final class Calls: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
