import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Tokenizers

/// What `Scripts/make_template_checks.py` recorded of Jinja2 3.1.6 in the environment of transformers 5.23.
private enum Snippets {
    static let file = Fixture.root.appending(path: "templates/snippets.json")

    static func all() throws -> [JSONValue] { try JSONValue(contentsOf: file)["snippets"]?.arrayValue ?? [] }

    static let context: Result<(messages: [JSONValue], tools: JSONValue?, variables: [String: JSONValue]), any Error> = Result {
        let variables = try #require(try JSONValue(contentsOf: file)["variables"]?.objectValue)
        let free = variables.members.filter { $0.0 != "messages" && $0.0 != "tools" }
        let messages = try #require(variables["messages"]?.arrayValue)
        return (messages, variables["tools"], Dictionary(uniqueKeysWithValues: Array(free)))
    }

    /// The moment the script froze the clock at: 2024-02-29 15:04:05.678.
    static let now = Date(timeIntervalSince1970: 1_709_219_045.678)

    static func render(_ source: String) throws -> RenderedChat {
        let context = try context.get()
        return try ChatTemplate(source: source).render(
            Conversation(messages: context.messages, tools: context.tools), variables: context.variables, now: now)
    }
}

@Suite struct TemplatesSnippetTests {
    @Test("every snippet gives the text, the spans or the error that Jinja2 gives", arguments: try Snippets.all())
    func agreesWithJinja(_ record: JSONValue) throws {
        let source = try #require(record["template"]?.stringValue)
        guard let expected = record["text"]?.stringValue else { return try checkError(of: source, record) }
        let chat = try Snippets.render(source)
        #expect(ByteText(chat.text) == ByteText(expected), "\(source)")
        let spans = record["spans"]?.arrayValue?.map { $0.arrayValue?.map { $0.intValue } } ?? []
        #expect(chat.generationSpans.map { [$0.lowerBound, $0.upperBound] } == spans, "\(source)")
    }

    private func checkError(of source: String, _ record: JSONValue) throws {
        let error = try #require(throws: ChatTemplateError.self, "\(source)") { try Snippets.render(source) }
        #expect(error.line != nil)
        let message = record["error_message"]?.stringValue ?? ""
        switch record["error"]?.stringValue {
        case "TemplateError": #expect(error.reason == .raised(message))
        case "UndefinedError": #expect(error.reason == .undefined(message), "\(source)")
        case "SecurityError": #expect(error.isForbidden, "\(source): \(error)")
        case "TemplateSyntaxError": #expect(error.isSyntax, "\(source): \(error)")
        default: #expect(!error.isSyntax || source.contains("{% "), "\(source): \(error)")
        }
    }

    @Test(
        "templates in the style of each family render as transformers renders them",
        arguments: try RecordedRendering.families())
    func rendersFamilies(_ rendering: RecordedRendering) throws { try rendering.check() }
}

extension ChatTemplateError {
    var isForbidden: Bool { if case .forbidden = reason { true } else { false } }
    var isSyntax: Bool { if case .syntax = reason { true } else { false } }
    var isLimit: Bool { if case .limit = reason { true } else { false } }
}

extension RecordedRendering {
    fileprivate static func families() throws -> [RecordedRendering] {
        let file = try JSONValue(contentsOf: Fixture.root.appending(path: "templates/families.json"))
        return try #require(file["templates"]?.arrayValue).flatMap { template in
            try #require(template["cases"]?.arrayValue).map { record in
                var record = try #require(record.objectValue)
                record["messages"] = file["conversations"]?[record["conversation"]?.stringValue ?? ""]
                return try RecordedRendering(template: template, case: .object(record), now: Snippets.now)
            }
        }
    }
}
