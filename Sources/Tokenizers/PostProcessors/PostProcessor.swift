/// A step that trims offsets and puts special tokens around encodings.
indirect enum PostProcessor: Sendable {
    case sequence([PostProcessor])
    case byteLevel(OffsetTrimming)
    case template(TemplateProcessor)
    case bert(cls: SpecialToken, sep: SpecialToken)
    case roberta(cls: SpecialToken, sep: SpecialToken, OffsetTrimming)

    /// The parts of the result, in order; `addSpecialTokens` false leaves only the work on offsets and segments.
    func process(_ encodings: [Encoding], addSpecialTokens: Bool) -> [Encoding] {
        switch self {
        case .sequence(let steps):
            return steps.reduce(encodings) { $1.process($0, addSpecialTokens: addSpecialTokens) }
        case .byteLevel(let trimming):
            return encodings.map(trimming.apply)
        case .template(let template):
            return template.process(encodings, addSpecialTokens: addSpecialTokens)
        case .bert(let cls, let sep):
            guard addSpecialTokens else { return encodings }
            return encodings.enumerated().map { index, encoding in
                let segment = Int32(index)
                let opening = index == 0 ? [Encoding(special: cls, typeID: 0)] : []
                return Encoding(joining: opening + [encoding.assigned(to: segment), Encoding(special: sep, typeID: segment)])
            }
        case .roberta(let cls, let sep, let trimming):
            let trimmed = encodings.map { trimming.apply($0).assigned(to: 0) }
            guard addSpecialTokens else { return trimmed }
            return trimmed.enumerated().map { index, encoding in
                let opening = Encoding(special: index == 0 ? cls : sep, typeID: 0)
                return Encoding(joining: [opening, encoding, Encoding(special: sep, typeID: 0)])
            }
        }
    }
}

extension Encoding {
    init(special token: SpecialToken, typeID: Int32) {
        ids = [token.id]
        tokens = [token.text]
        offsets = [0..<0]
        typeIDs = [typeID]
    }

    init(joining parts: [Encoding]) {
        for part in parts {
            ids += part.ids
            tokens += part.tokens
            offsets += part.offsets
            typeIDs += part.typeIDs
        }
    }

    func assigned(to typeID: Int32) -> Encoding {
        var encoding = self
        encoding.typeIDs = Array(repeating: typeID, count: count)
        return encoding
    }
}

/// Takes the white space at a token's ends out of its offsets.
struct OffsetTrimming: Sendable, Hashable {
    let isOn: Bool
    /// A first token's single leading space was added, so the text has none to leave out.
    let addsPrefixSpace: Bool

    func apply(_ encoding: Encoding) -> Encoding {
        guard isOn else { return encoding }
        var trimmed = encoding
        for index in encoding.offsets.indices {
            let isSpace = { (scalar: Unicode.Scalar) in scalar == "\u{120}" || scalar.isSpace }
            let scalars = Array(encoding.tokens[index].unicodeScalars)
            var leading = scalars.prefix(while: isSpace).count
            let trailing = scalars.reversed().prefix(while: isSpace).count
            var (start, end) = (encoding.offsets[index].lowerBound, encoding.offsets[index].upperBound)
            if leading > 0 {
                let isFirst = index == 0 || start == 0
                if isFirst && addsPrefixSpace && leading == 1 { leading = 0 }
                start = min(start + leading, end)
            }
            if trailing > 0, end >= trailing { end = max(end - trailing, start) }
            trimmed.offsets[index] = start..<end
        }
        return trimmed
    }
}
