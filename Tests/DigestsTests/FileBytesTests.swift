import Digests
import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite struct FileBytesTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [0, 1, FileBytes.pieceSize - 1, FileBytes.pieceSize, FileBytes.pieceSize + 1, 3 * FileBytes.pieceSize])
    func aCopyHasTheBytesSizeAndDigestOfItsSource(_ size: Int) throws {
        let (source, copy) = (folder.url.appending(path: "source"), folder.url.appending(path: "copy"))
        let bytes = Data(repeating: 0xA7, count: size)
        try bytes.write(to: source)
        let copied = try FileBytes.copy(source, to: copy)
        #expect(try Data(contentsOf: copy) == bytes)
        #expect(copied.size == size)
        #expect(copied.digest == ContentDigest(of: bytes))
        #expect(try ContentDigest(ofFile: source) == copied.digest)
        #expect(try FileBytes.contents(of: source, limit: 100) == bytes.prefix(100))
    }

    @Test func aCopyNeverOverwrites() throws {
        let (source, copy) = (folder.url.appending(path: "source"), folder.url.appending(path: "copy"))
        try Data("new".utf8).write(to: source)
        try Data("old".utf8).write(to: copy)
        #expect(throws: FileError(.create, copy, code: EEXIST)) { try FileBytes.copy(source, to: copy) }
        #expect(try Data(contentsOf: copy) == Data("old".utf8))
    }

    @Test func pipesAndFoldersAreNotRead() throws {
        let pipe = folder.url.appending(path: "pipe")
        #expect(mkfifo(pipe.path, 0o600) == 0)
        for place in [pipe, folder.url] {
            #expect(throws: FileError(.read, place, code: EINVAL)) { try ContentDigest(ofFile: place) }
        }
    }

    /// From FIPS 180-2, appendix B.
    @Test func digestsAreSHA256() {
        #expect(
            "\(ContentDigest(of: Array("abc".utf8)))"
                == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test(arguments: ["", "sha256:", "abc", String(repeating: "g", count: 64), "md5:" + String(repeating: "a", count: 64)])
    func whatIsNoDigestIsNotReadAsOne(_ text: String) { #expect(ContentDigest(text) == nil) }
}
