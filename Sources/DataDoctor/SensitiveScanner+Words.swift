extension SensitiveScanner {
    // MARK: Words of letters and digits with check characters

    func iban(_ place: Int) -> Sighting? {
        guard Self.isUpper(byte(place + 1)), Self.isDigit(byte(place + 2)), Self.isDigit(byte(place + 3)),
            let length = Self.ibanLengths[String(decoding: text[place..<place + 2], as: UTF8.self)]
        else { return nil }
        var characters: [UInt8] = []
        var end = place
        while end < text.count, characters.count < length {
            if Self.isUpper(text[end]) || Self.isDigit(text[end]) {
                characters.append(text[end])
            } else if text[end] != 0x20 || characters.count % 4 != 0 {
                break
            }
            end += 1
        }
        guard characters.count == length, isWordEnd(end), Checksums.iban(characters) else { return nil }
        return sighting(.iban, place, end)
    }

    private static let ibanLengths = [
        "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21, "CR": 22,
        "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22,
        "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "JO": 30,
        "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31,
        "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24,
        "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "XK": 20,
    ]

    /// What is written in capitals and digits alone.
    func uppercaseWord(_ place: Int) -> Sighting? {
        if let found = nationalInsurance(place) { return found }
        let end = run(from: place, limit: 45) { Self.isUpper($0) || Self.isDigit($0) || $0 == UInt8(ascii: "<") }
        guard isWordEnd(end) else { return nil }
        let word = Array(text[place..<end])
        switch word.count {
        case 16 where Self.matches(word, "AAAAAA99A99A999A") && Checksums.fiscalCode(word):
            return sighting(.italianFiscalCode, place, end)
        case 17
        where word.contains(where: Self.isDigit) && word.contains(where: Self.isUpper)
            && !word.contains(where: { Array("IOQ<".utf8).contains($0) }) && Checksums.vin(word):
            return sighting(.vehicleNumber, place, end)
        case 9 where Self.matches(word, "99999999A") || (Self.matches(word, "A9999999A") && word[0] >= UInt8(ascii: "X")):
            return Self.hasSpanishLetter(word) ? sighting(.spanishDNI, place, end) : nil
        case 44 where isPassportLine(word): return sighting(.passportLine, place, end)
        default: return nil
        }
    }

    /// A for a letter, 9 for a digit.
    private static func matches(_ word: [UInt8], _ form: String) -> Bool {
        word.count == form.utf8.count
            && zip(word, form.utf8).allSatisfy { $1 == UInt8(ascii: "A") ? isUpper($0) : isDigit($0) }
    }

    /// The letter that the number leaves over by 23; X, Y and Z begin those of foreigners.
    private static func hasSpanishLetter(_ word: [UInt8]) -> Bool {
        let letters = Array("TRWAGMYFPDXBNJZSQVHLCKE".utf8)
        let number = word.dropLast().reduce(0) { $0 * 10 + Int(isDigit($1) ? $1 - 48 : $1 - UInt8(ascii: "X")) }
        return letters[number % 23] == word[8]
    }

    /// The second line of a passport's machine-readable zone: number, nation, birth, sex, expiry, each with its check digit.
    private func isPassportLine(_ word: [UInt8]) -> Bool {
        Checksums.machineReadable(word[0..<9], word[9]) && Checksums.machineReadable(word[13..<19], word[19])
            && Checksums.machineReadable(word[21..<27], word[27])
    }

    /// Two letters, six digits, a letter from A to D, together or in pairs.
    private func nationalInsurance(_ place: Int) -> Sighting? {
        var end = place
        var word: [UInt8] = []
        while end < text.count, word.count < 9 {
            if Self.isUpper(text[end]) || Self.isDigit(text[end]) {
                word.append(text[end])
            } else if text[end] != 0x20 || word.count % 2 != 0 || word.isEmpty {
                break
            }
            end += 1
        }
        guard Self.matches(word, "AA999999A"), isWordEnd(end), word[8] <= UInt8(ascii: "D") else { return nil }
        let barred = Array("DFIQUV".utf8)
        guard !barred.contains(word[0]), !barred.contains(word[1]), word[1] != UInt8(ascii: "O"),
            !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(String(decoding: word[..<2], as: UTF8.self))
        else { return nil }
        return sighting(.ukNINO, place, end)
    }

    /// Addresses of coins: bech32 by its checksum, Ethereum's by its length.
    func coin(_ place: Int) -> Sighting? {
        guard starts(place, with: Array("bc1".utf8)) else { return nil }
        let end = run(from: place + 3, limit: 72, Self.isAlnum)
        guard (39...62).contains(end - place), isWordEnd(end), Checksums.bech32(text[place + 3..<end]) else { return nil }
        return sighting(.bitcoinAddress, place, end)
    }

    // MARK: Network addresses

    func macAddress(_ place: Int) -> Sighting? {
        let separator = byte(place + 2)
        guard separator == UInt8(ascii: ":") || separator == UInt8(ascii: "-"), isWordEnd(place + 17),
            byte(place + 17) != separator, place == 0 || text[place - 1] != separator
        else { return nil }
        for pair in 0..<6 {
            let start = place + 3 * pair
            guard Self.isHex(byte(start)), Self.isHex(byte(start + 1)), pair == 5 || byte(start + 2) == separator else {
                return nil
            }
        }
        return sighting(.macAddress, place, place + 17)
    }

    /// Global unicast only: all others name no machine that the world can reach.
    func internetAddress6(_ place: Int) -> Sighting? {
        guard byte(place) == UInt8(ascii: "2") || byte(place) == UInt8(ascii: "3"), byte(place + 4) == UInt8(ascii: ":") else {
            return nil
        }
        let end = run(from: place, limit: 40) { Self.isHex($0) || $0 == UInt8(ascii: ":") }
        let groups = text[place..<end].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let empty = groups.count { $0.isEmpty }
        guard groups[0].count == 4, groups.allSatisfy({ $0.count <= 4 }), isWordEnd(end),
            groups.count == 8 && empty == 0 || empty == 1 && (4...8).contains(groups.count),
            !(starts(place, with: Array("2001:db8:".utf8)) || starts(place, with: Array("2001:0db8:".utf8)))
        else { return nil }
        return sighting(.ipAddress, place, end)
    }

    // MARK: Words that announce a value

    func keyword(_ place: Int) -> Sighting? {
        let end = run(from: place, limit: 24) {
            Self.isAlnum($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 >= 0x80
        }
        guard end - place >= 3 else { return nil }
        let sign = byte(run(from: end, limit: 3, Self.isQuoteOrSpace))
        let assigns = sign == UInt8(ascii: "=") || sign == UInt8(ascii: ":")
        guard assigns || Array("bdgn".utf8).contains(byte(place) | 0x20) else { return nil }
        let word = String(decoding: text[place..<end].map { Self.isUpper($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        if assigns, Self.secretWords.contains(where: { word.hasSuffix($0) }), let found = assignment(end) { return found }
        if word == "bearer" { return bearer(end) }
        return Self.birthWords.contains(word) ? birth(end) : nil
    }

    private static func isQuoteOrSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }

    private static let secretWords = [
        "password", "passwd", "pwd", "passphrase", "secret", "api_key", "apikey", "api-key", "access_key", "secret_key",
        "private_key", "auth_token", "access_token", "client_secret", "token", "passwort", "kennwort", "contraseña",
    ]
    private static let birthWords: Set<String> = [
        "born", "dob", "birth", "birthday", "birthdate", "geboren", "geburtsdatum", "né", "née",
    ]

    /// `= "value"` or `: value` behind a word such as password.
    private func assignment(_ place: Int) -> Sighting? {
        let sign = run(from: place, limit: 3, Self.isQuoteOrSpace)
        let start = run(from: sign + 1, limit: 3) { Self.isQuoteOrSpace($0) || $0 == UInt8(ascii: "=") }
        var end = run(from: start, limit: 128) { $0 > 0x20 && !Self.isQuoteOrSpace($0) && $0 != UInt8(ascii: ",") }
        while end > start, Array(".;)".utf8).contains(text[end - 1]) { end -= 1 }
        let value = text[start..<end]
        guard value.count >= 8, isFilledIn(value), value.contains(where: Self.isDigit), value.contains(where: Self.isLetter),
            !value.contains(UInt8(ascii: "("))
        else { return nil }
        return sighting(.passwordAssignment, start, end)
    }

    private func bearer(_ place: Int) -> Sighting? {
        guard byte(place) == 0x20 else { return nil }
        let end = run(from: place + 1, TokenPattern.Alphabet.dotted.contains)
        let value = text[place + 1..<end]
        guard value.count >= 20, value.contains(where: Self.isDigit), value.contains(where: Self.isLetter), isFilledIn(value)
        else {
            return nil
        }
        return sighting(.bearerToken, place + 1, end)
    }

    /// A date soon behind a word such as born.
    private func birth(_ place: Int) -> Sighting? {
        let limit = min(text.count, place + 16)
        guard let start = (place..<max(place, limit)).first(where: { Self.isDigit(text[$0]) }) else { return nil }
        var groups: [Int] = []
        var end = start
        while groups.count < 3 {
            let stop = run(from: end, limit: 4, Self.isDigit)
            guard stop > end else { break }
            groups.append(text[end..<stop].reduce(0) { $0 * 10 + Int($1 - 48) })
            end = stop
            guard groups.count < 3, Array("-./".utf8).contains(byte(end)) else { break }
            end += 1
        }
        let year = 1900...2030
        guard groups.count == 3, isWordEnd(end),
            year.contains(groups[0]) && (1...12).contains(groups[1]) && (1...31).contains(groups[2])
                || year.contains(groups[2]) && (1...31).contains(groups[0]) && (1...31).contains(groups[1])
        else { return nil }
        return sighting(.dateOfBirth, start, end)
    }
}
