/// Languages in Latin letters, told by their most frequent small words.
public enum Language: String, Sendable, Hashable, CaseIterable {
    case english, german, french, spanish, italian, portuguese, dutch, polish

    /// The language whose small words a text holds most of; nil with fewer than two, or where two languages have as many.
    static func of(_ text: [UInt8]) -> Language? {
        var counts = [Int](repeating: 0, count: allCases.count)
        var start = 0
        for place in 0...text.count where place == text.count || !isWordByte(text[place]) {
            if (2...6).contains(place - start), let languages = words[key(text[start..<place])] {
                for language in languages { counts[language] += 1 }
            }
            start = place + 1
        }
        let most = counts.max() ?? 0
        guard most >= 2, counts.count(where: { $0 == most }) == 1, let place = counts.firstIndex(of: most) else { return nil }
        return allCases[place]
    }

    private static func isWordByte(_ byte: UInt8) -> Bool { SensitiveScanner.isLetter(byte) || byte >= 0x80 }

    /// Up to eight bytes in lower case as one number.
    private static func key(_ word: ArraySlice<UInt8>) -> UInt64 {
        word.reduce(0) { $0 << 8 | UInt64(SensitiveScanner.isUpper($1) ? $1 | 0x20 : $1) }
    }

    private static let words: [UInt64: [Int]] = {
        let lists = [
            "the and is was not for with this that from are you have has can will it of to",
            "der die das und ist nicht mit für ein eine auf den von sich auch wir ich wird zu",
            "le les des est pas pour une dans que qui sur avec nous vous ne du au ce",
            "el los las es no para una con que por del se su más está en un al",
            "il gli che non per una con del della sono di è si nel alla ma anche",
            "os as não para uma com que por do da dos em é se mais está um ao",
            "de het een niet van voor met dat op zijn ik je wordt ook aan naar er",
            "nie jest się na do że to jak ale dla przez od po są czy tak",
        ]
        var table: [UInt64: [Int]] = [:]
        for (language, list) in lists.enumerated() {
            for word in list.split(separator: " ") where word.utf8.count <= 8 {
                table[key(Array(word.utf8)[...]), default: []].append(language)
            }
        }
        return table
    }()
}
