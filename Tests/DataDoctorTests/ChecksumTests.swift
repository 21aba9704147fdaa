import Testing

@testable import DataDoctor

/// The numbers are those that the issuers, or the standards, publish as examples.
@Suite("Check digits agree with published examples, and with no other digit")
struct ChecksumTests {
    private func digits(_ text: String) -> [UInt8] { text.utf8.map { $0 - 48 } }

    @Test(
        arguments: [
            ("4111111111111111", Checksums.luhn), ("490154203237518", Checksums.luhn), ("9434765919", Checksums.nhs),
            ("52998224725", Checksums.cpf), ("7569217076985", Checksums.ean13), ("44051401359", Checksums.pesel),
            ("111222333", Checksums.bsn), ("86095742719", Checksums.germanTaxID), ("255081416802538", Checksums.nir),
            ("2363", Checksums.verhoeff), ("234123412346", Checksums.verhoeff),
        ] as [(String, @Sendable ([UInt8]) -> Bool)])
    func onlyTheLastDigitThatIsRight(text: String, check: @Sendable ([UInt8]) -> Bool) {
        let number = digits(text)
        #expect(check(number))
        for digit in UInt8(0)...9 where digit != number[number.count - 1] { #expect(!check(number.dropLast() + [digit])) }
    }

    @Test func lettersCountToo() {
        #expect(Checksums.iban(Array("GB82WEST12345698765432".utf8)))
        #expect(!Checksums.iban(Array("GB28WEST12345698765432".utf8)))
        #expect(Checksums.fiscalCode(Array("RSSMRA85T10A562S".utf8)))
        #expect(Checksums.vin(Array("1M8GDM9AXKP042788".utf8)))
        #expect(!Checksums.vin(Array("1M8GDM9AXKP042789".utf8)))
        #expect(Checksums.machineReadable(Array("L898902C3".utf8)[...], UInt8(ascii: "6")))
        let address = Array("qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4".utf8)
        #expect(Checksums.bech32(address[...]))
        #expect(!Checksums.bech32((address.dropLast() + [UInt8(ascii: "5")])[...]))
    }
}
