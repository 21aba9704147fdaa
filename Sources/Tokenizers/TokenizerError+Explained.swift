import Faults

extension TokenizerError: Explained {
    public var explanation: Explanation {
        let place = file.isEmpty ? nil : key.isEmpty ? file : "\(file):\(key)"
        return Explanation(what, at: place, next: next)
    }

    private var what: String {
        switch reason {
        case .missingFile: "The model folder has no tokenizer.json."
        case .missingKey: "The tokenizer lacks this key."
        case .wrongType(let expected): "This value should be \(expected)."
        case .unknownComponent(let kind, let type, _): "No \(kind) is named '\(type)'."
        case .unknownValue(let value, _): "'\(value)' means nothing here."
        case .badPattern(let pattern): "'\(pattern)' is not a regular expression that can be used."
        case .badCharsMap: "The precompiled character map is damaged."
        case .badID(let text): "\(text) is not a token id (a whole number from 0 to 2147483647)."
        case .duplicateToken(let token): "The token '\(token)' stands twice in the vocabulary."
        case .duplicateID(let id): "Two tokens of the vocabulary have the id \(id)."
        case .badMerge(let merge): "'\(merge)' is not a merge of two tokens."
        case .mergeOutsideVocabulary(let merge, let missing):
            "The merge '\(merge)' needs the token '\(missing)', which the vocabulary lacks."
        case .unknownToken(let token): "The token '\(token)' is named here but the vocabulary lacks it."
        case .dropout: "The tokenizer has merge dropout switched on, which makes encoding random."
        case .noUnknownToken(let word): "The vocabulary has no token for '\(word)', and no token for unknown words."
        case .textTooLong: "The text is longer than 2 GiB."
        }
    }

    private var next: String {
        switch reason {
        case .missingFile: "Convert the tokenizer with transformers (`AutoTokenizer.from_pretrained(…).save_pretrained(…)`)."
        case .unknownComponent(_, _, let known), .unknownValue(_, let known): "Known are: \(known.joined(separator: ", "))."
        case .dropout: "Set \"dropout\" to null in tokenizer.json."
        case .noUnknownToken: "Use a tokenizer that has an unknown token, or remove the word from the data."
        case .textTooLong: "Split the text into shorter rows."
        default: "Download the file again, or save it again with a current version of tokenizers."
        }
    }
}
