import Adapters
import Digests
import Foundation
import TestSupport
import Testing

@testable import Registry

@Suite struct ReadOnlyTests {
    let folder: TemporaryFolder
    let layout: RegistryLayout

    init() throws {
        folder = try TemporaryFolder()
        layout = RegistryLayout(root: folder.url.appending(path: "registry"))
        try Sample.admit(to: Sample.registry(in: folder))
    }

    private func state() throws -> [String: ContentDigest] {
        var state: [String: ContentDigest] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: layout.state.path) {
            let file = layout.state.appending(path: path)
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
            if !isFolder.boolValue { state[path] = try ContentDigest(ofFile: file) }
        }
        return state
    }

    @Test func whatIsRecordedCanBeReadAndNothingIsTouched() throws {
        let before = try state()
        let registry = try Sample.open(layout, access: .readOnly)
        #expect(try registry.versions(of: Sample.name()).count == 1)
        let mended = try registry.reconcile(
            with: GitVersions(tags: [], read: { _ in throw CancellationError() }), on: Sample.occasion())
        #expect(mended.missing == [try Sample.version(1)], "git holds no version of this registry")
        #expect(try state() == before)
    }

    @Test func whatWouldChangeItIsRefused() throws {
        let registry = try Sample.open(layout, access: .readOnly)
        #expect(throws: RegistryError.readOnly(path: layout.state.path)) {
            try registry.promote(Sample.version(1), on: Sample.occasion())
        }
    }

    @Test func aRegistryWithoutAnIndexCannotBeMadeOneByReading() throws {
        try FileManager.default.removeItem(at: layout.database)
        #expect(throws: RegistryError.readOnly(path: layout.root.path)) {
            try Sample.open(layout, access: .readOnly)
        }
        #expect(!FileManager.default.fileExists(atPath: layout.database.path))
    }
}
