import Adapters
import Foundation
import TestSupport
import Testing

@testable import Versions

/// What a version must not hold is refused before anything is written.
@Suite struct CandidateTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let version: VersionID
    let candidate: URL

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        version = try Sample.version(1)
        candidate = try Sample.candidate(version, in: folder)
    }

    private func expectRefusal(_ error: VersionError, _ location: SourceLocation = #_sourceLocation) throws {
        #expect(throws: error, sourceLocation: location) {
            try store.commit(candidate, as: version, message: Sample.message(version), author: Sample.author, at: Sample.time)
        }
        #expect(try store.versions().isEmpty, sourceLocation: location)
        #expect(try GitProgram(folder: store.folder)("count-objects").output.hasPrefix("0 objects") || error.isLate)
    }

    @Test func linksAndPipes() throws {
        let entry = candidate.appending(path: "x.json")
        try FileManager.default.createSymbolicLink(atPath: entry.path, withDestinationPath: "/etc/hostname")
        try expectRefusal(.notAFile(path: entry.path))
        try FileManager.default.removeItem(at: entry)
        #expect(mkfifo(entry.path, 0o600) == 0)
        try expectRefusal(.notAFile(path: entry.path))
    }

    @Test(arguments: ["a b.json", "a\tb", "naïve.json", "a;b", ".git", ".gitmodules", "a\u{1B}", "quote\"d", "back\\slash"])
    func namesThatDoNotTravel(_ name: String) throws {
        let entry = candidate.appending(path: name)
        try Data().write(to: entry)
        try expectRefusal(.badFileName(path: entry.path))
    }

    @Test func aPointerInPlaceOfAFile() throws {
        let entry = candidate.appending(path: "tokenizer.model")
        try Data(LargeFilePointerTests.example.utf8).write(to: entry)
        try expectRefusal(.pointer(path: entry.path))
    }
}

extension VersionError {
    /// Pointers are found while files are read, after others have been stored as objects that nothing refers to.
    fileprivate var isLate: Bool { if case .pointer = self { true } else { false } }
}
