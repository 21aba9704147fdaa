extension SensitiveScanner {
    /// What a run of digits is, if it is somebody's.
    func number(_ place: Int) -> Sighting? {
        if byte(place) == 48, byte(place + 1) == UInt8(ascii: "x") { return ethereumAddress(place) }
        guard place == 0 || !(Array(".-/".utf8).contains(text[place - 1]) && place > 1 && Self.isAlnum(text[place - 2])) else {
            return nil
        }
        let groups = DigitGroups(text, from: place)
        guard groups.count >= 4 else { return nil }
        if groups.lengths.count == 1, let found = telegramToken(groups) { return found }
        guard isWordEnd(groups.end) else { return nil }
        if let found = brazilian(groups) { return found }
        let kind = card(groups) ?? registered(groups) ?? announced(groups)
        if let kind { return sighting(kind, place, groups.end) }
        return internetAddress(groups) ?? nationalPhone(groups)
    }

    private func card(_ groups: DigitGroups) -> SensitiveKind? {
        guard (13...19).contains(groups.count), Set(groups.digits).count > 1 else { return nil }
        let forms = [[groups.count], [4, 4, 4, 4], [4, 6, 5], [4, 6, 4], [4, 4, 4, 4, 3]]
        guard forms.contains(where: { groups.has($0) }), Self.isIssued(groups), Checksums.luhn(groups.digits) else { return nil }
        if groups.has([15]), context(before: groups.start).contains("imei") { return .imei }
        return .creditCard
    }

    /// The first digits of cards and the lengths that go with them.
    private static func isIssued(_ groups: DigitGroups) -> Bool {
        let (two, four) = (groups.number(0..<2), groups.number(0..<4))
        switch groups.count {
        case 14: return two == 36 || two == 38 || (300...305).contains(four / 10)
        case 15: return two == 34 || two == 37
        case 13, 19: return two / 10 == 4 || two == 62 && groups.count == 19
        case 16:
            return two / 10 == 4 || (51...55).contains(two) || (2221...2720).contains(four) || four == 6011 || two == 65
                || (644...649).contains(four / 10) || two == 62 || (3528...3589).contains(four)
        default: return false
        }
    }

    /// Numbers that a state gives to people, told by form and check digit.
    private func registered(_ groups: DigitGroups) -> SensitiveKind? {
        let digits = groups.digits
        if groups.has([3, 2, 4], by: "-") { return Self.isSocialSecurity(groups) ? .usSSN : nil }
        if groups.has([3, 3, 4], by: " "), Checksums.nhs(digits) { return .ukNHS }
        if groups.has([3, 3, 3]), digits[0] != 0, digits[0] != 8, Checksums.luhn(digits) { return .canadianSIN }
        if groups.has([4, 4, 4]), digits[0] > 1, Checksums.verhoeff(digits) { return .indianAadhaar }
        if groups.has([3, 4, 4, 2], by: "."), digits.starts(with: [7, 5, 6]), Checksums.ean13(digits) { return .swissAHV }
        if groups.has([6, 4], by: "-"), Self.isDate(digits[2..<6]), Checksums.luhn(digits) { return .swedishPersonnummer }
        if groups.has([8, 4], by: "-"), Self.isDate(digits[4..<8]), Checksums.luhn(digits[2...]) { return .swedishPersonnummer }
        if groups.has([1, 2, 2, 2, 3, 3, 2], by: " ") || groups.has([15]), (1...2).contains(digits[0]),
            (1...12).contains(groups.number(3..<5)), Checksums.nir(digits)
        {
            return .frenchNIR
        }
        return nil
    }

    /// `529.982.247-25`, the only one with two kinds of separators.
    private func brazilian(_ groups: DigitGroups) -> Sighting? {
        guard groups.has([3, 3, 3], by: "."), byte(groups.end) == UInt8(ascii: "-"), isWordEnd(groups.end + 3) else { return nil }
        let check = [byte(groups.end + 1), byte(groups.end + 2)]
        guard check.allSatisfy(Self.isDigit), Checksums.cpf(groups.digits + check.map { $0 - 48 }) else { return nil }
        return sighting(.brazilianCPF, groups.start, groups.end + 3)
    }

    private static func isSocialSecurity(_ groups: DigitGroups) -> Bool {
        let area = groups.number(0..<3)
        return area != 0 && area != 666 && area < 900 && groups.number(3..<5) != 0 && groups.number(5..<9) != 0
    }

    private static func isDate(_ digits: ArraySlice<UInt8>) -> Bool {
        let digits = Array(digits)
        return (1...12).contains(digits[0] * 10 + digits[1]) && (1...31).contains(digits[2] * 10 + digits[3])
    }

    /// Numbers whose check digit one in ten others has too: only a word before them makes them what they are.
    private func announced(_ groups: DigitGroups) -> SensitiveKind? {
        let words = context(before: groups.start)
        func said(_ names: String...) -> Bool { names.contains { words.contains($0) } }
        switch groups.count {
        case 9 where groups.lengths.count == 1 && said("bsn", "burgerservice") && Checksums.bsn(groups.digits): return .dutchBSN
        case 11 where groups.lengths.count == 1 && said("pesel") && Checksums.pesel(groups.digits): return .polishPESEL
        case 11 where said("steuer", "tax id", "tax-id", "idnr", "tin") && Checksums.germanTaxID(groups.digits):
            return .germanTaxID
        case 15 where groups.has([15]) && said("imei") && Checksums.luhn(groups.digits): return .imei
        case 7...15 where groups.lengths.count == 1 && said("phone", "tel.", "tel:", "mobile", "telefon", "call me", "whatsapp"):
            return .phoneNumber
        default: return nil
        }
    }

    // MARK: Addresses

    private func internetAddress(_ groups: DigitGroups) -> Sighting? {
        guard groups.lengths.count == 4, groups.separator == UInt8(ascii: "."), groups.lengths.allSatisfy({ $0 <= 3 }),
            byte(groups.end) != UInt8(ascii: ".") || !Self.isDigit(byte(groups.end + 1))
        else { return nil }
        var (parts, place) = ([Int](), 0)
        for length in groups.lengths {
            guard length == 1 || groups.digits[place] != 0 else { return nil }
            parts.append(groups.number(place..<place + length))
            place += length
        }
        guard parts.allSatisfy({ $0 <= 255 }), Self.isPublic(parts), !context(before: groups.start, 9).contains("version") else {
            return nil
        }
        return sighting(.ipAddress, groups.start, groups.end)
    }

    /// Not of a private, local, documentary or unassigned range.
    private static func isPublic(_ parts: [Int]) -> Bool {
        switch (parts[0], parts[1]) {
        case (0, _), (10, _), (127, _), (224..., _), (169, 254), (172, 16...31), (192, 168): false
        case (192, 0), (198, 51), (203, 0): ![0, 2, 100, 113].contains(parts[2])
        default: true
        }
    }

    private func ethereumAddress(_ place: Int) -> Sighting? {
        let end = run(from: place + 2, limit: 65, Self.isHex)
        return end - place == 42 && isWordEnd(end) ? sighting(.ethereumAddress, place, end) : nil
    }

    private func telegramToken(_ groups: DigitGroups) -> Sighting? {
        guard (8...10).contains(groups.count), byte(groups.end) == UInt8(ascii: ":"),
            starts(groups.end + 1, with: Array("AA".utf8))
        else { return nil }
        let end = run(from: groups.end + 1, TokenPattern.Alphabet.word.contains)
        return end - groups.end - 1 == 35 ? sighting(.telegramToken, groups.start, end) : nil
    }

    // MARK: Telephones

    /// `+49 170 1234567` or `(212) 555-0182`.
    func phone(_ place: Int) -> Sighting? {
        var (count, end, lastDigit) = (0, place + 1, place)
        while end < text.count, end - place < 26 {
            if Self.isDigit(text[end]) {
                count += 1
                lastDigit = end
            } else if !Array(" -./()".utf8).contains(text[end]) || end - lastDigit > 2 {
                break
            }
            end += 1
        }
        guard isWordEnd(lastDigit + 1), Self.isDigit(byte(place + 1)) else { return nil }
        let isInternational = text[place] == UInt8(ascii: "+") && (8...15).contains(count) && byte(place + 1) != 48
        let closes =
            byte(place + 4) == UInt8(ascii: ")") || byte(place + 5) == UInt8(ascii: ")") || byte(place + 6) == UInt8(ascii: ")")
        let isNational = text[place] == UInt8(ascii: "(") && closes && (9...12).contains(count)
        return isInternational || isNational ? sighting(.phoneNumber, place, lastDigit + 1) : nil
    }

    /// Whether another group of digits stands before: the number is then a part of something else.
    private func isBehindDigits(_ place: Int) -> Bool { place > 1 && text[place - 1] == 0x20 && Self.isDigit(text[place - 2]) }

    /// Ten digits as North America writes them, or 9 to 12 in groups that begin with 0.
    private func nationalPhone(_ groups: DigitGroups) -> Sighting? {
        let digits = groups.digits
        let isAmerican = groups.has([3, 3, 4], by: "-. ") && digits[0] > 1 && digits[3] > 1
        let isDialled =
            digits[0] == 0 && groups.number(0..<3) > 0 && !isBehindDigits(groups.start) && (9...12).contains(groups.count)
            && (2...4).contains(groups.lengths.count)
            && (3...5).contains(groups.lengths[0]) && " -/".utf8.contains(groups.separator)
        return isAmerican || isDialled ? sighting(.phoneNumber, groups.start, groups.end) : nil
    }
}
