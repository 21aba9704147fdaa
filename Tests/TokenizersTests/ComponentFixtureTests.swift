import Foundation
import StrictJSON
import TestSupport
import Testing
import Tokenizers

/// Small tokenizers of every component against tokenizers 0.23.3; Scripts/make_tokenizer_fixtures.py makes the files.
@Suite struct ComponentFixtureTests {
    private static let folder = Fixture.root.appending(path: "tokenizers")

    private func fixture(_ name: String) throws -> JSONValue {
        try JSONValue(contentsOf: Self.folder.appending(path: name))
    }

    /// The tokenizer of a fixture, read through a file as any other.
    private func tokenizer(_ fixture: JSONValue) throws -> Tokenizer {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "tokenizer.json")
        try #require(fixture["json"]).data().write(to: file)
        return try Tokenizer(file: file)
    }

    @Test(arguments: ["byte-models.json", "word-models.json", "steps-1.json", "steps-2.json"])
    func everyComponentEncodesAsTheReference(_ file: String) throws {
        let fixture = try fixture(file)
        let texts = try #require(fixture["texts"]?.arrayValue)
        let tokenizers = try #require(fixture["tokenizers"]?.arrayValue)
        #expect(tokenizers.count > 5)
        for entry in tokenizers {
            let tokenizer = try tokenizer(entry)
            for golden in try #require(entry["cases"]?.arrayValue).compactMap(\.arrayValue) {
                let text = try #require(golden[0].intValue.flatMap { texts[$0].stringValue })
                try expect(tokenizer, encodes: text, as: golden, "\(entry["name"]?.stringValue ?? ""): \(text.debugDescription)")
            }
        }
    }

    private func expect(_ tokenizer: Tokenizer, encodes text: String, as golden: [JSONValue], _ about: String) throws {
        let encoding = try tokenizer.encode(text)
        let zeros = Array(repeating: Int32(0), count: encoding.count)
        #expect(encoding.ids == (golden[1].int32s ?? zeros), "\(about)")
        #expect(ByteText(encoding.tokens.joined(separator: "\u{E000}")) == golden[2].stringValue.map(ByteText.init), "\(about)")
        #expect(encoding.offsets.flatMap { [Int32($0.lowerBound), Int32($0.upperBound)] } == golden[3].int32s, "\(about)")
        #expect(encoding.typeIDs == (golden[4].int32s ?? zeros), "\(about)")
        guard golden.count > 5 else { return }
        expectBytes(tokenizer.decode(encoding.ids), golden[5], about)
        expectBytes(tokenizer.decode(encoding.ids, skipSpecialTokens: true), golden[6], about)
    }

    @Test func everyDecoderDecodesAsTheReference() throws {
        let entries = try #require(fixture("decoders.json")["tokenizers"]?.arrayValue)
        #expect(entries.count > 10)
        for entry in entries {
            let tokenizer = try tokenizer(entry)
            let name = entry["name"]?.stringValue ?? ""
            for golden in try #require(entry["cases"]?.arrayValue).compactMap(\.arrayValue) {
                let ids = try #require(golden[0].int32s)
                expectBytes(tokenizer.decode(ids), golden[1], "\(name) \(ids)")
                expectBytes(tokenizer.decode(ids, skipSpecialTokens: true), golden[2], "\(name) \(ids)")
            }
        }
    }
}
