import Digests
import Foundation
import TestSupport
import Testing

@testable import DurableFiles

@Suite struct StampBookTests {
    private let folder: TemporaryFolder
    private let file: URL
    private let place: URL
    /// When what was written just now can no longer change without a sign.
    private let later = FileMoment.now.adding(seconds: 10)

    init() throws {
        folder = try TemporaryFolder()
        file = folder.url.appending(path: "declared.yaml")
        place = folder.url.appending(path: "caches/book")
        try Data("one".utf8).write(to: file)
    }

    private func kept(_ content: String = "made of it", form: String = "a/1") throws -> FileStamp {
        let (book, stamp) = (StampBook(place, form: form), try FileStamp(of: file))
        book.keep(ArraySlice(content.utf8), of: "declared", stamp, at: later)
        book.save()
        return stamp
    }

    @Test func whatWasMadeOfAFileIsKeptForTheNextTime() throws {
        let stamp = try kept()
        #expect(StampBook(place, form: "a/1").content(of: "declared", stamp) == ArraySlice("made of it".utf8))
        #expect(StampBook(place, form: "a/1").content(of: "another", stamp) == nil)
        #expect(StampBook(place, form: "a/2").content(of: "declared", stamp) == nil, "another form")
    }

    @Test func aFileThatWasChangedInPlaceAndGivenBackItsTimeIsUnknown() throws {
        _ = try kept()
        let time = try #require(try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date)
        let handle = try FileHandle(forWritingTo: file)
        try handle.write(contentsOf: Data("two".utf8))
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file.path)
        #expect(StampBook(place, form: "a/1").content(of: "declared", try FileStamp(of: file)) == nil)
    }

    @Test func whatMayChangeOnceMoreWithoutASignIsNotKept() throws {
        let (book, stamp) = (StampBook(place, form: "a/1"), try FileStamp(of: file))
        book.keep(ArraySlice("x".utf8), of: "declared", stamp, at: .now)
        #expect(book.content(of: "declared", stamp) == nil)
    }

    @Test func aBookWithAnyBitFlippedCountsAsEmpty() throws {
        let stamp = try kept()
        let good = try Data(contentsOf: place)
        for index in good.indices {
            var bad = good
            bad[index] ^= 1 << (index % 8)
            try bad.write(to: place)
            #expect(StampBook(place, form: "a/1").content(of: "declared", stamp) == nil)
        }
        for count in 0..<good.count {
            try good.prefix(count).write(to: place)
            #expect(StampBook(place, form: "a/1").content(of: "declared", stamp) == nil)
        }
    }

    @Test func namesThatAreGoneAreForgotten() throws {
        let stamp = try kept()
        let book = StampBook(place, form: "a/1")
        book.limit(to: [])
        book.save()
        #expect(StampBook(place, form: "a/1").content(of: "declared", stamp) == nil)
    }

    @Test func whereNothingCanBeWrittenNothingIsLost() throws {
        let (book, stamp) = (StampBook(file.appending(path: "book"), form: "a/1"), try FileStamp(of: file))
        book.keep(ArraySlice("x".utf8), of: "declared", stamp, at: later)
        book.save()
        #expect(book.content(of: "declared", stamp) == ArraySlice("x".utf8))
    }

    @Test func aTreeIsKnownAgainUntilAnythingInItChanges() throws {
        let root = folder.url.appending(path: "tree")
        try FileManager.default.createDirectory(at: root.appending(path: "a/b"), withIntermediateDirectories: true)
        try Data("1".utf8).write(to: root.appending(path: "a/b/file"))
        func look() throws -> ContentDigest {
            var stamp = TreeStamp()
            try stamp.add(below: root)
            try stamp.add(folder.url.appending(path: "nowhere"))
            #expect(stamp.isSettled(at: later) && !stamp.isSettled(at: .now))
            return stamp.finish()
        }
        var seen: Set<ContentDigest> = [try look(), try look()]
        #expect(seen.count == 1)
        let deeds: [() throws -> Void] = [
            { try Data("2".utf8).write(to: root.appending(path: "a/b/file"), options: .atomic) },
            { try FileManager.default.createDirectory(at: root.appending(path: "c"), withIntermediateDirectories: false) },
            { try FileManager.default.moveItem(at: root.appending(path: "a/b"), to: root.appending(path: "c/b")) },
            { try FileManager.default.removeItem(at: root.appending(path: "c/b/file")) },
            { try Data().write(to: folder.url.appending(path: "nowhere")) },
        ]
        for (index, deed) in deeds.enumerated() {
            try deed()
            seen.insert(try look())
            #expect(seen.count == index + 2)
        }
    }
}
