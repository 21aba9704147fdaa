import Digests
import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite struct DigestBookTests {
    private let folder: TemporaryFolder
    private let file: URL
    private let book: DigestBook

    init() throws {
        folder = try TemporaryFolder()
        file = folder.url.appending(path: "weights")
        // when what was written just now can no longer change without a sign
        book = DigestBook(in: folder.url.appending(path: "digests")) { .now.adding(seconds: 10) }
        try Data("first".utf8).write(to: file)
    }

    private var pages: [URL] {
        get throws {
            try FileManager.default.contentsOfDirectory(
                at: folder.url.appending(path: "digests"), includingPropertiesForKeys: nil)
        }
    }

    @Test func anUntouchedFileIsNotReadAgain() throws {
        let digest = try book.digest(of: file)
        #expect(digest == ContentDigest(of: Data("first".utf8)))
        // a page that says something else is believed, which shows that the file was not read
        let page = try #require(try pages.first)
        let other = ContentDigest(of: Data())
        let text = String(decoding: try Data(contentsOf: page), as: UTF8.self)
        try Data(text.replacing("\(digest)", with: "\(other)").utf8).write(to: page)
        #expect(try book.digest(of: file) == other)
    }

    @Test func aFileThatWasWrittenToIsReadAgainEvenWithItsOldSizeAndTime() throws {
        _ = try book.digest(of: file)
        let time = try #require(try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date)
        try Data("other".utf8).write(to: file)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file.path)
        #expect(try book.digest(of: file) == ContentDigest(of: Data("other".utf8)))
    }

    @Test func whatMayChangeOnceMoreWithoutASignIsNotTakenDown() throws {
        let book = DigestBook(in: folder.url.appending(path: "digests"))
        _ = try book.digest(of: file)
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "digests").path))
    }

    @Test(arguments: ["", "\n", "nonsense", "1:2 3 4 5\nsha256:no\n"])
    func aDamagedPageIsNotBelieved(text: String) throws {
        _ = try book.digest(of: file)
        try Data(text.utf8).write(to: try #require(try pages.first))
        #expect(try book.digest(of: file) == ContentDigest(of: Data("first".utf8)))
    }

    @Test func whereNothingCanBeWrittenTheDigestIsRightAllTheSame() throws {
        let blocked = DigestBook(in: file.appending(path: "digests"))
        #expect(try blocked.digest(of: file) == ContentDigest(of: Data("first".utf8)))
    }

    @Test func aMissingFileIsAnError() {
        #expect(throws: FileError.self) { try book.digest(of: folder.url.appending(path: "no")) }
    }
}
