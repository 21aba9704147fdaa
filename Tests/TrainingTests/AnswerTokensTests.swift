import Foundation
import Llama
import StrictJSON
import TestSupport
import Testing
import Tokenizers

@testable import Training

/// Which parts of a rendered dialogue carry loss, under templates that write turns in different ways. What is expected was
/// written by hand from the rendered shapes.
@Suite struct AnswerTokensTests {
    private static let chatML = """
        {%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{%- endfor %}
        {%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
        """
    /// Only the last assistant turn gets the thinking block, as in Qwen3.
    private static let thinking = """
        {%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' }}
        {%- if m.role == 'assistant' and loop.last %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}
        {{- m.content + '<|im_end|>\\n' }}{%- endfor %}
        {%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
        """
    /// A closing token after the last turn, as in Phi-3.
    private static let closing = """
        {%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{%- endfor %}
        {%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- else %}{{- '<|endoftext|>' }}{%- endif %}
        """
    private static let marked = """
        {%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' }}
        {%- if m.role == 'assistant' %}{% generation %}{{- m.content + '<|im_end|>' }}{% endgeneration %}
        {%- else %}{{- m.content + '<|im_end|>' }}{%- endif %}{{- '\\n' }}{%- endfor %}
        """
    /// The header opens a thinking block that the dialogue itself does not have, as in DeepSeek's distilled models.
    private static let promptedThinking = """
        {%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' + m.content | trim + '<|im_end|>\\n' }}{%- endfor %}
        {%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n<think>\\n' }}{%- endif %}
        """

    /// A tokenizer folder with another template.
    private func tokenizer(_ template: String) throws -> Tokenizer {
        let folder = try TemporaryFolder()
        for name in ["tokenizer.json", "tokenizer_config.json"] {
            try FileManager.default.copyItem(
                at: Fixture.golden("tiny-llama").appending(path: name), to: folder.url.appending(path: name))
        }
        try Data(template.utf8).write(to: folder.url.appending(path: "chat_template.jinja"))
        return try Tokenizer(folder: folder.url)
    }

    /// The supervised stretches as text.
    private func learned(_ template: String, _ turns: (String, String)...) throws -> [String] {
        let messages = turns.map { JSONValue.object(["role": .string($0), "content": .string($1)]) }
        return try learned(template, Dialogue(messages: messages))
    }

    private func learned(_ template: String, _ dialogue: Dialogue) throws -> [String] {
        let tokenizer = try tokenizer(template)
        let encoder = RowEncoder(
            tokenizer: tokenizer, vocabularySize: 512, maxLength: 2048, completionOnlyLoss: true,
            chatDate: CalendarDay("2024-07-26")!)
        let row = DataRow(line: 1, form: .messages, content: .conversation(dialogue))
        let labels = try encoder.encode(row, of: "rows.jsonl").labels
        return labels.split(separator: TokenBatch.ignored).map { tokenizer.decode(Array($0)) }
    }

    @Test func everyAssistantTurnIsLearnedThroughItsEnd() throws {
        let learned = try learned(
            Self.chatML, ("system", "Be brief."), ("user", "Hello"), ("assistant", "Hi there"), ("user", "More?"),
            ("assistant", "No."))
        #expect(learned == ["Hi there<|im_end|>\n", "No.<|im_end|>\n"])
    }

    @Test func aTurnWrittenDifferentlyOnceOthersFollowIsFound() throws {
        #expect(
            try learned(Self.thinking, ("user", "Hello"), ("assistant", "Hi there"), ("user", "More?"), ("assistant", "No."))
                == ["Hi there<|im_end|>\n", "<think>\n\n</think>\n\nNo.<|im_end|>\n"])
        #expect(
            try learned(Self.closing, ("user", "Hello"), ("assistant", "Hi there"), ("user", "More?"), ("assistant", "No."))
                == ["Hi there<|im_end|>\n", "No.<|im_end|>\n<|endoftext|>"])
    }

    @Test func generationMarksSayItThemselves() throws {
        #expect(
            try learned(Self.marked, ("user", "Hello"), ("assistant", "Hi there"), ("user", "More?"), ("assistant", "No."))
                == ["Hi there<|im_end|>", "No.<|im_end|>"])
    }

    @Test func aHeaderThatSaysMoreThanTheDialogueHidesNothing() throws {
        #expect(
            try learned(
                Self.promptedThinking, ("user", "Hello"), ("assistant", " Hi there "), ("user", "More?"), ("assistant", "No."))
                == ["Hi there<|im_end|>\n", "No.<|im_end|>\n"])
    }

    @Test func aDialogueMayBeginWithTheAssistantOrEndWithTheUser() throws {
        #expect(
            try learned(Self.chatML, ("assistant", "Welcome"), ("user", "Hello"), ("assistant", "Hi"), ("user", "Bye"))
                == ["Welcome<|im_end|>\n", "Hi<|im_end|>\n"])
    }

    /// Whatever a family's template does with turns, each of the assistant's is learned, tool calls included. Some templates drop
    /// a turn's thinking, so only what follows it is looked for; `macros_filters` is no template of turns.
    @Test func everyGoldenTemplateShowsItsTurns() throws {
        let golden = try JSONValue(contentsOf: Fixture.golden("chat-templates/templates.json"))
        var dialogues = 0
        for template in try #require(golden["templates"]?.arrayValue) where template["name"] != "macros_filters" {
            let source = try #require(template["template"]?.stringValue)
            let tokens = try #require(template["special_tokens"]?.objectValue)
            for item in template["cases"]?.arrayValue ?? []
            where item["kwargs"] == ["add_generation_prompt": false] && item["expected"] != nil {
                let messages = try #require(item["messages"]?.arrayValue)
                let turns = messages.filter { $0["role"]?.stringValue == "assistant" }
                guard !turns.isEmpty else { continue }
                let learned = try learned(source, Dialogue(messages: messages, variables: tokens))
                #expect(learned.count == turns.count, "\(template["name"] ?? nil) \(learned)")
                for (text, turn) in zip(learned, turns) {
                    let answer = turn["content"]?.stringValue?.split(separator: "</think>").last.flatMap { String($0).trimmed }
                    #expect(answer.map(text.contains) ?? true, "\(template["name"] ?? nil) \(text)")
                }
                dialogues += 1
            }
        }
        #expect(dialogues > 30)
    }

    @Test func equalTurnsAreEachFoundInTheirPlace() throws {
        #expect(
            try learned(Self.thinking, ("user", "yes"), ("assistant", "yes"), ("user", "yes"), ("assistant", "yes"))
                == ["yes<|im_end|>\n", "<think>\n\n</think>\n\nyes<|im_end|>\n"])
    }
}

extension JSONValue {
    fileprivate static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(JSONObject(members.map { ($0.key, $0.value) }))
    }
}
