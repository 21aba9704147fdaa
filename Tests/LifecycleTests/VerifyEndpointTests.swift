import Adapters
import DurableFiles
import Endpoints
import Foundation
import HTTP
import Llama
import Registry
import StrictJSON
import TestSupport
import Testing
import Tokenizers
import Training

@testable import Lifecycle

/// What a server answers with is found out, whatever it does; the servers compute.
@Suite struct VerifyEndpointTests {
    /// A registry with `greeter@v1` and a v2 that was trained longer, and both checked out.
    private struct Trained: Sendable {
        let registry: SmallRegistry
        let versions: [URL]

        init(asChat: Bool) throws {
            registry = try SmallRegistry()
            if asChat { try Self.turnRowsIntoChats(registry) }
            var longer = TrainingOptions()
            (longer.seed, longer.learningRate, longer.maxSteps) = (7, 0.02, 60)
            for options in [TrainingOptions(), longer] {
                guard case .admitted = try registry.train(options: options) else { throw NotAdmitted() }
            }
            var folders: [URL] = []
            for number in 1...2 {
                let folder = registry.folder.url.appending(path: "v\(number)")
                try registry.open().versions.checkOut(VersionID(SmallRegistry.greeter, number), to: folder)
                folders.append(folder)
            }
            versions = folders
        }

        struct NotAdmitted: Error {}

        private static func turnRowsIntoChats(_ registry: SmallRegistry) throws {
            for name in ["train", "held_out"] {
                let file = registry.folder.url.appending(path: "registry/data/\(name).jsonl")
                let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
                    let row = try JSONValue(parsing: Data(line.utf8))
                    let chat: JSONValue = [
                        "messages": [
                            ["role": "user", "content": row["prompt"] ?? .null],
                            ["role": "assistant", "content": row["completion"] ?? .null],
                        ]
                    ]
                    return chat.text()
                }
                try Data(lines.joined(separator: "\n").utf8).write(to: file)
            }
        }

        func server(_ adapter: URL?, precision: BasePrecision = .nf4, base: URL? = nil) throws -> ServedTinyModel {
            try ServedTinyModel(
                folder: base ?? registry.folder.url.appending(path: "model"), precision: precision, adapter: adapter)
        }

        func verify(
            _ server: LoopbackServer, _ version: String = "greeter@v1", model: String = "greeter"
        ) throws -> EndpointVerification {
            try VerifyEndpointTests.verify(registry, server, version, model: model)
        }
    }

    private static func verify(
        _ registry: SmallRegistry, _ server: LoopbackServer, _ version: String, model: String = "greeter"
    ) throws -> EndpointVerification {
        var http = HTTPSettings()
        http.pause = { _ in }
        let request = VerifyEndpoint.Request(
            version: version, endpoint: try Endpoint("\(server.url)", model: model, key: nil), http: http)
        return try VerifyEndpoint(in: registry.open()).run(request, progress: { _, _, _ in })
    }

    private static let texts = Result { try Trained(asChat: false) }
    private static let chats = Result { try Trained(asChat: true) }
    private static func trained(asChat: Bool) throws -> Trained { try (asChat ? chats : texts).get() }

    @Test(arguments: [false, true], [false, true])
    func theVersionItselfIsRight(asChat: Bool, showsLogProbabilities: Bool) throws {
        let trained = try Self.trained(asChat: asChat)
        var served = try trained.server(trained.versions[0])
        served.showsLogProbabilities = showsLogProbabilities
        let server = try served.serve()
        let found = try trained.verify(server)
        #expect(found.diagnosis == .right, "\(found.json.text())")
        #expect(found.usual.wholeTexts == 8 && found.wasKept)
        #expect((found.usual.meanDeviation == nil) == !showsLogProbabilities)
        // another order of summing, and the record's rounding
        #expect(found.usual.meanDeviation ?? 0 < 1e-4)
        let asked = server.requests.map(\.path)
        #expect(asked.allSatisfy { $0 == (asChat ? "/v1/chat/completions" : "/v1/completions") })
        #expect(asked.count == (showsLogProbabilities ? 8 : 9), "log-probabilities are asked for once more at most")
    }

    @Test(arguments: [false, true], [false, true])
    func aServerThatIgnoresTheAdapterIsToldFromIt(asChat: Bool, showsLogProbabilities: Bool) throws {
        let trained = try Self.trained(asChat: asChat)
        var served = try trained.server(nil)
        served.showsLogProbabilities = showsLogProbabilities
        let found = try trained.verify(served.serve())
        #expect(found.diagnosis == .base, "\(found.json.text())")
        #expect(found.lines.allSatisfy { $0.likeness == .base })
    }

    /// Its weights may be kept otherwise, too.
    @Test func aBaseInOtherPrecisionIsStillTheBase() throws {
        let trained = try Self.trained(asChat: false)
        let found = try trained.verify(try trained.server(nil, precision: .fp32).serve())
        #expect(found.diagnosis != .right && found.diagnosis != .numericallyOff, "\(found.json.text())")
    }

    @Test(arguments: [false, true])
    func anotherVersionIsNamed(asChat: Bool) throws {
        let trained = try Self.trained(asChat: asChat)
        let found = try trained.verify(try trained.server(trained.versions[1]).serve())
        #expect(found.diagnosis == .anotherAdapter && found.nearest?.number == 2, "\(found.json.text())")
        let back = try trained.verify(try trained.server(trained.versions[0]).serve(), "greeter@v2")
        #expect(back.diagnosis == .anotherAdapter && back.nearest?.number == 1, "\(back.json.text())")
    }

    @Test(arguments: [false, true], [false, true])
    func anAdapterThatNobodyKnowsIsNeither(asChat: Bool, showsLogProbabilities: Bool) throws {
        let trained = try Self.trained(asChat: asChat)
        var served = try trained.server(Fixture.golden("lora/tiny-llama/adapter_after_20_steps"))
        served.showsLogProbabilities = showsLogProbabilities
        let found = try trained.verify(served.serve())
        #expect(found.diagnosis == .anotherAdapter && found.nearest == nil, "\(found.json.text())")
    }

    private static let plainTemplate =
        "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"

    @Test(arguments: [false, true], [false, true])
    func aWrongTemplateIsFoundByRawPrompts(takesTokenIDs: Bool, showsLogProbabilities: Bool) throws {
        let trained = try Self.trained(asChat: true)
        var served = try trained.server(trained.versions[0])
        (served.template, served.takesTokenIDs) = (Self.plainTemplate, takesTokenIDs)
        served.showsLogProbabilities = showsLogProbabilities
        let found = try trained.verify(served.serve())
        #expect(found.diagnosis == .template, "\(found.json.text())")
        #expect(found.promptCounts.different == 8)
    }

    @Test func aWrongTemplateIsSuspectedWhereRawPromptsAreRefused() throws {
        let trained = try Self.trained(asChat: true)
        var served = try trained.server(trained.versions[0])
        (served.template, served.offersCompletions) = (Self.plainTemplate, false)
        #expect(try trained.verify(served.serve()).diagnosis == .prompt)
        served.countsTokens = false
        let blind = try trained.verify(served.serve())
        #expect([.anotherAdapter, .base, .numericallyOff].contains(blind.diagnosis), "\(blind.json.text())")
    }

    @Test func aWrongTemplateOverTheBaseIsTheBase() throws {
        let trained = try Self.trained(asChat: true)
        var served = try trained.server(nil)
        served.template = Self.plainTemplate
        #expect(try trained.verify(served.serve()).diagnosis == .base)
    }

    @Test(arguments: [false, true])
    func aWrongTokenizerIsFoundByTokenIDs(asChat: Bool) throws {
        let trained = try Self.trained(asChat: asChat)
        var served = try trained.server(trained.versions[0])
        served.prefix = [77, 300, 12, 450, 200, 81]
        let found = try trained.verify(served.serve())
        #expect(found.diagnosis == .tokenizer, "\(found.json.text())")
    }

    @Test(arguments: [false, true])
    func roundedWeightsAreNumericallyOff(asChat: Bool) throws {
        let trained = try Self.trained(asChat: asChat)
        let home = try TemporaryFolder()
        let model = trained.registry.folder.url.appending(path: "model")
        for bits in [1, 2] {
            let rounded = try ServedTinyModel.rounding(model, toBits: bits, in: home.url)
            let found = try trained.verify(try trained.server(trained.versions[0], base: rounded).serve())
            print("kept \(bits) bits: \(found.diagnosis.rawValue) \(found.usual)")
            #expect(found.diagnosis == .numericallyOff, "\(bits) bits: \(found.json.text())")
        }
    }

    @Test func aVersionWithoutProbesIsProbedOnTheSpot() throws {
        let registry = try SmallRegistry()
        func adopt(_ folder: URL) throws {
            let workspace = try registry.open()
            let request = AdoptionRequest(folder: folder, adapter: "greeter", ignoresForeign: true)
            _ = try workspace.adopt(workspace.planAdoption(request, at: SmallRegistry.moment(90)), on: SmallRegistry.occasion())
        }
        let trained = Fixture.golden("lora/tiny-llama/adapter_after_20_steps")
        try adopt(trained)
        let model = registry.folder.url.appending(path: "model")
        let found = try Self.verify(registry, ServedTinyModel(folder: model, adapter: trained).serve(), "greeter@v1")
        #expect(found.diagnosis == .right && !found.wasKept, "\(found.json.text())")
        let idle = registry.folder.url.appending(path: "idle")
        try Self.writeAdapterWithoutEffect(to: idle)
        try adopt(idle)
        let none = try Self.verify(registry, ServedTinyModel(folder: model).serve(), "greeter@v2")
        #expect(none.diagnosis == .undecided && none.effect == 0, "\(none.json.text())")
        try FileManager.default.removeItem(at: model)
        let server = try ServedTinyModel(folder: Fixture.golden("tiny-llama")).serve()
        #expect(throws: TaskError.self) { try Self.verify(registry, server, "greeter@v1") }
    }

    /// The golden adapter with every B of zeros.
    private static func writeAdapterWithoutEffect(to folder: URL) throws {
        try FileManager.default.copyItem(at: Fixture.golden("lora/tiny-llama/adapter_init"), to: folder)
        let file = folder.appending(path: PEFTFolder.weightsFile)
        var data = try Data(contentsOf: file)
        let count = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try JSONValue(parsing: data[8..<8 + count])
        for (name, tensor) in try #require(header.objectValue).members where name.contains("lora_B") {
            let offsets = try #require(tensor["data_offsets"]?.arrayValue).compactMap(\.intValue)
            data.resetBytes(in: 8 + count + offsets[0]..<8 + count + offsets[1])
        }
        try data.write(to: file)
    }

    @Test func probesOfRowsThatAreNotKeptTellNothingOfThem() throws {
        let registry = try SmallRegistry()
        try registry.changeDeclaration { $0.replacing("  held_out:", with: "  keep_rows: false\n  held_out:") }
        guard case .admitted(let receipt) = try registry.train() else { return #expect(Bool(false), "not admitted") }
        let workspace = try registry.open()
        let probes = try #require(try KnownProbes(workspace).probes(of: receipt.version))
        #expect(probes.source == .neutral && probes.probes.count == GoldenProbes.limit && probes.stopRate == nil)
        let rows = try String(contentsOf: registry.folder.url.appending(path: "registry/data/held_out.jsonl"), encoding: .utf8)
        for row in rows.split(separator: "\n") {
            let prompt = try #require(try JSONValue(parsing: Data(row.utf8))["prompt"]?.stringValue)
            #expect(!probes.text.contains(prompt))
        }
        let gate = try #require(try workspace.registry.decisions(of: SmallRegistry.greeter).last { $0.question == .admit })
        #expect(gate.verdict["facts"]?["effect"]?.doubleValue ?? 0 > 1)
        #expect(gate.verdict["facts"]?["probe_stop_rate"]?.doubleValue == 1, "its own rows are asked, though they are not kept")
    }

    @Test func whatCannotBeAskedIsAnError() throws {
        let trained = try Self.trained(asChat: false)
        let server = try trained.server(trained.versions[0]).serve()
        #expect {
            try trained.verify(server, model: "greter")
        } throws: { error in
            error as? EndpointError
                == .unknownModel("greter", server: server.url.server, known: ["base", "greeter"], nearest: "greeter")
        }
        var served = try trained.server(trained.versions[0])
        served.offersCompletions = false
        let chatOnly = try served.serve()
        #expect {
            try trained.verify(chatOnly)
        } throws: { error in
            if case .lacksForm(.completions, _, _) = error as? EndpointError { true } else { false }
        }
    }
}
