import Adapters
import Faults
import Foundation
import Metrics
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
        #expect(declaration.metric == .labelAccuracy(.logLikelihood))
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

    @Test(arguments: [
        ("exact_match", TaskMetric.exactMatch), ("rouge_l", .rougeL), ("{name: chrf}", .chrF),
        ("{name: macro_f1, by: generation}", .macroF1(.generation)), ("json_fields", .jsonFields([])),
        ("{name: json_fields, fields: [a.b, c]}", .jsonFields(["a.b", "c"])),
        ("{name: regex, pattern: '^x(y)'}", .regex(pattern: "^x(y)")),
        ("numeric", .numeric(NumericTolerance())),
        ("{name: numeric, tolerance: 0.5, relative_tolerance: 0.01}", .numeric(NumericTolerance(absolute: 0.5, relative: 0.01))),
        ("{name: external, command: python3 score.py}", .external(ExternalScorer.Command("python3 score.py"))),
        ("{name: external, command: 'a | b: \"c\"', timeout: 5}", .external(ExternalScorer.Command("a | b: \"c\"", seconds: 5))),
    ])
    func metricsAreDeclaredWithWhatTheyNeed(text: String, metric: TaskMetric) throws {
        let more = "metric: \(text)\nslices: [language, meta.year]\nprompt: data/prompt.txt"
        _ = try write(Self.text.replacing("metric: label_accuracy", with: more))
        let declaration = try registry.adapter(named: "ticket-router")
        #expect(declaration.metric == metric && declaration.summary.metric == metric.name)
        #expect(declaration.slices == ["language", "meta.year"] && declaration.prompt == "data/prompt.txt")
        // read back from the book of declarations, and from what is written of it
        #expect(try registry.adapter(named: "ticket-router") == declaration)
        _ = try write(declaration.yaml)
        #expect(try registry.adapter(named: "ticket-router").metric == metric)
    }

    @Test(arguments: [
        "regex", "{name: regex}", "{name: regex, pattern: '('}", "external", "{name: external, command: ' '}",
        "{name: external, command: x, timeout: 0}", "{name: numeric, tolerance: -1}", "{name: numeric, tolerance: .inf}",
        "{name: numeric, tolerence: 1}", "{name: bleu, smooth: exp}", "{tolerance: 1}", "[bleu]", "{name: macro_f1, by: guess}",
        "rougeL",
    ])
    func metricsThatCannotBeMeantAreRefused(text: String) throws {
        let file = try write(Self.text.replacing("metric: label_accuracy", with: "metric: \(text)"))
        let error = try #require(throws: (any Error).self) { try registry.adapter(named: "ticket-router") }
        let explanation = try #require((error as? any Explained)?.explanation)
        #expect(explanation.kind == .usage)
        #expect(explanation.place?.hasPrefix(file.path) == true, "\(explanation)")
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
