import Foundation
import StrictJSON
import Testing
import Tokenizers

/// How the files of a folder work together, by the rules of transformers 5.
@Suite struct TokenizerFolderTests {
    private let words = SmallFolder.words(["?", "hi", "you", "<eos>"])

    @Test func rolesComeFromTheConfiguration() throws {
        let tokenizer = try SmallFolder([
            "tokenizer.json": words,
            "tokenizer_config.json": #"""
            {"bos_token": {"__type": "AddedToken", "content": "<bos>", "lstrip": false}, "eos_token": "<eos>",
             "pad_token": null, "add_bos_token": true, "image_token": "<image>"}
            """#,
        ]).tokenizer()
        #expect(tokenizer.specialTokens.bos == SpecialToken(text: "<bos>", id: 4))
        #expect(tokenizer.specialTokens.eos == SpecialToken(text: "<eos>", id: 3))
        #expect(tokenizer.specialTokens.pad == nil)
        #expect(tokenizer.specialTokens.byRole["image_token"] == SpecialToken(text: "<image>", id: 5))
        #expect(tokenizer.vocabularySize == 6)
        // tokenizer.json's post-processor alone decides what is added; `add_bos_token` does not.
        #expect(try tokenizer.encode("hi<eos>you").ids == [1, 3, 2])
    }

    @Test func theOldMapOfSpecialTokensWinsUnlessAddedTokensAreListed() throws {
        var files = [
            "tokenizer.json": words, "tokenizer_config.json": #"{"eos_token": "hi"}"#,
            "special_tokens_map.json": #"{"eos_token": {"content": "<eos>"}, "additional_special_tokens": ["<x>"]}"#,
        ]
        let old = try SmallFolder(files).tokenizer()
        #expect(old.specialTokens.eos?.text == "<eos>")
        #expect(old.id(of: "<x>") == 4)
        files["tokenizer_config.json"] =
            #"{"eos_token": "hi", "added_tokens_decoder": {"2": {"content": "you", "special": true}}}"#
        let new = try SmallFolder(files).tokenizer()
        #expect(new.specialTokens.eos?.text == "hi")
        #expect(new.id(of: "<x>") == nil)
        #expect(new.isSpecial(2))
    }

    @Test func tokensOfTheOldestListAreAddedInTheOrderOfTheirIDs() throws {
        let tokenizer = try SmallFolder([
            "tokenizer.json": words, "tokenizer_config.json": #"{"eos_token": "<eos>"}"#,
            "added_tokens.json": #"{"later": 11, "sooner": 10, "<eos>": 3}"#,
        ]).tokenizer()
        #expect(["sooner", "later", "<eos>"].map { tokenizer.id(of: $0) } == [4, 5, 3])
        #expect(tokenizer.isSpecial(3) && !tokenizer.isSpecial(4))
    }

    @Test func templateFilesReplaceTheConfigurationsTemplates() throws {
        var files = ["tokenizer.json": words, "tokenizer_config.json": #"{"chat_template": "from config"}"#]
        #expect(try SmallFolder(files).tokenizer().chatTemplateSource == "from config")
        files["tokenizer_config.json"] = """
            {"chat_template": [{"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}]}
            """
        let listed = try SmallFolder(files).tokenizer().chatTemplates
        #expect(listed == ChatTemplateSources(default: "D", named: ["tool_use": "T"]))
        #expect(listed.forTools == "T")
        files["chat_template.jinja"] = "from file\n"
        #expect(try SmallFolder(files).tokenizer().chatTemplates == ChatTemplateSources(default: "from file\n"))
        files["additional_chat_templates/rag.jinja"] = "R"
        files["additional_chat_templates/notes.txt"] = "no template"
        let templates = try SmallFolder(files).tokenizer().chatTemplates
        #expect(templates == ChatTemplateSources(default: "from file\n", named: ["rag": "R"]))
        #expect(templates.forTools == "from file\n")
    }

    @Test func controlTokensInDataCanBeTakenForText() throws {
        let added = #""added_tokens": [{"content": "<eos>", "special": true}, {"content": "you", "special": false}],"#
        let tokenizer = try SmallFolder(["tokenizer.json": SmallFolder.words(["?", "hi", "you", "<eos>"], members: added)])
            .tokenizer()
        #expect(try tokenizer.encode("hi<eos>you").ids == [1, 3, 2])
        #expect(try tokenizer.encode("hi<eos>you", recognizesSpecialTokens: false).ids == [0, 2])
    }

    @Test func aMissingModelTypeIsToldByItsMembers() throws {
        let bytePair = SmallFolder.model(#"{"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}"#)
        #expect(try SmallFolder(["tokenizer.json": bytePair]).tokenizer().encode("abb").ids == [2, 1])
        let unigram = SmallFolder.model(#"{"unk_id": 0, "vocab": [["<unk>", 0], ["a", -1], ["b", -1.5], ["ab", -2]]}"#)
        #expect(try SmallFolder(["tokenizer.json": unigram]).tokenizer().encode("abb").ids == [3, 2])
        let wordPiece = SmallFolder.model(
            ###"{"unk_token": "?", "continuing_subword_prefix": "##", "vocab": {"?": 0, "a": 1, "##b": 2}}"###)
        #expect(try SmallFolder(["tokenizer.json": wordPiece]).tokenizer().encode("abb").ids == [1, 2, 2])
        let wordLevel = SmallFolder.model(#"{"unk_token": "?", "vocab": {"?": 0, "abb": 1}}"#)
        #expect(try SmallFolder(["tokenizer.json": wordLevel]).tokenizer().encode("abb").ids == [1])
    }

    @Test func tokensAreToldApartByTheirBytes() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        let tokenizer = try SmallFolder(["tokenizer.json": SmallFolder.words(["?", composed, decomposed])]).tokenizer()
        #expect(try tokenizer.encode("\(composed) \(decomposed)").ids == [1, 2])
        #expect(tokenizer.id(of: decomposed) == 2)
        #expect(tokenizer.token(of: 2).map(ByteText.init) == ByteText(decomposed))
    }

    @Test func unknownIDsDecodeToNothing() throws {
        let tokenizer = try SmallFolder(["tokenizer.json": words]).tokenizer()
        #expect(tokenizer.decode([1, 99, -3, 2]) == "hi you")
        #expect(tokenizer.token(of: 99) == nil)
        #expect(tokenizer.token(of: -3) == nil)
    }
}
