import Foundation
import StrictJSON
import Testing

@testable import Tokenizers

@Suite struct TemplatesFrontTests {
    private func render(
        _ source: String, _ conversation: Conversation = Conversation(messages: [["role": "user", "content": "x"]]),
        limits: TemplateLimits = .standard
    ) throws -> RenderedChat {
        try ChatTemplate(source: source, limits: limits).render(conversation, now: Date(timeIntervalSince1970: 0))
    }

    private func error(
        _ source: String, limits: (inout TemplateLimits) -> Void = { _ in }
    ) throws -> ChatTemplateError {
        var bounds = TemplateLimits.standard
        limits(&bounds)
        return try #require(throws: ChatTemplateError.self, "\(source)") { try render(source, limits: bounds) }
    }

    @Test("every bound stops a template that asks for more, at the line that asks")
    func boundsHold() throws {
        #expect(try error("{{ 'a' }}", limits: { $0.sourceBytes = 8 }).isLimit)
        #expect(
            try error("\n{% for a in range(99) %}{% for b in range(99) %}{% endfor %}{% endfor %}", limits: { $0.steps = 500 })
                == ChatTemplateError(.limit("more than 500 steps of evaluation"), line: 2))
        #expect(try error("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}").isLimit)
        #expect(try error("{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}").isLimit)
        #expect(try error("{{ 'a' * 1000000000 }}").isLimit)
        #expect(try error("{{ [1] * 1000000000000 }}").isLimit)
        #expect(try error("{{ 'a'.center(9999999999) }}").isLimit)
        #expect(try error("{{ '%9999999999d' % 1 }}").isLimit)
        #expect(try error("{{ '{:999999999}'.format(1) }}").isLimit)
        #expect(try error("{% set a = 'a' * 1000 %}{{ a.replace('a', a).replace('a', a) }}").isLimit)
        #expect(try error("{% for a in range(99) %}{{ 'aaaaaaaaaa' }}{% endfor %}", limits: { $0.outputBytes = 900 }).isLimit)
        #expect(try error("{{ range(100001) }}").isLimit)
        #expect(try error("{{ 2 ** 63 }}").isLimit)
        #expect(try error("{{ 9223372036854775807 + 1 }}").isLimit)
        #expect(
            try error("{{ " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000) + " }}").isLimit)
        #expect(try error("{{ 1" + String(repeating: " + 1", count: 5000) + " }}").isLimit)
        #expect(try error("{{ a" + String(repeating: ".b", count: 5000) + " }}").isLimit)
        #expect(try error(String(repeating: "{% if true %}", count: 5000)).isLimit)
    }

    @Test("errors name the line of the template")
    func errorsNameTheLine() throws {
        #expect(try error("a\n{{ 'b' }}\n  {{ raise_exception('no') }}") == ChatTemplateError(.raised("no"), line: 3))
        #expect(try error("a\n{% if true %}\n{% nope %}").line == 3)
        #expect(try error("{% macro m() %}\n{{ x.y }}{% endmacro %}\n\n{{ m() }}").line == 2)
    }

    @Test("a conversation that cannot be rendered is refused before the template runs")
    func refusesConversations() {
        func reason(_ conversation: Conversation) -> ChatTemplateError.Reason? {
            #expect(throws: ChatTemplateError.self) { try render("content", conversation) }?.reason
        }
        let message: JSONValue = ["role": "user", "content": "x"]
        #expect(reason(Conversation(messages: [])) == .conversation("it has no messages"))
        #expect(reason(Conversation(messages: [message, "x"])) == .conversation("message 2 is not an object"))
        #expect(reason(Conversation(messages: [message], documents: ["x"])) != nil)
        #expect(reason(Conversation(messages: [message], addGenerationPrompt: true, continueFinalMessage: true)) != nil)
        #expect(reason(Conversation(messages: [["role": "user"]], continueFinalMessage: true)) != nil)
        #expect(reason(Conversation(messages: [message], continueFinalMessage: true)) != nil)
    }

    @Test("the tokens of a turn are those that overlap its span")
    func findsGeneratedTokens() {
        var encoding = Encoding()
        encoding.offsets = [0..<3, 3..<4, 4..<6, 6..<9, 0..<0]
        let chat = RenderedChat(text: "abcdefghi", generationSpans: [1..<4, 5..<5, 6..<7])
        #expect(chat.generatedTokens(in: encoding) == [0..<2, 3..<4])
    }

    @Test("strings that only canonical equivalence makes equal stay different")
    func comparesCodePoints() throws {
        let source = "{{ 'e\u{301}' == '\u{e9}' }}{{ {'\u{e9}': 1}['e\u{301}'] is defined }}{{ 'e\u{301}'|length }}"
        #expect(try render(source).text == "FalseFalse2")
    }
}
