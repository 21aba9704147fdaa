/// A step that rewrites a text before it is split.
indirect enum Normalizer: Sendable {
    case sequence([Normalizer])
    case form(NormalizationForm)
    case lowercase
    case stripAccents
    case strip(left: Bool, right: Bool)
    case prepend(String)
    case replace(TextPattern, content: [UInt8])
    case bert(BertNormalizer)
    case charsMap(CharsMap)
    case byteLevel
    case nmt

    func apply(to text: inout AlignedText) {
        switch self {
        case .sequence(let steps): for step in steps { step.apply(to: &text) }
        case .form(let form): text.normalize(to: form)
        case .lowercase: text.lowercase()
        case .stripAccents: text.filter { !$0.isMark }
        case .strip(let left, let right): text.strip(left: left, right: right)
        case .prepend(let addition): text.prepend(addition)
        case .replace(let pattern, let content): text.replace(pattern.matches(in: text.bytes), with: content)
        case .bert(let bert): bert.apply(to: &text)
        case .charsMap(let map): map.apply(to: &text)
        case .byteLevel: ByteAlphabet.spell(&text)
        case .nmt: text.cleanForTranslation()
        }
    }
}

extension Normalizer {
    private enum Kind: String, CaseIterable {
        case sequence = "Sequence", nfc = "NFC", nfd = "NFD", nfkc = "NFKC", nfkd = "NFKD", lowercase = "Lowercase"
        case stripAccents = "StripAccents", strip = "Strip", prepend = "Prepend", replace = "Replace"
        case bert = "BertNormalizer", precompiled = "Precompiled", byteLevel = "ByteLevel", nmt = "Nmt"
    }

    init(_ component: Component) throws(TokenizerError) {
        switch try component.type(Kind.self, named: "normalizer") {
        case .sequence:
            var steps: [Normalizer] = []
            for step in try component.components("normalizers") { steps.append(try Normalizer(step)) }
            self = .sequence(steps)
        case .nfc: self = .form(.nfc)
        case .nfd: self = .form(.nfd)
        case .nfkc: self = .form(.nfkc)
        case .nfkd: self = .form(.nfkd)
        case .lowercase: self = .lowercase
        case .stripAccents: self = .stripAccents
        case .strip:
            self = .strip(
                left: try component.bool("strip_left", default: true),
                right: try component.bool("strip_right", default: true))
        case .prepend: self = .prepend(try component.string("prepend"))
        case .replace:
            self = .replace(try component.pattern("pattern"), content: Array(try component.string("content").utf8))
        case .bert: self = .bert(try BertNormalizer(component))
        case .precompiled: self = .charsMap(try CharsMap(component))
        case .byteLevel: self = .byteLevel
        case .nmt: self = .nmt
        }
    }
}

extension AlignedText {
    /// Lower case by Unicode's full mapping, without regard to language or position.
    mutating func lowercase() {
        let old = scalars
        guard old.contains(where: { $0.properties.lowercaseMapping.unicodeScalars.elementsEqual([$0]) == false }) else { return }
        var changes: [Change] = []
        for scalar in old {
            for (index, lower) in scalar.properties.lowercaseMapping.unicodeScalars.enumerated() {
                changes.append(Change(lower, index == 0 ? 0 : 1))
            }
        }
        apply(changes)
    }

    /// Drops white space at the ends.
    mutating func strip(left: Bool, right: Bool) {
        let old = scalars
        var start = 0
        var end = old.count
        if left { while start < end, old[start].isSpace { start += 1 } }
        if right { while end > start, old[end - 1].isSpace { end -= 1 } }
        guard start > 0 || end < old.count else { return }
        apply(old[start..<end].map { Change($0) }, dropping: start)
    }

    /// The cleaning of neural machine translation: controls dropped, odd spaces and marks made plain spaces.
    mutating func cleanForTranslation() {
        filter {
            switch $0.value {
            case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: false
            default: true
            }
        }
        map {
            switch $0.value {
            case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: " "
            default: $0
            }
        }
    }
}
