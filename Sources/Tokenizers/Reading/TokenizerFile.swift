import Foundation
import StrictJSON

/// The components tokenizer.json describes.
struct TokenizerFile: Sendable {
    var model: TokenModel
    var normalizer: Normalizer?
    var preTokenizer: PreTokenizer?
    var postProcessor: PostProcessor?
    var decoder: TokenDecoder?
    var addedTokens: [AddedToken] = []

    init(contentsOf file: URL) throws {
        self = try JSONReader.read(contentsOf: file) { reader in try TokenizerFile(&reader, file: file.path) }
    }

    private init(_ reader: inout JSONReader, file: String) throws {
        var model: ModelReading?
        var members = JSONObject()
        try reader.beginObject()
        var key: [UInt8] = []
        while try reader.nextKey(into: &key) {
            let name = String(decoding: key, as: UTF8.self)
            if name == "model" {
                model = try ModelReading(&reader, file: file)
            } else {
                members[name] = try reader.value()
            }
        }
        let component = try Component(.object(members), file: file, path: "")
        guard let model else { throw component.failure(.missingKey, at: "model") }
        self.model = try model.model()
        if component.optional("normalizer") != nil { normalizer = try Normalizer(component.component("normalizer")) }
        if component.optional("pre_tokenizer") != nil { preTokenizer = try PreTokenizer(component.component("pre_tokenizer")) }
        if component.optional("post_processor") != nil {
            postProcessor = try PostProcessor(component.component("post_processor"))
        }
        if component.optional("decoder") != nil { decoder = try TokenDecoder(component.component("decoder")) }
        if component.optional("added_tokens") != nil {
            for token in try component.components("added_tokens") { addedTokens.append(try AddedToken(token)) }
        }
    }
}
