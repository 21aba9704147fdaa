import Foundation
import TestSupport
import Testing

@testable import Versions

@Suite struct VersionMessageTests {
    let message = VersionMessage(
        subject: "ticket-router v3", body: "First.\n\nSecond: part.", trailers: [.init("Rank", "16"), .init("Max-Steps", "60")])

    @Test func aMessageIsSubjectBodyAndTrailers() {
        #expect(message.text == "ticket-router v3\n\nFirst.\n\nSecond: part.\n\nRank: 16\nMax-Steps: 60\n")
    }

    @Test func readingGivesBackWhatWasWritten() {
        #expect(VersionMessage(parsing: message.text) == message)
        let bare = VersionMessage(subject: "one line", trailers: [])
        #expect(VersionMessage(parsing: bare.text) == bare)
    }

    @Test(arguments: ["a\nRank: 99", "a\r\nRank: 99", "a\u{2028}b", "a\0b", "a\u{1B}[31m"])
    func aValueStaysOnItsLine(_ value: String) {
        let text = VersionMessage(subject: value, trailers: [.init("Note", value)]).text
        #expect(text.split(separator: "\n").count == 2)
        #expect(!text.utf8.contains(0) && !text.utf8.contains(0x1B))
    }

    @Test func aKeyHoldsLettersDigitsAndDashesOnly() {
        #expect(VersionMessage.Trailer("eval loss: %", "1").key == "eval-loss---")
    }

    @Test(arguments: ["First.\n---\nSecond.", "#comment", "Signed: no\nnot a trailer", "---", "a\n\n\n\nb"])
    func gitReadsTheTrailersWhateverTheBody(_ body: String) throws {
        let folder = try TemporaryFolder()
        let text = VersionMessage(subject: "subject", body: body, trailers: message.trailers).text
        let parsed = try GitProgram(folder: folder.url)("interpret-trailers", "--parse", input: text)
        #expect(parsed.output == "Rank: 16\nMax-Steps: 60\n", "\(parsed.complaints)")
    }
}

@Suite struct LargeFilePointerTests {
    /// The example of the Git LFS specification.
    static let example = """
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 12345

        """

    @Test func aPointerIsWrittenAsTheSpecificationSays() throws {
        let pointer = try #require(LargeFilePointer(Data(Self.example.utf8)))
        #expect(pointer.size == 12345)
        #expect(pointer.data == Data(Self.example.utf8))
    }

    @Test(arguments: [
        example.replacing("12345", with: "-1"), example.replacing("size", with: "length"),
        example.replacing("4d7a", with: "zz"), example + "more\n", String(example.dropLast()), "",
        example.replacing("sha256", with: "md5"),
    ])
    func whatIsNoPointerIsNotReadAsOne(_ text: String) {
        #expect(LargeFilePointer(Data(text.utf8)) == nil)
    }
}
