import Adapters
import DurableFiles
import Endpoints
import Foundation
import HTTP
import Llama
import Registry
import StrictJSON
import TestServers
import TestSupport
import Testing
import Tokenizers
import Training

@testable import Lifecycle

/// What a server answers with is found out, whatever it does; the servers compute.
@Suite struct VerifyEndpointTests {
    private static let texts = Result { try TrainedVersions(asChat: false) }
    private static let chats = Result { try TrainedVersions(asChat: true) }
    private static func trained(asChat: Bool) throws -> TrainedVersions { try (asChat ? chats : texts).get() }

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

    @Test(arguments: [false, true], [false, true])
    func oneReplicaWithoutTheAdapterIsSeen(asChat: Bool, showsLogProbabilities: Bool) throws {
        let trained = try Self.trained(asChat: asChat)
        var replicas = [try trained.server(trained.versions[0]), try trained.server(nil)]
        for place in replicas.indices { replicas[place].showsLogProbabilities = showsLogProbabilities }
        let found = try trained.verify(ServedTinyModel.serve(inTurn: replicas))
        #expect(found.diagnosis == .mixed && found.nearest == nil, "\(found.json.text())")
        #expect(found.usual.adapterReplies == 4 && found.usual.baseReplies == 4)
    }

    @Test(arguments: [false, true])
    func aServerThatReadsOtherPromptsIsNoOtherAdapter(asChat: Bool) throws {
        let body = """
            {"choices": [{"text": "pineapple", "message": {"content": "pineapple"}}], "usage": {"prompt_tokens": 3}}
            """
        let found = try Self.trained(asChat: asChat).verify(LoopbackServer { _ in .init(text: body) })
        #expect(found.diagnosis == .prompt && found.promptCounts.different == 8, "\(found.json.text())")
    }

    /// Raw prompts have the right texts there and no numbers, which is no match of numbers.
    @Test func numbersThatAreOffAreNoTemplateWhereRawPromptsShowNone() throws {
        let trained = try Self.trained(asChat: true)
        var served = try trained.server(trained.versions[0])
        (served.shift, served.completionsShowLogProbabilities) = (-0.2, false)
        let found = try trained.verify(served.serve())
        #expect(found.diagnosis == .numericallyOff && found.promptCounts == (8, 0), "\(found.json.text())")
        #expect(found.tokens?.wholeTexts == 8 && found.tokens?.meanDeviation == nil)
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
        let found = try TrainedVersions.verify(registry, ServedTinyModel(folder: model, adapter: trained).serve(), "greeter@v1")
        #expect(found.diagnosis == .right && !found.wasKept, "\(found.json.text())")
        let idle = registry.folder.url.appending(path: "idle")
        try Self.writeAdapterWithoutEffect(to: idle)
        try adopt(idle)
        let none = try TrainedVersions.verify(registry, ServedTinyModel(folder: model).serve(), "greeter@v2")
        #expect(none.diagnosis == .undecided && none.effect == 0, "\(none.json.text())")
        try FileManager.default.removeItem(at: model)
        let server = try ServedTinyModel(folder: Fixture.golden("tiny-llama")).serve()
        #expect(throws: TaskError.self) { try TrainedVersions.verify(registry, server, "greeter@v1") }
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
