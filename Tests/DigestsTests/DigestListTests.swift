import Digests
import Foundation
import TestSupport
import Testing

@Suite struct DigestListTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(at: folder.url.appending(path: "deep"), withIntermediateDirectories: true)
        try Data("abc".utf8).write(to: folder.url.appending(path: "a.txt"))
        try Data().write(to: folder.url.appending(path: "deep/empty"))
        try DigestList.write(in: folder.url)
    }

    private var list: URL { folder.url.appending(path: "SHA256SUMS") }

    /// The digests are those of FIPS 180-2 and of the empty string.
    @Test func theListIsWhatSha256sumReads() throws {
        #expect(
            try String(contentsOf: list, encoding: .utf8) == """
                ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.txt
                e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  deep/empty

                """)
        #expect(try DigestList.changes(in: folder.url) == [])
    }

    @Test func whatChangedOrIsGoneIsNamed() throws {
        try Data("abd".utf8).write(to: folder.url.appending(path: "a.txt"))
        try FileManager.default.removeItem(at: folder.url.appending(path: "deep/empty"))
        #expect(try DigestList.changes(in: folder.url) == ["a.txt", "deep/empty"])
    }

    @Test func aFolderWithoutListHasNothingToSay() throws {
        try FileManager.default.removeItem(at: list)
        #expect(try DigestList.changes(in: folder.url) == nil)
    }

    /// Every single bit of the list itself matters too.
    @Test func aListThatIsNoneIsNamedItself() throws {
        let written = try Data(contentsOf: list)
        for bit in 0..<written.count * 8 {
            var bytes = written
            bytes[bit / 8] ^= 1 << (bit % 8)
            try bytes.write(to: list)
            #expect(try DigestList.changes(in: folder.url)?.isEmpty == false, "bit \(bit)")
        }
        for text in [
            "", "x\n", "\(String(repeating: "0", count: 64))  ../out\n", "\(String(repeating: "0", count: 64))  /etc/passwd\n",
        ] {
            try Data(text.utf8).write(to: list)
            #expect(try DigestList.changes(in: folder.url) == ["SHA256SUMS"], "\(text)")
        }
    }
}
