import StrictJSON
import Testing

@testable import DataDoctor

@Suite("What should not stand in rows is found by its form and its check digits")
struct SensitiveScannerTests {
    /// Letters and digits that no rule made: enough of them for any token.
    private static let noise = "q7Zt2LmX9vKc4RbW1nHs8YpD5gJf3QaE6uTk0CxVo7Ns2Bd9Fh4Mj1Gr8Lw5Pz3"

    private static func token(_ prefix: String, _ length: Int) -> String { prefix + noise.prefix(length) }
    private static func upper(_ prefix: String, _ length: Int) -> String { prefix + noise.uppercased().prefix(length) }
    private static func hex(_ prefix: String, _ length: Int) -> String {
        prefix + String(String(repeating: "9f3ac01b7e5d2846", count: 5).prefix(length))
    }

    /// Published examples of numbers, and tokens of the form that their issuers document.
    static let examples: [(SensitiveKind, String)] = [
        (.awsAccessKeyID, upper("AKIA", 16)), (.githubToken, token("ghp_", 36)), (.githubToken, token("github_pat_", 60)),
        (.gitlabToken, token("glpat-", 20)), (.slackToken, "xoxb-" + "2048571936-4817265930-" + noise.prefix(24)),
        (.slackWebhook, "https://hooks.slack.com/services/" + "T0A1B2C3D/B4E5F6G7H/" + noise.prefix(24)),
        (.discordWebhook, "https://discord.com/api/webhooks/" + "918273645546372819/" + noise.prefix(60)),
        (.stripeKey, token("sk_live_", 24)), (.openAIKey, token("sk-proj-", 48)), (.openAIKey, token("sk-", 48)),
        (.anthropicKey, token("sk-ant-api03-", 60)), (.googleAPIKey, token("AIza", 35)), (.googleOAuth, token("GOCSPX-", 28)),
        (.huggingFaceToken, token("hf_", 34)), (.npmToken, token("npm_", 36)), (.pypiToken, token("pypi-AgEIcHlwaS5vcmc", 60)),
        (.sendGridKey, "SG." + noise.prefix(22) + "." + noise.suffix(43)), (.twilioKey, hex("SK", 32)),
        (.telegramToken, "730194826:AA" + noise.prefix(33)), (.digitalOceanToken, hex("dop_v1_", 64)),
        (.shopifyToken, hex("shpat_", 32)), (.databricksToken, hex("dapi", 32)), (.dockerToken, token("dckr_pat_", 27)),
        (.azureStorageKey, "AccountKey=" + noise + noise.prefix(22) + "=="),
        (.jsonWebToken, "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiI3MTkyIn0." + noise.prefix(43)),
        (.privateKey, "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"),
        (.ageKey, upper("AGE-SECRET-KEY-1", 58)), (.urlPassword, "postgres://app:" + "tr0ub4dor@db.internal/x"),
        (.passwordAssignment, "password: " + "Tr0ub4dor&3"), (.passwordAssignment, "DB_PASSWORD=" + "hunter2hunter2"),
        (.bearerToken, "Authorization: Bearer " + noise.prefix(40)),
        (.emailAddress, "jane.doe+tickets@mail.orbivo.io"), (.phoneNumber, "+49 170 1234567"), (.phoneNumber, "(212) 555-0182"),
        (.phoneNumber, "212-555-0182"), (.phoneNumber, "030 901820 44"), (.creditCard, "4111 1111 1111 1111"),
        (.creditCard, "378282246310005"), (.iban, "DE89 3704 0044 0532 0130 00"), (.iban, "GB82WEST12345698765432"),
        (.usSSN, "219-09-9998"), (.ukNINO, "AB 12 34 56 C"), (.ukNHS, "943 476 5919"), (.canadianSIN, "193 456 787"),
        (.germanTaxID, "Steuer-ID 86095742719"), (.frenchNIR, "2 55 08 14 168 025 38"), (.frenchNIR, "255081416802538"),
        (.italianFiscalCode, "RSSMRA85T10A562S"), (.spanishDNI, "12345678Z"), (.dutchBSN, "BSN 111222333"),
        (.polishPESEL, "PESEL: 44051401359"), (.swedishPersonnummer, "811218-9876"), (.swissAHV, "756.9217.0769.85"),
        (.brazilianCPF, "529.982.247-25"), (.indianAadhaar, "2341 2341 2346"),
        (.passportLine, "L898902C36UTO7408122F1204159ZE184226B<<<<<10"), (.dateOfBirth, "born on 12.08.1974"),
        (.dateOfBirth, "DOB: 1974-08-12"), (.ipAddress, "93.184.216.34"), (.ipAddress, "2606:2800:220:1:248:1893:25c8:1946"),
        (.macAddress, "3c:07:54:1a:9f:e2"), (.imei, "IMEI 490154203237518"), (.vehicleNumber, "1M8GDM9AXKP042788"),
        (.bitcoinAddress, "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"), (.ethereumAddress, hex("0x", 40)),
    ]

    @Test("each kind is found in a sentence, at its place, and nothing else is", arguments: examples)
    func kind(kind: SensitiveKind, text: String) throws {
        for (before, after) in [("", ""), ("Please check ", " for me."), ("(", ")"), ("é ", ", thanks")] {
            let sightings = SensitiveScanner(Array((before + text + after).utf8)).sightings
            #expect(sightings.map(\.kind) == [kind], "\(before)\(text)\(after)")
            let found = try #require(sightings.first)
            #expect(found.start >= before.utf8.count && found.start + found.length <= (before + text).utf8.count)
        }
    }

    @Test func everyKindHasAnExampleAndThereAreEnough() {
        #expect(Set(Self.examples.map(\.0)) == Set(SensitiveKind.allCases))
        #expect(SensitiveKind.allCases.count >= 25)
        #expect(SensitiveKind.allCases.filter(\.isCredential).count == 28)
    }

    @Test(
        "what only looks like it is passed over",
        arguments: [
            "4111 1111 1111 1112", "DE89 3704 0044 0532 0130 01", "529.982.247-26", "123 456 7891", "12345678A", "000-12-3456",
            "AKIAIOSFODNN7EXAMPLE", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "sk-learn and sk-12", "version 2.4.10.1",
            "v1.2.3.4",
            "192.168.1.20", "127.0.0.1", "10.0.0.8:8080", "room 12-34-56", "2024-07-26 08:30:45", "26.07.2024", "MFY-389 GHT-493",
            "ada@example.com", "see @someone", "std::vector", "a::b", "password: <yours>", "your password is reset",
            "secret=****",
            "token = next(tokens)", "born in 1974", "0x1f", "order 1234567890123", "1,000,000.50", "3.14159265358979", "SKU AC-1",
            "RSSMRA85T10A562T", "1M8GDM9A0KP042788", "111222333", "https://orbivo.io:8443/path", "eyJ.a.b",
            "-----BEGIN CERTIFICATE-----",
            "12:30:45:50:51:52:53", "2341 2341 2347", "password reset form: see page 12345678",
        ])
    func nothing(text: String) {
        #expect(SensitiveScanner(Array(text.utf8)).sightings.isEmpty)
    }

    @Test func columnsAreThoseOfTheLineAsItIsWritten() throws {
        let text = #"{"text": "grüße\n\u00e9 mail: jane@orbivo.io", "n": 4111111111111111}"#
        let line = Array(text.utf8)[...]
        let strings = LineStrings(line)
        let columns = SensitiveScanner(strings.bytes).sightings.map { column(of: strings.places[$0.start], in: line) }
        let expected = ["jane@", "4111"].map { text.distance(from: text.startIndex, to: text.ranges(of: $0)[0].lowerBound) + 1 }
        #expect(columns == expected)
    }

    @Test func whatIsNoJSONIsReadAsWellAsItGoes() {
        let strings = LineStrings(Array(#"{"a": "x\u12", "b": "\ud83d\ude00 \ud83d open"#.utf8)[...])
        #expect(String(decoding: strings.bytes, as: UTF8.self) == "a\0x12\0b\0😀 \u{FFFD} open\0")
        #expect(strings.bytes.count == strings.places.count)
    }
}
