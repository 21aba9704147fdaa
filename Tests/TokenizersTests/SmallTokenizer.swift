import Foundation
import StrictJSON
import TestSupport
import Tokenizers

/// A tokenizer folder written for one test.
struct SmallFolder {
    let folder: TemporaryFolder

    init(_ files: [String: String]) throws {
        folder = try TemporaryFolder()
        for (name, text) in files {
            let file = folder.url.appending(path: name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
    }

    func tokenizer() throws -> Tokenizer { try Tokenizer(folder: folder.url) }

    /// Words for tokens, with more members for tokenizer.json written as JSON ("\"decoder\": {…},").
    static func words(_ words: [String], members: String = "") -> String {
        let vocabulary = JSONValue.object(JSONObject(words.enumerated().map { ($0.element, JSONValue.integer($0.offset)) }))
        return """
            {\(members) "pre_tokenizer": {"type": "WhitespaceSplit"},
             "model": {"type": "WordLevel", "unk_token": "?", "vocab": \(vocabulary.text())}}
            """
    }

    static func model(_ model: String, members: String = "") -> String { "{\(members) \"model\": \(model)}" }
}

/// What reading a tokenizer.json fails with.
func fault(reading text: String) -> TokenizerError? {
    do {
        _ = try SmallFolder(["tokenizer.json": text]).tokenizer()
        return nil
    } catch {
        return error as? TokenizerError
    }
}
