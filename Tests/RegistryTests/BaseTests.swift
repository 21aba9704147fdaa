import Adapters
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Registry

@Suite struct BaseTests {
    let folder: TemporaryFolder
    let registry: AdapterRegistry
    let model: URL

    init() throws {
        folder = try TemporaryFolder()
        registry = try Sample.registry(in: folder)
        model = folder.url.appending(path: "models/tiny")
        try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
        for (name, text) in [
            ("config.json", "{}"), ("model.safetensors", "weights"), ("tokenizer.json", "{}"), ("README.md", "hi"),
            ("LICENSE", "terms"), ("pytorch_model.bin", "pickle"), (".cache", "x"),
        ] { try write(text, to: name) }
    }

    private func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: model.appending(path: name)) }

    private func pin(_ name: String = "tiny") throws -> BaseDeclaration {
        try registry.addBase(try BaseName(name), folder: model, revision: "0a1b")
    }

    @Test func aPinHoldsTheFilesOfTheModel() throws {
        let base = try pin()
        #expect(base.files.map(\.path) == ["LICENSE", "README.md", "config.json", "model.safetensors", "tokenizer.json"])
        // echo -n weights | sha256sum
        #expect(base.files[3].digest.hex == "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c")
        #expect(base.files[3].size == 7)
        #expect(base.folder == "../models/tiny", "beside the registry: both can move together")
        #expect(try registry.base(named: "tiny") == base)
        #expect(try registry.bases() == [base])
        #expect(registry.observe(base) == .unchanged)
    }

    @Test func everyDifferenceIsFoundAndNamedByWhatItDecides() throws {
        let base = try pin()
        try write("{\"model\": {}}", to: "tokenizer.json")
        try write("more", to: "chat_template.jinja")
        try FileManager.default.removeItem(at: model.appending(path: "README.md"))
        let changes = try registry.changes(to: base)
        #expect(
            changes == [
                BaseFileChange(kind: .removed, path: "README.md"), BaseFileChange(kind: .added, path: "chat_template.jinja"),
                BaseFileChange(kind: .changed, path: "tokenizer.json"),
            ])
        #expect(registry.observe(base) == .changed([.cosmetic, .chatTemplate, .tokenizer]))
    }

    @Test func whatIsNoFileOfTheModelDoesNotCount() throws {
        let base = try pin()
        try write("other", to: "pytorch_model.bin")
        try write("x", to: "notes.tmp")
        #expect(registry.observe(base) == .unchanged)
    }

    @Test func aFolderThatIsGoneIsARemovedBase() throws {
        let base = try pin()
        try FileManager.default.removeItem(at: model)
        #expect(registry.observe(base) == .changed([.removed]))
        #expect(try registry.changes(to: base).allSatisfy { $0.kind == .removed })
    }

    @Test func aDownloadCacheOfLinksIsFollowed() throws {
        let blob = folder.url.appending(path: "blobs/abc")
        try FileManager.default.createDirectory(at: blob.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.moveItem(at: model.appending(path: "model.safetensors"), to: blob)
        try FileManager.default.createSymbolicLink(
            atPath: model.appending(path: "model.safetensors").path, withDestinationPath: "../../blobs/abc")
        #expect(try pin().files.first { $0.path == "model.safetensors" }?.size == 7)
    }

    @Test func aPipeInTheFolderIsRefusedAndDoesNotBlock() throws {
        #expect(mkfifo(model.appending(path: "extra.json").path, 0o600) == 0)
        #expect(throws: DeclarationError.notAFile(path: model.appending(path: "extra.json").path)) { try pin() }
        #expect(try registry.bases().isEmpty)
    }

    @Test func aFolderWithoutConfigIsNoModel() throws {
        try FileManager.default.removeItem(at: model.appending(path: "config.json"))
        #expect(throws: DeclarationError.noModel(path: model.path)) { try pin() }
        #expect(throws: DeclarationError.noModel(path: model.appending(path: "LICENSE").path)) {
            try registry.addBase(BaseName("x"), folder: model.appending(path: "LICENSE"), revision: nil)
        }
    }

    @Test func aNameIsPinnedOnce() throws {
        let base = try pin()
        #expect(throws: DeclarationError.baseExists(base.name)) { try pin() }
        #expect(throws: DeclarationError.self) { try pin("Tiny") }
        #expect(throws: DeclarationError.unknownBase("tini", nearest: "tiny")) { try registry.base(named: "tini") }
    }

    @Test func aPinThatWasEditedIsRefused() throws {
        let base = try pin()
        let file = registry.layout.file(of: base.name)
        let text = try String(contentsOf: file, encoding: .utf8)
        try Data(text.replacing("size: 7", with: "size: 8").utf8).write(to: file)
        #expect(throws: DeclarationError.self) { try registry.base(named: "tiny") }
    }
}

@Suite struct DatasetTests {
    @Test func aDataSetIsItsBytes() throws {
        let folder = try TemporaryFolder()
        let (train, heldOut) = (folder.url.appending(path: "train.jsonl"), folder.url.appending(path: "held_out.jsonl"))
        try Data("{\"a\": 1}\n\n  \t\r\n{\"a\": 2}\n{\"a\": 3}".utf8).write(to: train)
        try Data("{}\r\n".utf8).write(to: heldOut)
        let dataset = try DatasetVersion(train: train, heldOut: heldOut)
        #expect(dataset.train.rows == 3)
        #expect(dataset.heldOut?.rows == 1)
        // sha256sum of both files, then of the two lines "train <hex>", "held_out <hex>"; coreutils 9.1
        #expect(dataset.train.digest.hex == "f11af0c782de484e0f4d30a22a6ce087c7e2018660bbae8f98305b7a25850a28")
        #expect(dataset.digest.hex == "d704e644f51c8e41982c330a3c3e5ef98c63bb700986bea4fbd18ca25b39605a")
        #expect("\(dataset)" == "ds-d704e644")
        #expect(try DatasetVersion(json: dataset.json) == dataset)
        try Data("{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n".utf8).write(to: train)
        #expect(try DatasetVersion(train: train, heldOut: heldOut) != dataset)
    }
}
