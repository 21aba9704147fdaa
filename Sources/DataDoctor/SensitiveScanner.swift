/// Finds credentials and personal data in text by their form, and by their check digits where they have some.
///
/// One pass: at each place where a word begins the byte says which kinds may begin there. Of what is found only kind, place and length
/// leave the scanner.
struct SensitiveScanner {
    struct Sighting: Sendable, Hashable {
        let kind: SensitiveKind
        let start: Int
        let length: Int
    }

    let text: [UInt8]
    private(set) var sightings: [Sighting] = []

    init(_ text: [UInt8]) {
        self.text = text
        var place = 0
        while place < text.count {
            if let found = look(place) {
                sightings.append(found)
                place = found.start + max(1, found.length)
            } else {
                place += 1
            }
        }
    }

    private func look(_ place: Int) -> Sighting? {
        let byte = text[place]
        switch byte {
        case UInt8(ascii: "@"): return email(place)
        case UInt8(ascii: ":"): return urlPassword(place)
        case UInt8(ascii: "-"): return privateKey(place)
        case UInt8(ascii: "+"), UInt8(ascii: "("): return isWordStart(place) ? phone(place) : nil
        default:
            guard Self.isAlnum(byte), isWordStart(place) else { return nil }
            return word(place, byte)
        }
    }

    private func word(_ place: Int, _ byte: UInt8) -> Sighting? {
        for pattern in TokenPattern.byFirstByte[Int(byte)] {
            if let found = token(pattern, place) { return found }
        }
        if Self.isDigit(byte) {
            return macAddress(place) ?? internetAddress6(place) ?? number(place) ?? uppercaseWord(place)
        }
        if Self.isUpper(byte), let found = iban(place) ?? uppercaseWord(place) { return found }
        return jsonWebToken(place) ?? macAddress(place) ?? internetAddress6(place) ?? keyword(place) ?? coin(place)
    }

    // MARK: Bytes

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
    static func isUpper(_ byte: UInt8) -> Bool { byte &- 65 < 26 }
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 }
    static func isAlnum(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
    static func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 97 < 6 }

    func byte(_ place: Int) -> UInt8 { text.indices.contains(place) ? text[place] : 0 }

    /// Whether neither a letter, a digit, `_` nor a letter beyond ASCII stands before.
    func isWordStart(_ place: Int) -> Bool { place == 0 || !continuesWord(text[place - 1]) }
    func isWordEnd(_ place: Int) -> Bool { place >= text.count || !continuesWord(text[place]) }
    private func continuesWord(_ byte: UInt8) -> Bool { Self.isAlnum(byte) || byte == UInt8(ascii: "_") || byte >= 0x80 }

    func run(from place: Int, limit: Int = .max, _ holds: (UInt8) -> Bool) -> Int {
        var end = place
        while end < text.count, end - place < limit, holds(text[end]) { end += 1 }
        return end
    }

    func starts(_ place: Int, with prefix: [UInt8]) -> Bool {
        place + prefix.count <= text.count && (0..<prefix.count).allSatisfy { text[place + $0] == prefix[$0] }
    }

    func sighting(_ kind: SensitiveKind, _ start: Int, _ end: Int) -> Sighting {
        Sighting(kind: kind, start: start, length: end - start)
    }

    /// The bytes before a place in lower case, where words that tell what a number is would stand.
    func context(before place: Int, _ length: Int = 28) -> String {
        String(decoding: text[max(0, place - length)..<place].map { Self.isUpper($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    // MARK: Marked credentials

    private func token(_ pattern: TokenPattern, _ place: Int) -> Sighting? {
        guard starts(place, with: pattern.prefix) else { return nil }
        let start = place + pattern.prefix.count
        var end = run(from: start, pattern.alphabet.contains)
        // a sentence or a path that goes on after the token is none of it
        while end > start, [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/")].contains(text[end - 1]) { end -= 1 }
        guard pattern.lengths.contains(end - start), isWordEnd(end), isRandom(text[start..<end]) else { return nil }
        return sighting(pattern.kind, place, end)
    }

    /// Keys of documentation say that they are examples, and filled-in letters repeat.
    private func isRandom(_ token: ArraySlice<UInt8>) -> Bool {
        guard Set(token).count >= 6 else { return false }
        let example = Array("EXAMPLE".utf8)
        return !token.indices.contains { place in
            place + 7 <= token.endIndex && (0..<7).allSatisfy { token[place + $0] & 0xDF == example[$0] }
        }
    }

    private func jsonWebToken(_ place: Int) -> Sighting? {
        guard starts(place, with: Array("eyJ".utf8)) else { return nil }
        let end = run(from: place, TokenPattern.Alphabet.dotted.contains)
        let parts = text[place..<end].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].count >= 12, parts[1].count >= 8, parts[2].count >= 16 else { return nil }
        return sighting(.jsonWebToken, place, end)
    }

    private func privateKey(_ place: Int) -> Sighting? {
        guard starts(place, with: Array("-----BEGIN ".utf8)) else { return nil }
        let end = run(from: place + 11, limit: 40) { Self.isUpper($0) || $0 == 0x20 }
        guard starts(end, with: Array("-----".utf8)),
            String(decoding: text[place..<end], as: UTF8.self).hasSuffix("PRIVATE KEY")
        else { return nil }
        return sighting(.privateKey, place, run(from: end + 5) { $0 != UInt8(ascii: "-") && $0 != 0 })
    }

    private func urlPassword(_ place: Int) -> Sighting? {
        guard byte(place + 1) == UInt8(ascii: "/"), byte(place + 2) == UInt8(ascii: "/") else { return nil }
        let end = run(from: place + 3, limit: 256) {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\"")
        }
        let authority = text[place + 3..<end]
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")), let colon = authority.firstIndex(of: UInt8(ascii: ":")),
            colon > authority.startIndex, colon + 3 < at, at + 1 < end, isFilledIn(text[colon + 1..<at])
        else { return nil }
        return sighting(.urlPassword, place + 3, end)
    }

    /// Not a stand-in such as `<password>`, `$TOKEN`, `****` or `xxxx`.
    func isFilledIn(_ value: ArraySlice<UInt8>) -> Bool {
        guard let first = value.first, !Array("<$%{[*".utf8).contains(first) else { return false }
        return Set(value).count >= 4
    }

    // MARK: Addresses

    private func email(_ place: Int) -> Sighting? {
        var start = place
        while start > 0, place - start < 64, Self.isLocal(text[start - 1]) { start -= 1 }
        while start < place, text[start] == UInt8(ascii: ".") { start += 1 }
        var end = run(from: place + 1, limit: 253) { Self.isAlnum($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        while end > place + 1, !Self.isAlnum(text[end - 1]) { end -= 1 }
        let labels = text[place + 1..<end].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard start < place, labels.count >= 2, let top = labels.last, top.count >= 2, top.allSatisfy(Self.isLetter),
            labels.allSatisfy({ !$0.isEmpty }), !Self.isReserved(labels)
        else { return nil }
        return sighting(.emailAddress, start, end)
    }

    private static func isLocal(_ byte: UInt8) -> Bool { isAlnum(byte) || Array("._%+-".utf8).contains(byte) }

    /// RFC 2606: names for examples, which are nobody's.
    private static func isReserved(_ labels: [ArraySlice<UInt8>]) -> Bool {
        let names = labels.suffix(2).map { String(decoding: $0, as: UTF8.self).lowercased() }
        return ["example", "test", "invalid", "localhost"].contains(names[1]) || names[0] == "example"
    }
}
