import Foundation
import TestSupport
import Testing

@testable import DurableFiles

@Suite struct DurableFileTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
    }

    @Test func aWriteReplacesTheFileAndLeavesNoDraft() throws {
        let file = folder.url.appending(path: "a.json")
        for text in ["old", "", "a longer new text"] {
            try DurableFile.write(Data(text.utf8), to: file)
            #expect(try Data(contentsOf: file) == Data(text.utf8))
            #expect(try names == ["a.json"])
        }
    }

    @Test func foldersAreMadeWithThoseAboveThem() throws {
        let deep = folder.url.appending(path: "a/b/c")
        for _ in 0..<2 { try DurableFile.makeFolder(deep, permissions: 0o700) }
        #expect(try FileManager.default.attributesOfItem(atPath: deep.path)[.posixPermissions] as? Int == 0o700)
        try Data().write(to: folder.url.appending(path: "file"))
        #expect(throws: FileError.self) { try DurableFile.makeFolder(folder.url.appending(path: "file")) }
        #expect(throws: FileError.self) { try DurableFile.makeFolder(folder.url.appending(path: "file/below")) }
    }

    @Test func whatCannotBeFilledNeverAppears() throws {
        let target = folder.url.appending(path: "deep/target")
        #expect(throws: CancellationError.self) {
            try DurableFile.publishing(target) { draft in
                try Data("half".utf8).write(to: draft.appending(path: "a"))
                // Even when the draft cannot be removed, the first error is what is heard.
                try FileManager.default.removeItem(at: draft)
                throw CancellationError()
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.deletingLastPathComponent().path).isEmpty)
        let workshop = folder.url.appending(path: "workshop")
        let value = try DurableFile.publishing(target, draftIn: workshop) { draft in
            try Data("whole".utf8).write(to: draft.appending(path: "a"))
            return 7
        }
        #expect(value == 7)
        #expect(try Data(contentsOf: target.appending(path: "a")) == Data("whole".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: workshop.path).isEmpty)
    }

    @Test func aWriteThatFailsLeavesTheOldFileAndNoDraft() throws {
        let taken = folder.url.appending(path: "taken")
        try FileManager.default.createDirectory(at: taken.appending(path: "in-use"), withIntermediateDirectories: true)
        let error = try #require(throws: FileError.self) { try DurableFile.write(Data("x".utf8), to: taken) }
        #expect(error.operation == .rename)
        #expect(try names == ["taken"])
        let missing = folder.url.appending(path: "missing/a.json")
        #expect(throws: FileError(.create, missing.deletingLastPathComponent(), code: ENOENT).operationOnly) {
            do throws(FileError) { try DurableFile.write(Data(), to: missing) } catch { throw error.operationOnly }
        }
    }

    @Test func aPublishedFolderAppearsWholeUnderItsName() throws {
        let draft = folder.url.appending(path: ".draft-1")
        try FileManager.default.createDirectory(at: draft.appending(path: "below"), withIntermediateDirectories: true)
        try Data("x".utf8).write(to: draft.appending(path: "below/file"))
        let final = folder.url.appending(path: "final")
        try DurableFile.publish(draft: draft, as: final)
        #expect(try names == ["final"])
        #expect(try Data(contentsOf: final.appending(path: "below/file")) == Data("x".utf8))
    }

    @Test func aFolderTakesThePlaceOfAnother() throws {
        let (draft, final) = (folder.url.appending(path: ".draft-1"), folder.url.appending(path: "final"))
        for place in [draft, final] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try Data(place.lastPathComponent.utf8).write(to: place.appending(path: "file"))
        }
        try DurableFile.publish(draft: draft, inPlaceOf: final)
        #expect(try Data(contentsOf: final.appending(path: "file")) == Data(".draft-1".utf8))
        #expect(try Data(contentsOf: draft.appending(path: "file")) == Data("final".utf8))
        let nowhere = folder.url.appending(path: "nowhere")
        #expect(throws: FileError(.rename, nowhere, code: ENOENT)) { try DurableFile.publish(draft: draft, inPlaceOf: nowhere) }
    }

    @Test func aFolderInUseIsNotReplaced() throws {
        let (draft, final) = (folder.url.appending(path: ".draft-1"), folder.url.appending(path: "final"))
        for place in [draft, final] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try Data(place.lastPathComponent.utf8).write(to: place.appending(path: "file"))
        }
        let error = try #require(throws: FileError.self) { try DurableFile.publish(draft: draft, as: final) }
        #expect(error.code == ENOTEMPTY || error.code == EEXIST)
        #expect(try Data(contentsOf: final.appending(path: "file")) == Data("final".utf8))
    }
}

extension FileError {
    /// The part of an error that does not depend on a random draft name.
    fileprivate var operationOnly: FileError { FileError(operation, URL(filePath: "/"), code: code) }
}

@Suite struct FileLockTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func oneAtATimeHoldsALock() throws {
        let file = folder.url.appending(path: "lock")
        var lock = try #require(try FileLock.take(file)) as FileLock?
        #expect(try FileLock.take(file) == nil)
        #expect(try FileLock.take(file, waiting: .milliseconds(20)) == nil)
        try lock?.sign("a long signature")
        try lock?.sign("short")
        #expect(try Data(contentsOf: file) == Data("short".utf8))
        lock = nil
        #expect(try FileLock.take(file) != nil)
    }

    @Test func aLockIsNoLink() throws {
        let (file, target) = (folder.url.appending(path: "lock"), folder.url.appending(path: "target"))
        try FileManager.default.createSymbolicLink(at: file, withDestinationURL: target)
        #expect(throws: FileError(.open, file, code: ELOOP)) { try FileLock.take(file) }
        #expect(!FileManager.default.fileExists(atPath: target.path))
    }
}
