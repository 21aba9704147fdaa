import Foundation
import StrictJSON
import TestSupport
import Testing
import Tokenizers

/// Goldens of tokenizers 0.23.3 (Tests/Fixtures/golden/tokenizers). Ids and texts are exact: there is nothing to tolerate.
@Suite struct GoldenTokenizerTests {
    static let names = ["bytelevel-gpt2", "bytelevel-llama3", "spm-bpe-llama2", "unigram-nfkc"]

    private let folder = Fixture.golden("tokenizers")

    private func tokenizer(_ name: String) throws -> Tokenizer {
        try Tokenizer(file: folder.appending(path: "\(name).tokenizer.json"))
    }

    private func golden(_ name: String) throws -> JSONValue {
        try JSONValue(contentsOf: folder.appending(path: "\(name).cases.json"))
    }

    @Test(arguments: names) func everyTextHasTheReferencesIDs(_ name: String) throws {
        let tokenizer = try tokenizer(name)
        let cases = try #require(golden(name)["cases"]?.arrayValue)
        #expect(cases.count > 300)
        for golden in cases {
            let text = try #require(golden["text"]?.stringValue)
            let plain = try tokenizer.encode(text, addSpecialTokens: false)
            let special = try tokenizer.encode(text)
            #expect(plain.ids == golden["ids"]?.int32s, "\(text.debugDescription)")
            #expect(special.ids == golden["ids_special"]?.int32s, "\(text.debugDescription)")
            expectBytes(tokenizer.decode(plain.ids), golden["decoded"], text)
            expectBytes(tokenizer.decode(special.ids, skipSpecialTokens: true), golden["decoded_skip"], text)
        }
    }

    @Test(arguments: names) func tokensLieWhereTheReferencePutsThem(_ name: String) throws {
        let tokenizer = try tokenizer(name)
        let cases = try #require(golden(name)["offsets"]?.arrayValue)
        #expect(!cases.isEmpty)
        for golden in cases {
            let text = try #require(golden["text"]?.stringValue)
            let encoding = try tokenizer.encode(text, addSpecialTokens: false)
            #expect(encoding.offsets == golden["offsets"]?.ranges, "\(text.debugDescription)")
            #expect(encoding.tokens.map(ByteText.init) == golden["tokens"]?.texts, "\(text.debugDescription)")
        }
    }

    @Test(arguments: names) func aPairIsJoinedByTheTemplate(_ name: String) throws {
        let tokenizer = try tokenizer(name)
        let pair = try #require(golden(name)["pair"])
        let first = try #require(pair["a"]?.stringValue)
        let second = try #require(pair["b"]?.stringValue)
        #expect(try tokenizer.encode(first, pairedWith: second).ids == pair["ids"]?.int32s)
    }

    @Test(arguments: names) func anyIDsDecodeAsInTheReference(_ name: String) throws {
        let tokenizer = try tokenizer(name)
        for golden in try #require(golden(name)["decode_ids"]?.arrayValue) {
            let ids = try #require(golden["ids"]?.int32s)
            expectBytes(tokenizer.decode(ids), golden["decoded"], "\(ids)")
            expectBytes(tokenizer.decode(ids, skipSpecialTokens: true), golden["decoded_skip"], "\(ids)")
        }
    }

    /// expected.json was written by transformers together with the models.
    @Test(arguments: ["tiny-llama", "tiny-llama3-rope"]) func conversationsHaveAsManyTokensAsInTransformers(_ model: String)
        throws
    {
        let folder = Fixture.golden(model)
        let tokenizer = try Tokenizer(folder: folder)
        let chats = try #require(JSONValue(contentsOf: folder.appending(path: "expected.json"))["chats"]?.arrayValue)
        for chat in chats {
            let text = try #require(chat["text"]?.stringValue)
            let prompt = try #require(chat["prompt"]?.stringValue)
            #expect(try tokenizer.encode(text, addSpecialTokens: false).count == chat["n_tokens"]?.intValue)
            #expect(try tokenizer.encode(prompt, addSpecialTokens: false).count == chat["n_prompt"]?.intValue)
        }
        #expect(tokenizer.chatTemplateSource?.contains("<|im_start|>") == true)
        #expect(tokenizer.specialTokens.eos?.text == "<|im_end|>")
    }
}

/// Text is compared byte by byte: `String` would take a composed letter for its decomposition.
func expectBytes(_ text: String, _ golden: JSONValue?, _ about: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let expected = golden?.stringValue.map(ByteText.init)
    #expect(ByteText(text) == expected, "\(about.debugDescription)", sourceLocation: sourceLocation)
}

extension JSONValue {
    var int32s: [Int32]? { arrayValue.map { $0.compactMap { $0.intValue.map(Int32.init) } } }
    var texts: [ByteText]? { arrayValue.map { $0.compactMap { $0.stringValue.map(ByteText.init) } } }
    var ranges: [Range<Int>]? {
        arrayValue.map {
            $0.compactMap { pair in
                guard let start = pair.arrayValue?.first?.intValue, let end = pair.arrayValue?.last?.intValue else { return nil }
                return start..<end
            }
        }
    }
}
