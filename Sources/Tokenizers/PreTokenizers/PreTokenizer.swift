/// A step that splits a normalised text into the pieces the model encodes one by one.
indirect enum PreTokenizer: Sendable {
    case sequence([PreTokenizer])
    case byteLevel(ByteLevelSplit)
    case split(TextPattern, SplitBehavior, inverted: Bool)
    case metaspace(Metaspace)
    case digits(individual: Bool)
    case whitespace
    case whitespaceSplit
    case punctuation(SplitBehavior)
    case bert
    case scripts
    case delimiter(Unicode.Scalar)
    case fixedLength(Int)

    func split(_ pieces: [AlignedText]) -> [AlignedText] {
        switch self {
        case .sequence(let steps): steps.reduce(pieces) { $1.split($0) }
        case .byteLevel(let byteLevel): byteLevel.split(pieces)
        case .split(let pattern, let behavior, let inverted):
            pieces.cut { text in
                behavior.pieces(
                    of: sections(of: pattern.matches(in: text.bytes), count: text.count, inverted: inverted))
            }
        case .metaspace(let metaspace): metaspace.split(pieces)
        case .digits(let individual):
            pieces.cut(individual ? .isolated : .contiguous) {
                $0.bytes.matches { $0.properties.numericType != nil && $0.isNumber }
            }
        case .whitespace: pieces.cut { Self.words(in: $0.bytes) }
        case .whitespaceSplit: pieces.cut(.removed) { $0.bytes.matches(where: \.isSpace) }
        case .punctuation(let behavior): pieces.cut(behavior) { $0.bytes.matches(where: \.isPunctuation) }
        case .bert:
            pieces.cut(.removed) { $0.bytes.matches(where: \.isSpace) }
                .cut(.isolated) { $0.bytes.matches(where: \.isPunctuation) }
        case .scripts: pieces.cut { ScriptRuns.ranges(in: $0.bytes) }
        case .delimiter(let delimiter): pieces.cut(.removed) { $0.bytes.matches { $0 == delimiter } }
        case .fixedLength(let length): pieces.cut { Self.runs(of: length, in: $0.bytes) }
        }
    }

    /// `\w+|[^\w\s]+`
    private static func words(in text: ArraySlice<UInt8>) -> [Range<Int>] {
        enum Kind { case word, other, space }
        var words: [Range<Int>] = []
        var last: Kind = .space
        var index = text.startIndex
        while index < text.endIndex {
            let (scalar, length) = text.scalar(at: index)
            let kind: Kind = scalar.isSpace ? .space : scalar.isWordCharacter && scalar.isOf(unicode: 16) ? .word : .other
            let place = index - text.startIndex
            if kind != .space {
                if kind == last, let word = words.last {
                    words[words.count - 1] = word.lowerBound..<place + length
                } else {
                    words.append(place..<place + length)
                }
            }
            last = kind
            index += length
        }
        return words
    }

    private static func runs(of length: Int, in text: ArraySlice<UInt8>) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = 0
        var place = 0
        var taken = 0
        for byte in text where byte & 0xC0 != 0x80 {
            if taken == length {
                runs.append(start..<place)
                start = place
                taken = 0
            }
            place += scalarLength(startingWith: byte)
            taken += 1
        }
        if start < place { runs.append(start..<place) }
        return runs
    }
}

extension [AlignedText] {
    /// Cuts each text into the parts `ranges` names; empty parts vanish.
    func cut(_ ranges: (AlignedText) -> [Range<Int>]) -> [AlignedText] {
        var result: [AlignedText] = []
        result.reserveCapacity(count)
        for text in self {
            for range in ranges(text) where !range.isEmpty { result.append(text.slice(range)) }
        }
        return result
    }

    func cut(_ behavior: SplitBehavior, at matches: (AlignedText) -> [Range<Int>]) -> [AlignedText] {
        cut { behavior.pieces(of: sections(of: matches($0), count: $0.count)) }
    }
}
