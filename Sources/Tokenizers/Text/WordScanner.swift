/// Hand-written scanners for the word patterns of the great families, which are matched billions of times.
///
/// Each alternative is tried in the order of the pattern, so that the words are those of the expression.
struct WordScanner: Sendable, Hashable {
    /// The pattern's family: how contractions, the character before a word, and digits are treated.
    enum Family: Sendable, Hashable {
        /// Lower-case contractions; an optional space joins letters, digits or symbols.
        case gpt2
        /// Contractions of any case; any symbol may join letters; at most `digits` digits stay together.
        case llama3(digits: Int)
    }

    let family: Family

    init?(pattern: String) {
        switch pattern {
        case Self.gpt2Pattern: family = .gpt2
        case Self.llama3Pattern(digits: #"\p{N}{1,3}"#): family = .llama3(digits: 3)
        case Self.llama3Pattern(digits: #"\p{N}"#): family = .llama3(digits: 1)
        default: return nil
        }
    }

    init(family: Family) { self.family = family }

    static let gpt2Pattern = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    static func llama3Pattern(digits: String) -> String {
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    /// The words of a text, which cover it without gaps; byte ranges from its start.
    func words(in text: ArraySlice<UInt8>) -> [Range<Int>] {
        text.withUnsafeBufferPointer { bytes in
            var words: [Range<Int>] = []
            words.reserveCapacity(bytes.count / 4 + 1)
            var cursor = WordCursor(bytes: bytes)
            var start = 0
            while start < bytes.count {
                let end = family.endOfWord(at: start, &cursor)
                words.append(start..<end)
                start = end
            }
            return words
        }
    }
}

extension WordScanner.Family {
    fileprivate func endOfWord(at start: Int, _ cursor: inout WordCursor) -> Int {
        switch self {
        case .gpt2:
            if let end = cursor.contraction(at: start, ignoringCase: false) { return end }
            let body = cursor.bytes[start] == 0x20 ? start + 1 : start
            switch cursor.kind(at: body) {
            case .letter: return cursor.run(of: .letter, from: body)
            case .number: return cursor.run(of: .number, from: body)
            case .symbol: return cursor.run(of: .symbol, from: body)
            case .space, .lineEnd, .end: return cursor.spaces(from: start)
            }
        case .llama3(let digits):
            if let end = cursor.contraction(at: start, ignoringCase: true) { return end }
            let first = cursor.kind(at: start)
            if first == .letter { return cursor.run(of: .letter, from: start) }
            if first == .number { return cursor.run(of: .number, from: start, atMost: digits) }
            if first != .lineEnd {
                let next = start + cursor.length(at: start)
                if cursor.kind(at: next) == .letter { return cursor.run(of: .letter, from: next) }
            }
            let body = cursor.bytes[start] == 0x20 ? start + 1 : start
            if cursor.kind(at: body) == .symbol { return cursor.lineEnds(from: cursor.run(of: .symbol, from: body)) }
            return cursor.lastLineEnd(inSpacesFrom: start) ?? cursor.spaces(from: start)
        }
    }
}

/// Reads scalars of valid UTF-8 by their kind.
private struct WordCursor {
    enum Kind: UInt8 { case letter, number, symbol, space, lineEnd, end }

    let bytes: UnsafeBufferPointer<UInt8>

    func length(at index: Int) -> Int { scalarLength(startingWith: bytes[index]) }

    @inline(__always)
    func kind(at index: Int) -> Kind {
        guard index < bytes.count else { return .end }
        let byte = bytes[index]
        if byte < 0x80 { return Self.asciiKinds[Int(byte)] }
        let scalar = bytes.scalar(at: index).scalar
        // The Han ideographs, which texts in Chinese and Japanese hold by the million.
        if scalar.value >= 0x3400 && scalar.value <= 0x9FFF && scalar.value &- 0x4DC0 >= 64 { return .letter }
        if scalar.isSpace { return .space }
        if scalar.isLetter { return scalar.isOf(unicode: 16) ? .letter : .symbol }
        if scalar.isNumber { return scalar.isOf(unicode: 16) ? .number : .symbol }
        return .symbol
    }

    private static let asciiKinds: [Kind] = (UInt8(0)..<128).map { byte in
        let scalar = Unicode.Scalar(byte)
        if byte == 0x0A || byte == 0x0D { return .lineEnd }
        return scalar.isSpace ? .space : scalar.isLetter ? .letter : scalar.isNumber ? .number : .symbol
    }

    func run(of kind: Kind, from start: Int, atMost limit: Int = .max) -> Int {
        var index = start
        var taken = 0
        while taken < limit, self.kind(at: index) == kind {
            index += length(at: index)
            taken += 1
        }
        return index
    }

    func lineEnds(from start: Int) -> Int { run(of: .lineEnd, from: start) }

    private func isSpace(_ index: Int) -> Bool {
        let kind = kind(at: index)
        return kind == .space || kind == .lineEnd
    }

    /// `\s*[\r\n]+`: up to and with the last line end of the spaces at `start`.
    func lastLineEnd(inSpacesFrom start: Int) -> Int? {
        var index = start
        var end: Int?
        while isSpace(index) {
            let isLineEnd = kind(at: index) == .lineEnd
            index += length(at: index)
            if isLineEnd { end = index }
        }
        return end
    }

    /// `\s+(?!\S)|\s+`: all spaces, less the last one when something follows, but at least one.
    func spaces(from start: Int) -> Int {
        var index = start
        var last = start
        while isSpace(index) {
            last = index
            index += length(at: index)
        }
        return index == bytes.count || last == start ? index : last
    }

    /// `'s|'t|'re|'ve|'m|'ll|'d`; without regard to case, ſ counts as s.
    func contraction(at start: Int, ignoringCase: Bool) -> Int? {
        guard bytes[start] == UInt8(ascii: "'"), start + 1 < bytes.count else { return nil }
        let fold: UInt8 = ignoringCase ? 0x20 : 0
        let first = bytes[start + 1] | fold
        switch first {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        default: break
        }
        guard start + 2 < bytes.count else { return nil }
        if ignoringCase, bytes[start + 1] == 0xC5, bytes[start + 2] == 0xBF { return start + 3 }
        switch (first, bytes[start + 2] | fold) {
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return start + 3
        default: return nil
        }
    }
}
