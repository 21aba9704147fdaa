import Adapters
import DataDoctor
import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Lifecycle

@Suite("Splits and cleaned copies replace nothing, and what was frozen stays")
struct DataFilesTests {
    private let folder: TemporaryFolder
    private let file: URL

    init() throws {
        folder = try TemporaryFolder()
        file = folder.url.appending(path: "rows.jsonl")
        let rows = (0..<30).map { "{\"prompt\": \"question \($0 * 7919) about \($0 * 31)\", \"completion\": \"\($0 % 2)\"}\n" }
        try Data(rows.joined().utf8).write(to: file)
    }

    private func split(_ name: String) throws -> SplitData.Outcome {
        try SplitData(file: file, request: .init(amount: .rows(6), seed: 5)).run(into: folder.url.appending(path: name))
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }

    @Test func aSplitIsFrozenByTheNameOfItsBytes() throws {
        let outcome = try split("parts")
        let manifest = try DatasetManifest(json: JSONValue(contentsOf: outcome.folder.appending(path: DatasetManifest.fileName)))
        #expect(manifest == outcome.manifest)
        #expect(manifest.heldOut?.split.rows == 6)
        let heldOut = outcome.folder.appending(path: "held_out.jsonl")
        try FrozenHeldOut.require(heldOut)
        let whole = try Data(contentsOf: heldOut)
        try (whole + Data("{\"text\": \"one more\"}\n".utf8)).write(to: heldOut)
        #expect(throws: DoctorError.self) { try FrozenHeldOut.require(heldOut) }
        try whole.write(to: heldOut)
        try FrozenHeldOut.require(heldOut)
        try Data("{".utf8).write(to: outcome.folder.appending(path: DatasetManifest.fileName))
        #expect(throws: (any Error).self) { try FrozenHeldOut.require(heldOut) }
    }

    @Test func whatStandsThereIsNeverReplaced() throws {
        _ = try split("parts")
        let before = try names()
        #expect(throws: DoctorError.exists(path: folder.url.appending(path: "parts").path)) { try split("parts") }
        #expect(try names() == before)
        let copy = folder.url.appending(path: "clean.jsonl")
        let list = FixData.list(beside: copy)
        try Data("mine".utf8).write(to: list)
        let source = try CheckData(.init(subject: file.path, file: file)) { throw CocoaError(.fileNoSuchFile) }
        #expect(throws: DoctorError.exists(path: list.path, mayReplace: true)) {
            try FixData(source, leavingOut: Set(DataCleaning.Reason.allCases)).run(to: copy)
        }
        #expect(try String(contentsOf: list, encoding: .utf8) == "mine")
        #expect(!FileManager.default.fileExists(atPath: copy.path))
    }

    @Test func aCopyKeepsItsLinesToTheByteAndListsTheRest() throws {
        let odd = #"  {"completion":"1" , "prompt":"a q\u0075estion apart", "extra": [1,  2]}"#
        let repeated = #"{"prompt": "a question apart", "completion": "1"}"#
        try Data("\(odd)\r\n\n\(repeated)\n{\n".utf8).write(to: file)
        let copy = folder.url.appending(path: "clean.jsonl")
        let source = try CheckData(.init(subject: file.path, file: file)) { throw CocoaError(.fileNoSuchFile) }
        let outcome = try FixData(source, leavingOut: Set(DataCleaning.Reason.allCases)).run(to: copy)
        #expect(try String(contentsOf: copy, encoding: .utf8) == odd + "\n")
        let list = try String(contentsOf: outcome.list, encoding: .utf8).split(separator: "\n")
        #expect(
            list == [
                #"{"line":3,"reason":"exact_duplicate","twin_line":1}"#, #"{"line":4,"reason":"bad_line","twin_line":null}"#,
            ])
        #expect(outcome.cleaning.keptRows == 1)
        #expect(try names() == ["clean.jsonl", "clean.jsonl.left-out.jsonl", "rows.jsonl"])
    }
}
