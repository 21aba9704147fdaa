import Adapters
import DurableFiles
import Foundation
import Registry
import StrictJSON
import TestSupport
import Testing
import Training
import Versions

@testable import Lifecycle

/// An opening that believes a seal finds all the same whatever has happened since.
@Suite struct AgreementSealTests {
    private let small: SmallRegistry

    init() throws {
        small = try SmallRegistry()
        _ = try small.train()
        _ = try small.train(options: TrainingOptions(declared: JSONObject([("seed", 5)])))
        try sealed()
    }

    private var layout: RegistryLayout { RegistryLayout(root: small.folder.url.appending(path: "registry")) }
    private var seal: URL { layout.caches.appending(path: "agreement") }

    /// What the git program says, without its last line end.
    @discardableResult
    private func git(_ words: String...) throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "-C", layout.versions.path] + words
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Opens when what was written just now can no longer change without a sign.
    @discardableResult
    private func open() throws -> Workspace {
        let occasion = Occasion(actor: SmallRegistry.actor, at: SmallRegistry.moment(70), reason: "test")
        return try Workspace.open(
            RegistryLocation(layout: layout, origin: .option), on: occasion, fileClock: { .now.adding(seconds: 10) })
    }

    private func sealed() throws {
        // what an opening mends is sealed by the next
        for _ in 1...2 { try open() }
        #expect(FileManager.default.fileExists(atPath: seal.path))
    }

    @Test func aSealIsBelieved() throws {
        let versions = try VersionStore(openingAt: layout.versions)
        try git("tag", "-d", "greeter/v1")
        #expect(try open().mended.missing.count == 1)
        let agreement = AgreementSeal(layout, versions, { .now.adding(seconds: 10) })
        try agreement.renew(since: try agreement.look())
        #expect(try open().mended.isClean, "which shows that nothing is looked at")
    }

    /// A sealed repository is not opened, so whatever keeps git from opening it must break the seal.
    @Test(arguments: ["HEAD", "objects", "refs"]) func whatGitCannotOpenIsRefused(_ name: String) throws {
        let place = layout.versions.appending(path: name)
        let aside = small.folder.url.appending(path: "aside")
        try FileManager.default.moveItem(at: place, to: aside)
        #expect(throws: VersionError.self) { try open() }
        try FileManager.default.moveItem(at: aside, to: place)
        #expect(try open().mended.isClean)
    }

    @Test func whatMayChangeOnceMoreWithoutASignIsNotSealed() throws {
        try FileManager.default.removeItem(at: seal)
        try git("update-ref", "refs/heads/own", "adapters/greeter")
        _ = try small.open()
        #expect(!FileManager.default.fileExists(atPath: seal.path))
    }

    @Test func aTagThatIsGoneIsMissed() throws {
        try git("tag", "-d", "greeter/v1")
        #expect(try open().mended.missing.map(\.number) == [1])
        #expect(try open().mended.missing.map(\.number) == [1], "what is wrong is never sealed")
    }

    @Test func anIndexThatWasLostOrRestoredIsBroughtUp() throws {
        let copy = small.folder.url.appending(path: "copy.sqlite")
        try FileManager.default.copyItem(at: layout.database, to: copy)
        let version = VersionID(try AdapterName("greeter"), 1)
        try open().registry.promote(
            version, on: Occasion(actor: SmallRegistry.actor, at: SmallRegistry.moment(80), reason: "good"))
        try sealed()
        try FileManager.default.removeItem(at: layout.database)
        try FileManager.default.copyItem(at: copy, to: layout.database)
        let opened = try open()
        #expect(opened.mended.caughtUp == [version.adapter])
        #expect(try opened.registry.aliases(of: version.adapter)[.production] == version)
    }

    @Test func aTagWithoutARowIsListed() throws {
        let copy = small.folder.url.appending(path: "copy.sqlite")
        try FileManager.default.copyItem(at: layout.database, to: copy)
        let head = try git("rev-parse", "journal/greeter")
        _ = try small.train(options: TrainingOptions(declared: JSONObject([("seed", 6)])))
        try sealed()
        // as a process leaves it that dies after the tag
        try FileManager.default.removeItem(at: layout.database)
        try FileManager.default.copyItem(at: copy, to: layout.database)
        try git("update-ref", "refs/heads/journal/greeter", head)
        #expect(try open().mended.recovered.map(\.number) == [3])
    }

    @Test func aReferenceWrittenInPlaceIsSeen() throws {
        let journal = layout.versions.appending(path: "refs/heads/journal/greeter")
        let parent = try git("rev-parse", "journal/greeter~1")
        let handle = try FileHandle(forWritingTo: journal)
        try handle.write(contentsOf: Data(parent.utf8))
        try handle.close()
        #expect(try open().mended.diverged.map(\.text) == ["greeter"])
    }

    @Test func whoeverIsMovingReferencesKeepsFromSealing() throws {
        try FileManager.default.removeItem(at: seal)
        try Data("refs/tags/greeter/v3\n".utf8).write(to: layout.state.appending(path: "versions.git.lease"))
        let held = try FileLock.take(layout.state.appending(path: "versions.git.lease"))
        try open()
        #expect(!FileManager.default.fileExists(atPath: seal.path))
        withExtendedLifetime(held) {}
    }
}
