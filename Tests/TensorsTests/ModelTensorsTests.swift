import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct ModelTensorsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, _ tensors: [String: [Float]]) throws {
        let named = tensors.map { NamedTensor($0, shape: [$1.count], floats: $1) }
        try SafetensorsWriter.write(named, to: folder.url.appending(path: name))
    }

    private func write(index: String) throws {
        try Data(index.utf8).write(to: folder.url.appending(path: "model.safetensors.index.json"))
    }

    private func error() throws -> ModelFolderError {
        try #require(throws: ModelFolderError.self) { try ModelTensors(folder: folder.url) }
    }

    // MARK: Reading

    @Test func aSingleFileStandsBeforeAnIndex() throws {
        try write("model.safetensors", ["w": [1, 2]])
        try write(index: #"{"weight_map":{"w":"absent.safetensors"}}"#)
        let tensors = try ModelTensors(folder: folder.url)
        #expect(tensors.fileNames == ["model.safetensors"])
        #expect(try tensors.float32(named: "w", shape: [2]) == [1, 2])
    }

    @Test func shardsReadAsOne() throws {
        try write("model-00001-of-00002.safetensors", ["b": [1]])
        try write("model-00002-of-00002.safetensors", ["a": [2, 3], "extra": [4]])
        try write(
            index:
                #"{"metadata":{"total_size":12},"weight_map":{"b":"model-00001-of-00002.safetensors","a":"model-00002-of-00002.safetensors"}}"#
        )
        let tensors = try ModelTensors(folder: folder.url)
        #expect(tensors.names == ["a", "b"] && tensors.unlisted == ["extra"])
        #expect(try tensors.float32(named: "a", shape: [2]) == [2, 3])
        #expect(!tensors.contains("extra") && tensors.entry(named: "extra") == nil)
    }

    @Test func someRowsAreTheRowsOfTheWhole() throws {
        let tensor = NamedTensor("w", shape: [3, 2], floats: [1, 2, 3, 4, 5, 6], as: .bf16)
        try SafetensorsWriter.write([tensor], to: folder.url.appending(path: "model.safetensors"))
        let tensors = try ModelTensors(folder: folder.url)
        #expect(try tensors.float32(named: "w", rows: 1..<3, shape: [3, 2]) == [3, 4, 5, 6])
        #expect(try tensors.matrix(named: "w", rows: 3, columns: 2).values == [1, 2, 3, 4, 5, 6])
    }

    // MARK: Tensors that do not fit

    @Test func missingTensorsNameFileAndNearest() throws {
        try write("model.safetensors", ["model.norm.weight": [1]])
        let tensors = try ModelTensors(folder: folder.url)
        let error = try #require(throws: ModelFolderError.self) { try tensors.float32(named: "model.norm.weights", shape: [1]) }
        #expect(error.explanation.what == "The tensor is missing.")
        #expect(error.explanation.place == folder.url.path + "/model.safetensors:model.norm.weights")
        #expect(error.explanation.next.contains("'model.norm.weight'"))
    }

    @Test func wrongShapesNameTensorFileExpectedAndFound() throws {
        try write("model.safetensors", ["w": [1, 2]])
        let tensors = try ModelTensors(folder: folder.url)
        let error = try #require(throws: ModelFolderError.self) { try tensors.float32(named: "w", shape: [2, 1]) }
        #expect(error.explanation.what == "The tensor has shape [2], but the model needs [2, 1].")
        #expect(error.explanation.place == folder.url.path + "/model.safetensors:w")
        #expect(
            throws: ModelFolderError(
                .wrongDType(expected: "U8", found: .f32), folder: folder.url, file: "model.safetensors", tensor: "w")
        ) {
            try tensors.bytes(named: "w", dtype: .u8, shape: [2])
        }
    }

    @Test func numbersThatAreNotFiniteAreFoundByPlace() throws {
        try write("model.safetensors", ["good": [1, 2], "bad": [1, .nan]])
        let tensors = try ModelTensors(folder: folder.url)
        try tensors.checkFinite("good")
        let error = try #require(throws: ModelFolderError.self) { try tensors.checkFinite("bad") }
        #expect(error.reason == .notFinite(index: 1) && error.tensor == "bad")
    }

    // MARK: Folders that do not fit

    @Test(arguments: ["pytorch_model.bin", "model.pt", "consolidated.00.pth", "model.ckpt"])
    func picklesAreRefusedByName(name: String) throws {
        try Data("not even a pickle".utf8).write(to: folder.url.appending(path: name))
        try Data().write(to: folder.url.appending(path: "training_args.bin"))
        let error = try error()
        #expect(error.reason == .pickled && error.file == name)
        #expect(error.explanation.place == folder.url.path + "/" + name)
        #expect(error.explanation.next.hasPrefix("Convert them to safetensors"))
    }

    @Test func foldersWithoutWeightsAreRefused() throws {
        try Data().write(to: folder.url.appending(path: "training_args.bin"))
        #expect(try error().reason == .noWeights)
    }

    @Test(arguments: ["../model.safetensors", "/etc/passwd", "a/b.safetensors", "..", ".", "", #"a\u0000b"#])
    func shardNamesMustBePlain(name: String) throws {
        try write(index: #"{"weight_map":{"w":"\#(name)"}}"#)
        guard case .unsafeName = try error().reason else {
            Issue.record("accepted: \(name)")
            return
        }
    }

    @Test func indexFaultsAreNamed() throws {
        try write("a.safetensors", ["w": [1]])
        try write("b.safetensors", ["w": [1], "v": [2]])
        try write(index: #"{"weight_map":{"w":"a.safetensors","v":"b.safetensors"}}"#)
        #expect(try error().reason == .inTwoShards(other: "a.safetensors"))
        try write(index: #"{"weight_map":{"v":"a.safetensors"}}"#)
        #expect(
            try error() == ModelFolderError(.notInShard, folder: folder.url, file: "a.safetensors", tensor: "v"))
        try write(index: #"{"weight_map":{"w":"c.safetensors"}}"#)
        #expect(try error() == ModelFolderError(.missingShard, folder: folder.url, file: "c.safetensors"))
        try write(index: #"{"weight_map":{"w":"pytorch_model-00001-of-00002.bin"}}"#)
        #expect(try error().reason == .pickled)
        try write(index: #"{"weight_map":{"w":1}}"#)
        #expect(try error().reason == .badIndex(key: "w"))
        try write(index: #"{"metadata":{}}"#)
        #expect(try error().reason == .badIndex(key: "weight_map"))
    }

    // MARK: Links, pipes and the cache

    private func link(_ name: String, to target: String) throws {
        let path = folder.url.appending(path: name)
        try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path.path, withDestinationPath: target)
    }

    @Test func linksThatLeaveTheFolderAreRefused() throws {
        let outside = try TemporaryFolder()
        try SafetensorsWriter.write([NamedTensor("w", shape: [1], floats: [1])], to: outside.url.appending(path: "x.safetensors"))
        try link("model.safetensors", to: outside.url.appending(path: "x.safetensors").path)
        guard case .linkOutside(let target) = try error().reason else {
            Issue.record("the link was followed")
            return
        }
        #expect(target.hasSuffix("/x.safetensors"))
    }

    @Test func linksInsideTheFolderAreFollowed() throws {
        try write("real.safetensors", ["w": [1]])
        try link("model.safetensors", to: "real.safetensors")
        #expect(try ModelTensors(folder: folder.url).float32(named: "w", shape: [1]) == [1])
    }

    @Test func theCacheOfHuggingFaceIsRead() throws {
        try FileManager.default.createDirectory(at: folder.url.appending(path: "blobs"), withIntermediateDirectories: true)
        try write("blobs/0123abcd", ["w": [5]])
        try link("snapshots/rev/model.safetensors", to: "../../blobs/0123abcd")
        #expect(try ModelTensors(folder: folder.url.appending(path: "snapshots/rev")).float32(named: "w", shape: [1]) == [5])
    }

    @Test func contentsThatRepositoriesShareAreFollowed() throws {
        for name in ["blobs/ab", "models--a--b/blobs", "models--a--b/snapshots/rev", "plain/blobs", "plain/snapshots/rev"] {
            try FileManager.default.createDirectory(at: folder.url.appending(path: name), withIntermediateDirectories: true)
        }
        try write("blobs/ab/abcd", ["w": [5]])
        try link("models--a--b/blobs/0123", to: "../../blobs/ab/abcd")
        try link("models--a--b/snapshots/rev/model.safetensors", to: "../../blobs/0123")
        let snapshot = folder.url.appending(path: "models--a--b/snapshots/rev")
        #expect(try ModelTensors(folder: snapshot).float32(named: "w", shape: [1]) == [5])
        try link("plain/snapshots/rev/model.safetensors", to: "../../../blobs/ab/abcd")
        #expect(throws: ModelFolderError.self, "only beside repositories of the cache") {
            try ModelTensors(folder: folder.url.appending(path: "plain/snapshots/rev"))
        }
    }

    @Test func aSnapshotMayLinkToBlobsOnly() throws {
        try write("secret", ["w": [5]])
        try link("snapshots/rev/model.safetensors", to: "../../secret")
        let error = try #require(throws: ModelFolderError.self) {
            try ModelTensors(folder: folder.url.appending(path: "snapshots/rev"))
        }
        guard case .linkOutside = error.reason else {
            Issue.record("\(error)")
            return
        }
    }

    @Test(.timeLimit(.minutes(1))) func pipesAndFoldersInPlaceOfFilesAreRefused() throws {
        #expect(mkfifo(folder.url.appending(path: "model.safetensors").path, 0o600) == 0)
        #expect(try error().reason == .notRegular(.pipe))
        try FileManager.default.removeItem(at: folder.url.appending(path: "model.safetensors"))
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "model.safetensors"), withIntermediateDirectories: true)
        #expect(try error().reason == .notRegular(.folder))
    }

    @Test func aLoopOfLinksEnds() throws {
        try link("model.safetensors", to: "model.safetensors")
        #expect(try error().reason == .missingFile)
    }
}
