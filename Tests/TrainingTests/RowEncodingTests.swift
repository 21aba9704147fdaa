import Foundation
import Llama
import StrictJSON
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Training

@Suite struct RowEncodingTests {
    private let folder = Fixture.golden("tiny-llama")

    private func encoder(_ tokenizer: Tokenizer?, maxLength: Int = 2048, completionOnly: Bool = true) -> RowEncoder {
        RowEncoder(
            tokenizer: tokenizer, vocabularySize: 512, maxLength: maxLength, completionOnlyLoss: completionOnly,
            chatDate: CalendarDay("2024-07-26")!)
    }

    private func row(_ value: JSONValue) throws -> DataRow {
        try #require(DataFile(path: "rows.jsonl", text: value.data()).rows.first)
    }

    private func encoded(_ value: JSONValue, _ encoder: RowEncoder) throws -> EncodedRow {
        try encoder.encode(row(value), of: "rows.jsonl")
    }

    @Test func chatsGetTheTokensAndLabelsOfTheGolden() throws {
        // Oracle: transformers' tokenizer and template; labels by masking the prompt with generation header.
        let golden = try SafetensorsFile(opening: folder.appending(path: "expected.safetensors"))
        let ids = try golden.bytes(named: "input_ids").asInt64()
        let labels = try golden.bytes(named: "labels").asInt64()
        let chats = try #require(JSONValue(contentsOf: folder.appending(path: "expected.json"))["chats"]?.arrayValue)
        let byGolden = encoder(try Tokenizer(folder: folder))
        for (number, chat) in chats.enumerated() {
            let row = try encoded(["messages": chat["conversation"] ?? []], byGolden)
            let count = try #require(chat["n_tokens"]?.intValue)
            #expect(row.tokens.map(Int64.init) == Array(ids[number * 96..<number * 96 + count]))
            #expect(row.labels.map(Int64.init) == Array(labels[number * 96..<number * 96 + count]))
        }
    }

    @Test func aCompletionIsMaskedByTheLongestCommonTokenPrefixAndEndedOnce() throws {
        let tokenizer = try Tokenizer(folder: folder)
        let prompt = "Hello! What is 12 + 30?"
        let promptCount = try tokenizer.encode(prompt).count
        let end = try #require(tokenizer.specialTokens.eos)
        for answer in [" It is 42.", " It is 42." + end.text] {
            let row = try encoded(["prompt": .string(prompt), "completion": .string(answer)], encoder(tokenizer))
            #expect(row.labels.prefix(promptCount).allSatisfy { $0 == TokenBatch.ignored })
            #expect(Array(row.labels[promptCount...]) == Array(row.tokens[promptCount...]))
            #expect(row.tokens.last == end.id)
            #expect(row.tokens.count { $0 == end.id } == 1)
        }
        let whole = try encoded(
            ["prompt": .string(prompt), "completion": " It is 42."], encoder(tokenizer, completionOnly: false))
        #expect(whole.labels == whole.tokens)
    }

    @Test func textIsLearnedWholeWithItsEnd() throws {
        let tokenizer = try Tokenizer(folder: folder)
        let row = try encoded(["text": "It is 42, I'm sure."], encoder(tokenizer))
        #expect(row.labels == row.tokens)
        #expect(row.tokens.last == tokenizer.specialTokens.eos?.id)
        #expect(row.supervisedCount == row.tokens.count - 1)
    }

    @Test func tokensBehindMaxLengthAreCutAndARowWithoutAnswerLeftIsFaulty() throws {
        let tokenizer = try Tokenizer(folder: folder)
        let value: JSONValue = ["prompt": "Hello! What is 12 + 30?", "completion": " It is 42."]
        let whole = try encoded(value, encoder(tokenizer))
        let prompt = whole.labels.prefix { $0 == TokenBatch.ignored }.count
        let cut = try encoded(value, encoder(tokenizer, maxLength: prompt + 1))
        #expect(cut.tokens == Array(whole.tokens[...prompt]))
        #expect(cut.isTruncated && cut.length == whole.tokens.count && cut.fault == nil && cut.supervisedCount == 1)
        #expect(try encoded(value, encoder(tokenizer, maxLength: prompt)).fault == .answerCutOff)
    }

    @Test func theFirstTokenIsNeverPredictedSoItsLabelDoesNotCount() throws {
        let row = try encoded(["input_ids": [4, 5], "labels": [4, -100]], encoder(nil))
        #expect(row.supervisedCount == 0)
        #expect(row.fault == .unlabelled)
    }

    @Test(
        arguments: [
            (["text": " "], .empty), (["prompt": "", "completion": "\n"], .empty),
            (["prompt": "a", "completion": " "], .unlabelled),
            (["messages": []], .empty), (["messages": [["role": "user", "content": "a"]]], .unlabelled),
            (["messages": [["role": "user", "content": "a"], ["role": "assistant", "content": ""]]], .unlabelled),
        ] as [(JSONValue, EncodedRow.Fault)])
    func rowsWithNothingToLearnSayWhy(value: JSONValue, fault: EncodedRow.Fault) throws {
        #expect(try encoded(value, encoder(Tokenizer(folder: folder))).fault == fault)
    }

    @Test func textWithoutATokenizerAndChatsWithoutATemplateAreRefusedAtTheirLine() throws {
        #expect(throws: DataError(.noTokenizer, file: "rows.jsonl", line: 1)) { try encoded(["text": "a"], encoder(nil)) }
        let bare = try TemporaryFolder()
        try FileManager.default.copyItem(
            at: folder.appending(path: "tokenizer.json"), to: bare.url.appending(path: "tokenizer.json"))
        let templateless = encoder(try Tokenizer(folder: bare.url))
        #expect(throws: DataError(.noChatTemplate, file: "rows.jsonl", line: 1)) {
            try encoded(["messages": [["role": "user", "content": "a"]]], templateless)
        }
    }

    @Test func aLabelIsItsBytes() throws {
        let asked = try encoder(Tokenizer(folder: folder)).labelQuestion(
            row(["prompt": "what:", "completion": "caf\u{E9}"]), labels: ["caf\u{E9}"], of: "rows.jsonl")
        #expect(asked.continuations.count == 1)
        #expect {
            try encoder(Tokenizer(folder: folder)).labelQuestion(
                row(["prompt": "what:", "completion": "cafe\u{301}"]), labels: ["caf\u{E9}"], of: "rows.jsonl")
        } throws: { error in
            (error as? DataError)?.reason == .unknownLabel("cafe\u{301}")
        }
    }
}

extension Data {
    /// Little-endian 64-bit integers, as PyTorch saves them.
    func asInt64() -> [Int64] {
        stride(from: 0, to: count, by: 8).map { place in
            withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Int64.self)) }
        }
    }
}
