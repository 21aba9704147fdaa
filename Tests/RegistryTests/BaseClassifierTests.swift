import Adapters
import DurableFiles
import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Registry

/// A little model folder, and what can happen to it.
struct ModelEdit: Sendable, CustomTestStringConvertible {
    typealias Files = [String: String]

    let name: String
    let effects: Set<BaseChange>
    let edit: @Sendable (inout Files) -> Void

    init(_ name: String, _ effects: Set<BaseChange>, _ edit: @escaping @Sendable (inout Files) -> Void) {
        (self.name, self.effects, self.edit) = (name, effects, edit)
    }

    /// The text of a file with one piece of it replaced; what is not there is a fault of the test.
    static func replacing(_ old: String, with new: String, in file: String) -> @Sendable (inout Files) -> Void {
        { files in
            guard let text = files[file], text.contains(old) else {
                Issue.record("\(file) lacks \(old)")
                return
            }
            files[file] = text.replacing(old, with: new)
        }
    }

    var testDescription: String { name }

    static let template = "{% for m in messages %}{{ m.content }}\\n{% endfor %}"

    static let before: Files = [
        "config.json": """
        {"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "rope_theta": 10000, "torch_dtype": "bfloat16",
         "transformers_version": "4.44.0", "_name_or_path": "/home/ada/checkpoints/7"}
        """,
        "generation_config.json": "{\"eos_token_id\": 2, \"temperature\": 0.7, \"transformers_version\": \"4.44.0\"}",
        "tokenizer.json": """
        {"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}}
        """,
        "tokenizer_config.json": """
        {"chat_template": "\(template)", "model_max_length": 2048, "tokenizer_class": "LlamaTokenizer", "name_or_path": "x"}
        """,
        "special_tokens_map.json": "{\"eos_token\": \"</s>\"}",
        "model.safetensors": "weights",
        "model.safetensors.index.json": "{\"metadata\": {\"total_size\": 7}, \"weight_map\": {\"w\": \"model.safetensors\"}}",
        "README.md": "---\nlicense: mit\ntags:\n- chat\n---\n# A model\n",
        "LICENSE": "Permission is hereby granted,\nfree of charge.\n",
    ]

    /// The kinds of change, one edit of each, to be put together in pairs.
    static let kinds: [ModelEdit] = [
        ModelEdit("card", [.cosmetic], replacing("# A model", with: "# A better described model", in: "README.md")),
        ModelEdit("licence", [.licence], replacing("Permission", with: "No permission", in: "LICENSE")),
        ModelEdit("generation", [.generationConfig], replacing("0.7", with: "0.6", in: "generation_config.json")),
        ModelEdit("template", [.chatTemplate], replacing("m.content", with: "m.content | trim", in: "tokenizer_config.json")),
        ModelEdit("tokenizer", [.tokenizer], replacing("\"ab\": 2", with: "\"ab\": 2, \"c\": 3", in: "tokenizer.json")),
        ModelEdit("config", [.config], replacing("10000", with: "500000", in: "config.json")),
        ModelEdit("weights", [.weights]) { $0["model.safetensors"] = "other weights" },
    ]

    static let variants: [ModelEdit] = [
        // nothing of meaning
        ModelEdit("another version of the library", [.cosmetic], replacing("4.44.0", with: "4.57.1", in: "config.json")),
        ModelEdit(
            "another path of the maker", [.cosmetic], replacing("/home/ada/checkpoints/7", with: "lab/x", in: "config.json")),
        ModelEdit("spaces in JSON", [.cosmetic]) {
            $0["config.json"] = ($0["config.json"] ?? "").replacing(": ", with: " :\n\t")
        },
        ModelEdit("keys in another order", [.cosmetic]) {
            $0["generation_config.json"] = "{\"transformers_version\": \"4.44.0\", \"temperature\": 0.7, \"eos_token_id\": 2}"
        },
        ModelEdit("a whole number as a fraction", [.cosmetic], replacing("10000", with: "10000.0", in: "config.json")),
        ModelEdit("dtype by its new name", [.cosmetic], replacing("torch_dtype", with: "dtype", in: "config.json")),
        ModelEdit("merges as pairs", [.cosmetic], replacing("\"a b\"", with: "[\"a\", \"b\"]", in: "tokenizer.json")),
        ModelEdit("vocabulary in another order", [.cosmetic]) {
            $0["tokenizer.json"] = ($0["tokenizer.json"] ?? "").replacing("\"a\": 0, \"b\": 1", with: "\"b\": 1, \"a\": 0")
        },
        ModelEdit("the tokenizer's own path", [.cosmetic], replacing("\"x\"", with: "\"y\"", in: "tokenizer_config.json")),
        ModelEdit("the index counts otherwise", [.cosmetic], replacing("7", with: "8", in: "model.safetensors.index.json")),
        ModelEdit("the licence wrapped otherwise", [.cosmetic], replacing(",\n", with: ", ", in: "LICENSE")),
        ModelEdit("other tags on the card", [.cosmetic], replacing("- chat", with: "- chat\n- small", in: "README.md")),
        ModelEdit("the card is gone, and said nothing else", [.licence]) { $0["README.md"] = nil },
        ModelEdit("the template moves to a file of its own", [.cosmetic]) {
            $0["tokenizer_config.json"] = "{\"model_max_length\": 2048, \"tokenizer_class\": \"LlamaTokenizer\"}"
            $0["chat_template.jinja"] = "{% for m in messages %}{{ m.content }}\n{% endfor %}\n"
        },
        // licence
        ModelEdit("another licence on the card", [.licence], replacing("license: mit", with: "license: other", in: "README.md")),
        ModelEdit("a licence with a name", [.licence]) {
            $0["README.md"] = ($0["README.md"] ?? "").replacing("license: mit", with: "license: other\nlicense_name: lab-terms")
        },
        ModelEdit("terms of use are added", [.licence]) { $0["LICENSE-2.md"] = "More terms." },
        ModelEdit("the licence is gone", [.licence]) { $0["LICENSE"] = nil },
        // generation
        ModelEdit("another end of text", [.generationConfig], replacing(": 2", with: ": [2, 3]", in: "generation_config.json")),
        ModelEdit("generation settings are gone", [.generationConfig]) { $0["generation_config.json"] = nil },
        // chat template
        ModelEdit("a file takes the template's place", [.chatTemplate]) {
            $0["chat_template.jinja"] = "{{ messages[0].content }}"
        },
        ModelEdit(
            "no template any more", [.chatTemplate],
            replacing("\"chat_template\": \"\(template)\", ", with: "", in: "tokenizer_config.json")),
        ModelEdit("a template for tools is added", [.chatTemplate]) {
            $0["additional_chat_templates/tools.jinja"] = "{{ tools }}"
        },
        // tokenizer
        ModelEdit("another longest text", [.tokenizer], replacing("2048", with: "4096", in: "tokenizer_config.json")),
        ModelEdit("other merges", [.tokenizer], replacing("\"a b\"", with: "\"b a\"", in: "tokenizer.json")),
        ModelEdit("another special token", [.tokenizer], replacing("</s>", with: "<eos>", in: "special_tokens_map.json")),
        ModelEdit("template and rest in one file", [.tokenizer, .chatTemplate]) {
            $0["tokenizer_config.json"] = "{\"chat_template\": \"{{ x }}\", \"tokenizer_class\": \"Other\"}"
        },
        ModelEdit("the tokenizer's configuration is gone", [.tokenizer, .chatTemplate]) { $0["tokenizer_config.json"] = nil },
        // configuration
        ModelEdit("another type of numbers", [.config], replacing("bfloat16", with: "float16", in: "config.json")),
        ModelEdit(
            "a field more", [.config],
            replacing("\"hidden_size\"", with: "\"rope_scaling\": {\"factor\": 8}, \"hidden_size\"", in: "config.json")),
        ModelEdit("no JSON any more", [.config]) { $0["config.json"] = "{" },
        ModelEdit("another kind of file", [.config]) { $0["preprocessor_config.json"] = "{}" },
        // weights
        ModelEdit("a shard more", [.weights]) { $0["model-00002.safetensors"] = "more" },
        ModelEdit(
            "tensors in other shards", [.weights],
            replacing("\"w\": \"model", with: "\"w\": \"model-00002", in: "model.safetensors.index.json")),
        ModelEdit("weights are gone", [.weights]) { $0["model.safetensors"] = nil },
    ]

    /// Each two kinds at once; what one of them makes harmless does not hide the other.
    static let pairs: [ModelEdit] = kinds.indices.flatMap { first in
        kinds.indices.filter { $0 > first }.map { second in
            let (one, other) = (kinds[first], kinds[second])
            return ModelEdit("\(one.name) and \(other.name)", one.effects.union(other.effects)) { files in
                one.edit(&files)
                other.edit(&files)
            }
        }
    }

    static let all = kinds + variants + pairs
}

@Suite struct BaseClassifierTests {
    private func write(_ files: ModelEdit.Files, to folder: URL) throws {
        try? FileManager.default.removeItem(at: folder)
        for (path, text) in files {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    @Test(arguments: ModelEdit.all)
    func aChangeIsCalledByWhatItMeans(edit: ModelEdit) throws {
        let folder = try TemporaryFolder()
        let (registry, model) = (try Sample.registry(in: folder), folder.url.appending(path: "models/tiny"))
        try write(ModelEdit.before, to: model)
        let base = try registry.addBase(BaseName("tiny"), folder: model, revision: nil)
        #expect(registry.observe(base) == .unchanged)
        var after = ModelEdit.before
        edit.edit(&after)
        try write(after, to: model)
        let comparison = try registry.comparison(of: base)
        #expect(comparison.effects == edit.effects, "\(comparison.changes)")
        #expect(registry.observe(base) == .changed(edit.effects))
        #expect(comparison.unread == (edit.name == "no JSON any more" ? ["config.json"] : []))
    }

    @Test func thereAreFixturesForEachKindAndEachPair() {
        #expect(ModelEdit.kinds.count == 7 && ModelEdit.pairs.count == 21)
        print("\(ModelEdit.all.count) fixtures of changed bases")
        #expect(ModelEdit.all.count >= 40)
    }

    @Test func withoutKeptContentsNamesDecide() throws {
        let folder = try TemporaryFolder()
        let (registry, model) = (try Sample.registry(in: folder), folder.url.appending(path: "models/tiny"))
        try write(ModelEdit.before, to: model)
        let base = try registry.addBase(BaseName("tiny"), folder: model, revision: nil)
        try FileManager.default.removeItem(at: registry.layout.state.appending(path: "pins"))
        var after = ModelEdit.before
        after["config.json"] = (after["config.json"] ?? "").replacing("4.44.0", with: "4.57.1")
        after["tokenizer_config.json"] = (after["tokenizer_config.json"] ?? "").replacing("m.content", with: "m.x")
        try write(after, to: model)
        let comparison = try registry.comparison(of: base)
        #expect(comparison.effects == [.config, .tokenizer], "the graver reading")
        #expect(comparison.unread == ["config.json", "tokenizer_config.json"])
    }

    @Test func aDamagedKeptContentIsNotBelieved() throws {
        let folder = try TemporaryFolder()
        let (registry, model) = (try Sample.registry(in: folder), folder.url.appending(path: "models/tiny"))
        try write(ModelEdit.before, to: model)
        let base = try registry.addBase(BaseName("tiny"), folder: model, revision: nil)
        let pins = PinnedContents(in: registry.layout)
        let digest = try #require(base.files.first { $0.path == "config.json" }?.digest)
        #expect(pins.content(of: digest) == ModelEdit.before["config.json"].map { Data($0.utf8) })
        #expect(pins.files(ofPin: base.digest) == base.files)
        try Data("{}".utf8).write(to: registry.layout.state.appending(path: "pins/\(digest.hex)"))
        #expect(pins.content(of: digest) == nil)
        let weights = try #require(base.files.first { $0.path == "model.safetensors" }?.digest)
        #expect(!pins.isKept(weights))
    }
}

@Suite struct BaseNewsTests {
    private func base(_ source: String?) throws -> BaseDeclaration {
        BaseDeclaration(name: try BaseName("tiny"), folder: "x", source: source, revision: nil, files: [])
    }

    private func news(_ text: String) throws -> BaseNews {
        let folder = try TemporaryFolder()
        let registry = try Sample.registry(in: folder)
        try Data(text.utf8).write(to: registry.layout.baseNews)
        return try registry.baseNews()
    }

    private let text = """
        schema: lora.base-news/1
        end_of_life:
          - base: lab/tiny
            on: 2026-12-31
            because: no more fixes
            successor: lab/tiny-2
          - base: tiny
            on: 2027-01-01
        families:
          - name: tiny
            members: [lab/tiny, lab/tiny-1.5]
          - name: numbered
            pattern: lab/tiny-*-chat

        """

    @Test func endsOfLifeAreFoundByEitherName() throws {
        let news = try news(text)
        #expect(news.endOfLife(of: try base("Lab/Tiny"))?.on.description == "2026-12-31")
        #expect(news.endOfLife(of: try base(nil))?.on.description == "2027-01-01")
        #expect(news.endsOfLife[0].moment == Timestamp("2026-12-31"))
    }

    @Test func newerOnesOfAFamilyComeFromTheFileAndTheHub() throws {
        let news = try news(text)
        #expect(news.newer(than: try base("lab/tiny")) == ["lab/tiny-1.5"])
        #expect(news.newer(than: try base("lab/tiny-1.5")).isEmpty)
        let listed = [
            "lab/tiny-10-chat", "lab/tiny-2-chat", "lab/tiny-2.5-chat", "lab/tiny-2.5", "lab/tiny--chat", "lab/tiny-2x-chat",
            "lab/tiny-1-chat",
        ]
        #expect(
            news.newer(than: try base("lab/tiny-2-chat"), listed: listed) == ["lab/tiny-2.5-chat", "lab/tiny-10-chat"],
            "numbers count as numbers")
        #expect(news.newer(than: try base("lab/other"), listed: listed).isEmpty)
    }

    @Test(arguments: [
        ("schema: lora.base-news/2\n", "schema"), ("schema: lora.base-news/1\nend_of_live: []\n", "end_of_live"),
        ("schema: lora.base-news/1\nend_of_life:\n  - base: a\n    on: soon\n", "end_of_life[0].on"),
        ("schema: lora.base-news/1\nend_of_life:\n  - on: 2026-01-01\n", "end_of_life[0].base"),
        ("schema: lora.base-news/1\nfamilies:\n  - name: a\n    pattern: a/*/*\n", "families[0].pattern"),
    ])
    func whatCannotBeMeantIsRefusedByItsPlace(text: String, key: String) throws {
        let error = try #require(throws: (any Error).self) { try news(text) }
        #expect("\(error)".contains(key))
    }
}
