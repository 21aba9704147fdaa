extension PreTokenizer {
    private enum Kind: String, CaseIterable {
        case sequence = "Sequence", byteLevel = "ByteLevel", split = "Split", metaspace = "Metaspace", digits = "Digits"
        case whitespace = "Whitespace", whitespaceSplit = "WhitespaceSplit", punctuation = "Punctuation"
        case bert = "BertPreTokenizer", scripts = "UnicodeScripts", delimiter = "CharDelimiterSplit"
        case fixedLength = "FixedLength"
    }

    init(_ component: Component) throws(TokenizerError) {
        switch try component.type(Kind.self, named: "pre-tokenizer") {
        case .sequence:
            var steps: [PreTokenizer] = []
            for step in try component.components("pretokenizers") { steps.append(try PreTokenizer(step)) }
            self = .sequence(steps)
        case .byteLevel: self = .byteLevel(try ByteLevelSplit(component))
        case .split:
            self = .split(
                try component.pattern("pattern"), try component.choice("behavior"),
                inverted: try component.bool("invert", default: false))
        case .metaspace: self = .metaspace(try Metaspace(component))
        case .digits: self = .digits(individual: try component.bool("individual_digits", default: false))
        case .whitespace: self = .whitespace
        case .whitespaceSplit: self = .whitespaceSplit
        case .punctuation: self = .punctuation(try component.choice("behavior", default: .isolated))
        case .bert: self = .bert
        case .scripts: self = .scripts
        case .delimiter: self = .delimiter(try component.scalar("delimiter"))
        case .fixedLength:
            let length = try component.integer("length", default: 5)
            guard length > 0 else { throw component.failure(.wrongType(expected: "a length above 0"), at: "length") }
            self = .fixedLength(length)
        }
    }
}
