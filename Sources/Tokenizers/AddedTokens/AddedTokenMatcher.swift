/// Finds added tokens in a text: leftmost first, longest of those that start there.
struct AddedTokenMatcher: Sendable {
    /// A part of a text: an added token, or what lies between.
    struct Part: Sendable, Hashable {
        let range: Range<Int>
        let id: Int32?
    }

    private var trie = ByteTrie()
    private var entries: [Int32: (token: AddedToken, isSpecial: Bool)] = [:]
    /// Which bytes can begin a token, so that most of a text is passed over quickly.
    private var firstBytes = Array(repeating: false, count: 256)

    mutating func add(_ content: ArraySlice<UInt8>, id: Int32, token: AddedToken, isSpecial: Bool) {
        guard let first = content.first else { return }
        trie.insert(content, value: id)
        entries[id] = (token, isSpecial)
        firstBytes[Int(first)] = true
    }

    var isEmpty: Bool { trie.isEmpty }

    /// The parts of a text in order; they cover it.
    func parts(of text: ArraySlice<UInt8>, recognizesSpecialTokens: Bool) -> [Part] {
        var parts: [Part] = []
        var covered = 0
        for match in matches(in: text) {
            guard let id = match.id, let (token, isSpecial) = entries[id] else { continue }
            if isSpecial && !recognizesSpecialTokens { continue }
            if token.isSingleWord && touchesWord(match.range, in: text) { continue }
            var (start, end) = (match.range.lowerBound, match.range.upperBound)
            if token.stripsLeft { start = max(startOfSpaces(before: start, in: text), covered) }
            if token.stripsRight { end = endOfSpaces(after: end, in: text) }
            if covered < start { parts.append(Part(range: covered..<start, id: nil)) }
            parts.append(Part(range: start..<end, id: id))
            covered = end
        }
        if covered < text.count { parts.append(Part(range: covered..<text.count, id: nil)) }
        return parts
    }

    private func matches(in text: ArraySlice<UInt8>) -> [Part] {
        var matches: [Part] = []
        guard !isEmpty else { return matches }
        var index = text.startIndex
        while index < text.endIndex {
            guard firstBytes[Int(text[index])] else {
                index += 1
                continue
            }
            var longest: (length: Int, id: Int32)?
            trie.forEachPrefix(of: text, at: index) { longest = ($0, $1) }
            if let longest {
                let start = index - text.startIndex
                matches.append(Part(range: start..<start + longest.length, id: longest.id))
                index += longest.length
            } else {
                index += 1
            }
        }
        return matches
    }

    // MARK: Surroundings

    private func touchesWord(_ range: Range<Int>, in text: ArraySlice<UInt8>) -> Bool {
        let before = scalar(before: range.lowerBound, in: text)
        let after = range.upperBound < text.count ? text.scalar(at: text.startIndex + range.upperBound).scalar : nil
        return [before, after].contains { $0?.isWordCharacter ?? false }
    }

    private func scalar(before offset: Int, in text: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard offset > 0 else { return nil }
        var index = text.startIndex + offset - 1
        while index > text.startIndex, text[index] & 0xC0 == 0x80 { index -= 1 }
        return text.scalar(at: index).scalar
    }

    private func startOfSpaces(before offset: Int, in text: ArraySlice<UInt8>) -> Int {
        var start = offset
        while let scalar = scalar(before: start, in: text), scalar.isSpace { start -= UTF8.width(scalar) }
        return start
    }

    private func endOfSpaces(after offset: Int, in text: ArraySlice<UInt8>) -> Int {
        var end = offset
        while end < text.count {
            let (scalar, length) = text.scalar(at: text.startIndex + end)
            guard scalar.isSpace else { break }
            end += length
        }
        return end
    }
}
