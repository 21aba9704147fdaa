/// The check digits of numbers that carry them.
enum Checksums {
    /// ISO/IEC 7812: every second digit from the right doubled.
    static func luhn(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
        var (sum, doubles) = (0, false)
        for digit in digits.reversed() {
            let value = Int(digit) * (doubles ? 2 : 1)
            sum += value > 9 ? value - 9 : value
            doubles.toggle()
        }
        return sum % 10 == 0
    }

    /// ISO 13616: the first four characters to the end, letters as 10 to 35, and 1 left over by 97.
    static func iban(_ characters: [UInt8]) -> Bool {
        var rest = 0
        for character in characters[4...] + characters[..<4] {
            guard let value = value(character) else { return false }
            rest = (rest * (value > 9 ? 100 : 10) + value) % 97
        }
        return rest == 1
    }

    /// 0 to 9 and A to Z as 0 to 35.
    static func value(_ character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character) - 48
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character) - 55
        default: nil
        }
    }

    static func weighted(_ digits: some Sequence<UInt8>, _ weights: [Int]) -> Int {
        zip(digits, weights).reduce(0) { $0 + Int($1.0) * $1.1 }
    }

    /// Modulus 11 over ten digits, weights 10 to 2.
    static func nhs(_ digits: [UInt8]) -> Bool {
        let check = (11 - weighted(digits.prefix(9), Array(stride(from: 10, through: 2, by: -1))) % 11) % 11
        return check != 10 && check == Int(digits[9])
    }

    static func cpf(_ digits: [UInt8]) -> Bool {
        guard Set(digits).count > 1 else { return false }
        let first = weighted(digits.prefix(9), Array(stride(from: 10, through: 2, by: -1))) * 10 % 11 % 10
        let second = weighted(digits.prefix(10), Array(stride(from: 11, through: 2, by: -1))) * 10 % 11 % 10
        return first == Int(digits[9]) && second == Int(digits[10])
    }

    static func ean13(_ digits: [UInt8]) -> Bool {
        weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0
    }

    static func pesel(_ digits: [UInt8]) -> Bool { weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0 }

    static func bsn(_ digits: [UInt8]) -> Bool {
        digits.contains { $0 != 0 } && (weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, 0]) - Int(digits[8])) % 11 == 0
    }

    /// ISO/IEC 7064 modulus 11, 10; of the first ten digits one stands there twice or three times.
    static func germanTaxID(_ digits: [UInt8]) -> Bool {
        let most = Dictionary(digits.prefix(10).map { ($0, 1) }, uniquingKeysWith: +).values.max() ?? 0
        guard digits[0] != 0, (2...3).contains(most) else { return false }
        var product = 10
        for digit in digits.prefix(10) {
            let sum = (Int(digit) + product) % 10
            product = (sum == 0 ? 10 : sum) * 2 % 11
        }
        return (11 - product) % 10 == Int(digits[10])
    }

    /// 97 minus what is left over by 97, in the last two digits.
    static func nir(_ digits: [UInt8]) -> Bool {
        let number = digits.prefix(13).reduce(0) { $0 * 10 + Int($1) }
        return 97 - number % 97 == Int(digits[13]) * 10 + Int(digits[14])
    }

    /// Verhoeff's scheme, as Aadhaar numbers use it.
    static func verhoeff(_ digits: [UInt8]) -> Bool {
        var check = 0
        for (place, digit) in digits.reversed().enumerated() {
            var value = Int(digit)
            for _ in 0..<place % 8 { value = permutation[value] }
            check = product(check, value)
        }
        return check == 0
    }

    private static let permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

    /// The dihedral group of order 10.
    private static func product(_ a: Int, _ b: Int) -> Int {
        switch (a < 5, b < 5) {
        case (true, true): (a + b) % 5
        case (true, false): 5 + (a + b - 5) % 5
        case (false, true): 5 + (a - 5 + 5 - b) % 5
        case (false, false): (a - b + 5) % 5
        }
    }

    /// The last letter of an Italian fiscal code.
    static func fiscalCode(_ characters: [UInt8]) -> Bool {
        let odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
        var sum = 0
        for (place, character) in characters.prefix(15).enumerated() {
            guard let value = value(character) else { return false }
            let index = value > 9 ? value - 10 : value
            sum += place % 2 == 0 ? odd[index] : index
        }
        return characters[15] == UInt8(ascii: "A") + UInt8(sum % 26)
    }

    static func vin(_ characters: [UInt8]) -> Bool {
        let values = [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9]
        let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
        var sum = 0
        for (character, weight) in zip(characters, weights) {
            guard let value = value(character) else { return false }
            sum += (value > 9 ? values[value - 10] : value) * weight
        }
        return characters[8] == (sum % 11 == 10 ? UInt8(ascii: "X") : UInt8(ascii: "0") + UInt8(sum % 11))
    }

    /// The check digit of a field of a machine-readable zone: weights 7, 3, 1.
    static func machineReadable(_ field: ArraySlice<UInt8>, _ check: UInt8) -> Bool {
        var sum = 0
        for (place, character) in field.enumerated() {
            guard let value = character == UInt8(ascii: "<") ? 0 : value(character) else { return false }
            sum += value * [7, 3, 1][place % 3]
        }
        return check == UInt8(ascii: "0") + UInt8(sum % 10)
    }

    /// BIP 173 and 350: `bc1` and 5-bit characters, the last six of them a checksum.
    static func bech32(_ data: ArraySlice<UInt8>) -> Bool {
        let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
        var values: [UInt32] = [3, 3, 0, 2, 3]
        for character in data {
            guard let value = alphabet.firstIndex(of: character) else { return false }
            values.append(UInt32(value))
        }
        let generators: [UInt32] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]
        var check: UInt32 = 1
        for value in values {
            let top = check >> 25
            check = (check & 0x1FF_FFFF) << 5 ^ value
            for (bit, generator) in generators.enumerated() where top >> UInt32(bit) & 1 == 1 { check ^= generator }
        }
        return check == 1 || check == 0x2BC8_30A3
    }
}
