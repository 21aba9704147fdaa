import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Tokenizers

/// One rendering that transformers has done.
struct RecordedRendering: Sendable, CustomTestStringConvertible {
    let name: String
    let source: String
    let variables: [String: JSONValue]
    let conversation: Conversation
    let now: Date
    let record: JSONValue

    var testDescription: String { name }

    /// Arguments of `apply_chat_template` that are not variables of the template.
    private static let options: Set<String> = ["tools", "documents", "add_generation_prompt", "continue_final_message"]

    init(template: JSONValue, case record: JSONValue, now: Date) throws {
        let options = record["kwargs"]?.objectValue ?? JSONObject()
        let tokens = template["special_tokens"]?.objectValue ?? JSONObject()
        name = "\(template["name"]?.stringValue ?? "") / \(record["conversation"]?.stringValue ?? "")"
        source = try #require(template["template"]?.stringValue)
        let free = options.members.filter { !Self.options.contains($0.0) }
        variables = Dictionary(Array(tokens.members) + free, uniquingKeysWith: { $1 })
        conversation = Conversation(
            messages: try #require(record["messages"]?.arrayValue), tools: options["tools"], documents: options["documents"],
            addGenerationPrompt: options["add_generation_prompt"]?.boolValue ?? false,
            continueFinalMessage: options["continue_final_message"]?.boolValue ?? false)
        self.now = now
        self.record = record
    }

    static func all(in file: URL) throws -> [RecordedRendering] {
        let golden = try JSONValue(contentsOf: file)
        let now = try Date(try #require(golden["now"]?.stringValue) + "Z", strategy: .iso8601)
        return try #require(golden["templates"]?.arrayValue).flatMap { template in
            try #require(template["cases"]?.arrayValue).map { try RecordedRendering(template: template, case: $0, now: now) }
        }
    }

    func render() throws -> RenderedChat {
        try ChatTemplate(source: source).render(conversation, variables: variables, now: now)
    }

    /// Checks text and spans, or the error: its message where the template itself raised it.
    func check() throws {
        guard let expected = record["expected"]?.stringValue else { return try checkError() }
        let chat = try render()
        #expect(ByteText(chat.text) == ByteText(expected))
        if let spans = record["assistant_spans"]?.arrayValue {
            #expect(
                chat.generationSpans.map { [$0.lowerBound, $0.upperBound] } == spans.map { $0.arrayValue?.map { $0.intValue } })
        }
    }

    private func checkError() throws {
        let error = try #require(throws: ChatTemplateError.self) { try render() }
        let message = record["error_message"]?.stringValue
        switch record["error"]?.stringValue {
        case "TemplateError": #expect(error.reason == .raised(message ?? ""))
        case "UndefinedError": #expect(error.reason == .undefined(message ?? ""))
        default: #expect(record["error"]?.stringValue != nil)
        }
    }
}

@Suite struct TemplatesGoldenTests {
    @Test(
        "every template renders every conversation as transformers 5.23 did",
        arguments: try RecordedRendering.all(in: Fixture.golden("chat-templates/templates.json")))
    func rendersAsTransformers(_ rendering: RecordedRendering) throws { try rendering.check() }
}
