import Adapters
import Faults
import Foundation
import StrictJSON
import StrictYAML
import TestSupport
import Testing

@testable import Registry

@Suite struct DeclarationTests {
    let folder: TemporaryFolder
    let registry: AdapterRegistry

    static let text = """
        name: ticket-router
        task: Route a support ticket
        owner: support
        base: demo-base
        data:
          train: data/train.jsonl
          held_out: data/held_out.jsonl
        metric: label_accuracy
        labels: [billing, "yes", 12]
        horizon: 9mo
        policy: strict
        training:
          max_steps: 60
          learning_rate: 2e-4
          target_modules: [q_proj, v_proj]
          packing: false
        """

    init() throws {
        folder = try TemporaryFolder()
        registry = try Sample.registry(in: folder)
    }

    private func write(_ text: String, to name: String = "ticket-router") throws -> URL {
        let file = registry.layout.adapters.appending(path: "\(name).yaml")
        try Data(text.utf8).write(to: file)
        return file
    }

    @Test func aDeclarationSaysWhatWasWritten() throws {
        let file = try write(Self.text)
        let declaration = try registry.adapter(named: "ticket-router")
        #expect(declaration.name.text == "ticket-router")
        #expect(declaration.task == "Route a support ticket")
        #expect(declaration.base.text == "demo-base")
        #expect(declaration.data == DeclaredData(train: "data/train.jsonl", heldOut: "data/held_out.jsonl"))
        #expect(declaration.metric == .labelAccuracy)
        #expect(declaration.labels == ["billing", "yes", "12"])
        #expect(declaration.horizon == CalendarSpan(9, .month))
        #expect(declaration.policy == "strict")
        #expect(
            declaration.training.map(\.key) == ["max_steps", "learning_rate", "target_modules", "packing"])
        #expect(declaration.training.map(\.value) == [60, 0.0002, ["q_proj", "v_proj"], false])
        #expect(declaration.training[1].place == "\(file.path):14:training.learning_rate")
    }

    @Test func whatIsWrittenReadsBack() throws {
        _ = try write(Self.text)
        let first = try registry.adapter(named: "ticket-router")
        let other = AdapterDeclaration(
            name: try AdapterName("copy"), task: "Say: \"no\" # \\ \u{7}\n\ttwice", owner: "null", base: first.base,
            data: first.data,
            metric: first.metric, labels: ["true", "~", "-", "a: b", "é", "", "1e3", "{x}", " lead", "it's", "🙂"],
            horizon: first.horizon, policy: "default", training: first.training)
        try registry.declare(other)
        let read = try registry.adapter(named: "copy")
        #expect(read.task == other.task)
        #expect(read.owner == other.owner)
        #expect(read.labels == other.labels)
        #expect(read.training.map(\.value) == other.training.map(\.value))
        #expect(read.yaml == other.yaml)
    }

    @Test func anUnknownKeyIsRefusedWithItsPlaceAndTheNearestKnown() throws {
        let file = try write(Self.text.replacing("horizon", with: "horizn"))
        let error = try #require(throws: YAMLError.self) { try registry.adapter(named: "ticket-router") }
        #expect(error.explanation.place?.hasPrefix("\(file.path):") == true)
        #expect(error.explanation.kind == .usage)
    }

    @Test(arguments: [
        ("metric: label_accuracy", "metric: label_acuracy"), ("horizon: 9mo", "horizon: nine months"),
        ("base: demo-base", "base: ../evil"), ("  held_out: data/held_out.jsonl", "  heldout: x"),
        ("labels: [billing, \"yes\", 12]", "labels: [billing, billing]"), ("labels: [billing, \"yes\", 12]", "labels: [one]"),
        ("name: ticket-router", "name: other-name"), ("owner: support", "owner: [a, b]"),
    ])
    func whatCannotBeMeantIsAUsageErrorInTheFile(_ old: String, _ new: String) throws {
        let file = try write(Self.text.replacing(old, with: new))
        let error = try #require(throws: (any Error).self) { try registry.adapter(named: "ticket-router") }
        let explanation = try #require((error as? any Explained)?.explanation)
        #expect(explanation.kind == .usage)
        #expect(explanation.place?.hasPrefix(file.path) == true, "\(explanation)")
    }

    @Test func anUnknownNameIsAnsweredWithTheNearest() throws {
        _ = try write(Self.text)
        #expect(throws: DeclarationError.unknownAdapter("ticket-ruoter", nearest: "ticket-router")) {
            try registry.adapter(named: "ticket-ruoter")
        }
        #expect(throws: DeclarationError.unknownAdapter("poem", nearest: nil)) { try registry.adapter(named: "poem") }
        #expect(throws: DeclarationError.unknownAdapter("../registry", nearest: nil)) {
            try registry.adapter(named: "../registry")
        }
    }

    @Test func namesThatDifferInCaseOnlyAreRefused() throws {
        _ = try write(Self.text)
        _ = try write(Self.text.replacing("ticket-router", with: "Ticket-Router"), to: "Ticket-Router")
        #expect(throws: DeclarationError.namesClash("Ticket-Router", "ticket-router")) { try registry.declarations() }
    }

    @Test func oneBrokenDeclarationDoesNotHideTheOthers() throws {
        _ = try write(Self.text)
        _ = try write("name: [", to: "broken")
        #expect(try registry.adapter(named: "ticket-router").owner == "support")
        #expect(try registry.declaredNames().map(\.text) == ["broken", "ticket-router"])
        #expect(throws: YAMLError.self) { try registry.declarations() }
    }
}
