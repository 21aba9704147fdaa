import StrictJSON

/// Reads the "model" member of tokenizer.json; vocabulary and merges go straight into their tables.
///
/// Members may stand in any order, so merges are kept as text until the vocabulary is complete.
struct ModelReading {
    private let file: String
    private var options = JSONObject()
    private var vocabulary: Vocabulary?
    private var scores: [Double]?
    private var merges: MergeTexts?

    private enum Kind: String, CaseIterable {
        case bytePair = "BPE", unigram = "Unigram", wordPiece = "WordPiece", wordLevel = "WordLevel"
    }

    init(_ reader: inout JSONReader, file: String) throws {
        self.file = file
        try reader.beginObject()
        var key: [UInt8] = []
        while try reader.nextKey(into: &key) {
            let name = String(decoding: key, as: UTF8.self)
            switch name {
            case "vocab" where reader.nextKind() == .array:
                let pieces = try ScoredPieces(reading: &reader, file: file, key: "model.vocab")
                vocabulary = pieces.vocabulary
                scores = pieces.scores
            case "vocab": vocabulary = try Vocabulary(reading: &reader, file: file, key: "model.vocab")
            case "merges": merges = try MergeTexts(reading: &reader, file: file, key: "model.merges")
            default: options[name] = try reader.value()
            }
        }
    }

    func model() throws(TokenizerError) -> TokenModel {
        let component = try Component(.object(options), file: file, path: "model")
        guard let vocabulary else { throw component.failure(.missingKey, at: "vocab") }
        switch try kind(of: component) {
        case .bytePair: return .bytePair(try bytePair(vocabulary, component))
        case .unigram: return .unigram(try unigram(vocabulary, component))
        case .wordPiece:
            return .wordPiece(
                WordPieceModel(
                    vocabulary: vocabulary, unknownToken: try component.optionalString("unk_token") ?? "[UNK]",
                    continuingPrefix: Array((try component.optionalString("continuing_subword_prefix") ?? "##").utf8),
                    characterLimit: try component.integer("max_input_chars_per_word", default: 100)))
        case .wordLevel:
            return .wordLevel(
                WordLevelModel(
                    vocabulary: vocabulary, unknownToken: try component.optionalString("unk_token") ?? "<unk>"))
        }
    }

    /// Old files name no type; what they hold gives it away.
    private func kind(of component: Component) throws(TokenizerError) -> Kind {
        if component.optional("type") != nil { return try component.type(Kind.self, named: "model") }
        if merges != nil { return .bytePair }
        if scores != nil { return .unigram }
        let isWordPiece = ["continuing_subword_prefix", "max_input_chars_per_word"].contains { component.object[$0] != nil }
        return isWordPiece ? .wordPiece : .wordLevel
    }

    private func bytePair(_ vocabulary: Vocabulary, _ component: Component) throws(TokenizerError) -> BytePairModel {
        guard scores == nil else { throw component.failure(.wrongType(expected: "an object"), at: "vocab") }
        guard let merges else { throw component.failure(.missingKey, at: "merges") }
        if let dropout = component.optional("dropout") {
            guard let rate = dropout.doubleValue else {
                throw component.failure(.wrongType(expected: "a number"), at: "dropout")
            }
            guard rate == 0 else { throw component.failure(.dropout, at: "dropout") }
        }
        let options = BytePairModel.Options(
            unknownToken: try component.optionalString("unk_token"),
            continuingPrefix: try component.optionalString("continuing_subword_prefix") ?? "",
            wordSuffix: try component.optionalString("end_of_word_suffix") ?? "",
            fusesUnknown: try component.bool("fuse_unk", default: false),
            fallsBackToBytes: try component.bool("byte_fallback", default: false),
            ignoresMerges: try component.bool("ignore_merges", default: false))
        let table = try merges.table(
            over: vocabulary, prefixLength: options.continuingPrefix.utf8.count, file: file, key: "model.merges")
        return BytePairModel(vocabulary: vocabulary, merges: table, options: options)
    }

    private func unigram(_ vocabulary: Vocabulary, _ component: Component) throws(TokenizerError) -> UnigramModel {
        guard let scores else { throw component.failure(.wrongType(expected: "a list of pieces and scores"), at: "vocab") }
        var unknownID: Int32?
        if component.optional("unk_id") != nil {
            let id = try component.id("unk_id")
            guard Int(id) < scores.count else { throw component.failure(.badID("\(id)"), at: "unk_id") }
            unknownID = id
        }
        return UnigramModel(
            vocabulary: vocabulary, scores: scores, unknownID: unknownID,
            fallsBackToBytes: try component.bool("byte_fallback", default: false))
    }
}

/// `[[piece, score], …]`; a piece's id is its place.
private struct ScoredPieces {
    var vocabulary = Vocabulary()
    var scores: [Double] = []

    init(reading reader: inout JSONReader, file: String, key: String) throws {
        try reader.beginArray()
        while try reader.nextElement() {
            let place = "\(key)[\(scores.count)]"
            let pair = TokenizerError(.wrongType(expected: "a pair of piece and score"), file: file, key: place)
            try reader.beginArray()
            guard try reader.nextElement() else { throw pair }
            let id = Int32(scores.count)
            let addition = try vocabulary.add { text throws(JSONError) -> Int32? in
                try reader.string(appendingTo: &text)
                return id
            }
            if case .duplicate(let entry) = addition { vocabulary.reassign(entry: entry, to: id) }
            guard try reader.nextElement(), let score = try reader.value().doubleValue, try !reader.nextElement() else {
                throw pair
            }
            scores.append(score)
        }
        _ = vocabulary.indexIDs()
    }
}
