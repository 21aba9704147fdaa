import Foundation
import StrictJSON
import Testing
import Tokenizers

/// Every fault names the file, the key and the reason; nothing is guessed.
@Suite struct MalformedTokenizerTests {
    private static let letters = #"{"a": 0, "b": 1, "ab": 2}"#

    private func expect(
        _ text: String, failsWith reason: TokenizerError.Reason, at key: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let fault = fault(reading: text)
        #expect(fault?.reason == reason, sourceLocation: sourceLocation)
        #expect(fault?.key == key, sourceLocation: sourceLocation)
        #expect(fault?.file.hasSuffix("tokenizer.json") == true, sourceLocation: sourceLocation)
    }

    @Test func aFolderWithoutTokenizerIsNamed() throws {
        let folder = try SmallFolder(["config.json": "{}"])
        let error = #expect(throws: TokenizerError.self) { try folder.tokenizer() }
        #expect(error?.reason == .missingFile)
        #expect(error?.explanation.what == "The model folder has no tokenizer.json.")
    }

    @Test func aModelAndItsVocabularyAreNeeded() {
        expect("{}", failsWith: .missingKey, at: "model")
        expect(SmallFolder.model(#"{"type": "BPE", "merges": []}"#), failsWith: .missingKey, at: "model.vocab")
        expect(SmallFolder.model(#"{"type": "BPE", "vocab": {}}"#), failsWith: .missingKey, at: "model.merges")
    }

    @Test func unknownTypesNameTheKnownOnes() throws {
        let model = #"{"type": "Morse", "vocab": {}}"#
        let known = ["BPE", "Unigram", "WordPiece", "WordLevel"]
        expect(
            SmallFolder.model(model), failsWith: .unknownComponent(kind: "model", type: "Morse", known: known), at: "model.type")
        for (member, kind) in [
            ("normalizer", "normalizer"), ("pre_tokenizer", "pre-tokenizer"), ("post_processor", "post-processor"),
            ("decoder", "decoder"),
        ] {
            let text = SmallFolder.model(
                #"{"type": "BPE", "vocab": {}, "merges": []}"#, members: #""\#(member)": {"type": "Odd"},"#)
            let found = try #require(fault(reading: text))
            guard case .unknownComponent(kind, "Odd", let names) = found.reason else {
                Issue.record("\(found.reason)")
                continue
            }
            #expect(found.key == "\(member).type")
            #expect(found.explanation.next == "Known are: \(names.joined(separator: ", ")).")
        }
    }

    @Test func nestedStepsAreNamedByTheirPlace() {
        let steps =
            #""pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}, {"type": "Split", "behavior": "Isolated"}]},"#
        expect(
            SmallFolder.model(#"{"type": "BPE", "vocab": {}, "merges": []}"#, members: steps), failsWith: .missingKey,
            at: "pre_tokenizer.pretokenizers[1].pattern")
        let behavior = #""pre_tokenizer": {"type": "Split", "pattern": {"String": "-"}, "behavior": "Sideways"},"#
        expect(
            SmallFolder.model(#"{"type": "BPE", "vocab": {}, "merges": []}"#, members: behavior),
            failsWith: .unknownValue(
                "Sideways", known: ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]),
            at: "pre_tokenizer.behavior")
    }

    @Test func aPatternThatIsNoExpressionIsQuoted() {
        let members = #""normalizer": {"type": "Replace", "pattern": {"Regex": "(a"}, "content": ""},"#
        expect(
            SmallFolder.model(#"{"type": "BPE", "vocab": {}, "merges": []}"#, members: members), failsWith: .badPattern("(a"),
            at: "normalizer.pattern.Regex")
    }

    @Test func mergesMustJoinTokensOfTheVocabulary() {
        func bpe(_ merges: String) -> String {
            SmallFolder.model(#"{"type": "BPE", "vocab": \#(Self.letters), "merges": \#(merges)}"#)
        }
        expect(bpe(#"["a b", "a c"]"#), failsWith: .mergeOutsideVocabulary(merge: "a c", missing: "c"), at: "model.merges[1]")
        expect(bpe(#"[["b", "a"]]"#), failsWith: .mergeOutsideVocabulary(merge: "b a", missing: "ba"), at: "model.merges[0]")
        expect(bpe(#"["a b c"]"#), failsWith: .badMerge("a b c"), at: "model.merges[0]")
        expect(bpe(#"["ab"]"#), failsWith: .badMerge("ab"), at: "model.merges[0]")
        expect(bpe(#"[["a", "b", "a"]]"#), failsWith: .badMerge("ab"), at: "model.merges[0]")
        expect(bpe(#"[["a"]]"#), failsWith: .badMerge("a"), at: "model.merges[0]")
        #expect(fault(reading: bpe(##"["#version: 0.2", "a b"]"##)) == nil)
    }

    @Test func tokensAndIDsAreUnique() {
        func bpe(_ vocabulary: String) -> String { SmallFolder.model(#"{"type": "BPE", "vocab": \#(vocabulary), "merges": []}"#) }
        expect(bpe(#"{"a": 0, "\u0061": 1}"#), failsWith: .duplicateToken("a"), at: "model.vocab")
        expect(bpe(#"{"a": 0, "b": 0}"#), failsWith: .duplicateID(0), at: "model.vocab")
        expect(bpe(#"{"a": -1}"#), failsWith: .badID("-1"), at: "model.vocab.a")
        expect(bpe(#"{"a": 2147483648}"#), failsWith: .badID("2147483648"), at: "model.vocab.a")
        #expect(fault(reading: bpe("{\"\u{E9}\": 0, \"e\u{301}\": 1}")) == nil)
    }

    @Test func randomMergingIsRefused() {
        let model = #"{"type": "BPE", "dropout": 0.1, "vocab": {}, "merges": []}"#
        expect(SmallFolder.model(model), failsWith: .dropout, at: "model.dropout")
        #expect(fault(reading: SmallFolder.model(model.replacingOccurrences(of: "0.1", with: "0.0"))) == nil)
    }

    @Test func unigramNeedsPairsAndAnUnknownPieceInside() {
        func unigram(_ vocabulary: String, unknown: String = "0") -> String {
            SmallFolder.model(#"{"type": "Unigram", "unk_id": \#(unknown), "vocab": \#(vocabulary)}"#)
        }
        let pair = TokenizerError.Reason.wrongType(expected: "a pair of piece and score")
        expect(unigram(#"[["a", 0.0], ["b"]]"#), failsWith: pair, at: "model.vocab[1]")
        expect(unigram(#"[["a", 0.0, 1]]"#), failsWith: pair, at: "model.vocab[0]")
        expect(unigram(#"[["a", "0"]]"#), failsWith: pair, at: "model.vocab[0]")
        expect(unigram(#"[["a", 0.0]]"#, unknown: "1"), failsWith: .badID("1"), at: "model.unk_id")
    }

    @Test func templatesNameOnlyDeclaredTokens() {
        let members =
            #""post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}], "pair": [], "special_tokens": {}},"#
        expect(
            SmallFolder.model(#"{"type": "BPE", "vocab": {}, "merges": []}"#, members: members), failsWith: .unknownToken("<s>"),
            at: "post_processor.single[0].SpecialToken.id")
    }

    @Test func aDamagedCharacterMapIsRefused() {
        for map in ["AAAA", "!", "", "CAAAAAAAAAA="] {
            let members = #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "\#(map)"},"#
            expect(
                SmallFolder.model(#"{"type": "BPE", "vocab": {}, "merges": []}"#, members: members), failsWith: .badCharsMap,
                at: "normalizer.precompiled_charsmap")
        }
    }

    @Test func faultsOfFormCarryFileAndLine() throws {
        let folder = try SmallFolder(["tokenizer.json": "{\n \"model\": {\"vocab\": {\"a\": 0,}}}"])
        let error = #expect(throws: JSONError.self) { try folder.tokenizer() }
        #expect(error?.line == 2)
        #expect(error?.file?.hasSuffix("tokenizer.json") == true)
    }

    @Test func wordsWithoutAnyTokenAreAnErrorOfEncoding() throws {
        let words = try SmallFolder(["tokenizer.json": SmallFolder.words(["hello"])]).tokenizer()
        #expect(throws: TokenizerError(.noUnknownToken(word: "world"))) { try words.encode("hello world") }
        let unknown = SmallFolder.model(#"{"type": "BPE", "unk_token": "<unk>", "vocab": \#(Self.letters), "merges": ["a b"]}"#)
        let pairs = try SmallFolder(["tokenizer.json": unknown]).tokenizer()
        #expect(try pairs.encode("ab").ids == [2])
        #expect(throws: TokenizerError(.unknownToken("<unk>"))) { try pairs.encode("abc") }
    }
}
