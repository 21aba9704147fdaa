import Digests
import DurableFiles
import Foundation
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Llama

/// What a cache says is remembered.
private final class Notices: Sendable {
    private let heard = Mutex<[WeightCache.Notice]>([])

    var all: [WeightCache.Notice] { heard.withLock { $0 } }
    func hear(_ notice: WeightCache.Notice) { heard.withLock { $0.append(notice) } }
}

@Suite struct WeightCacheTests {
    private let folder: TemporaryFolder
    private let notices = Notices()
    private let golden = GoldenModel(name: "tiny-llama")

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.copyItem(at: golden.folder, to: base)
    }

    private var base: URL { folder.url.appending(path: "base") }
    private var caches: URL { folder.url.appending(path: "caches") }

    private func open(_ arithmetic: Arithmetic = .fp32, in caches: URL? = nil) throws -> LlamaModel {
        let cache = WeightCache(in: caches ?? self.caches) { [notices] in notices.hear($0) }
        return try LlamaModel(folder: base, precision: .nf4, arithmetic: arithmetic, cache: cache)
    }

    private var logits: [Float] {
        get throws { try open().logits(of: TokenBatch([TinyModel.row(40, from: 0)]), adapter: nil)[0].values }
    }

    private func expected() throws -> [Float] {
        try LlamaModel(folder: base, precision: .nf4).logits(of: TokenBatch([TinyModel.row(40, from: 0)]), adapter: nil)[0].values
    }

    private var shelves: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: caches.path).filter { $0.hasPrefix("nf4-1-") } }
    }

    /// The folder of the only base.
    private var shelf: URL {
        get throws {
            let names = try shelves
            try #require(names.count == 1)
            return caches.appending(path: names[0])
        }
    }

    private var file: URL { get throws { try shelf.appending(path: "weights.safetensors") } }

    private func isMadeAgain(after damage: (URL) throws -> Void) throws {
        _ = try open()
        let whole = try Data(contentsOf: file)
        try damage(file)
        #expect(try logits == expected())
        #expect(notices.all == [.refused(file: try file.path)])
        #expect(try Data(contentsOf: file) == whole)
    }

    @Test func `a base from the cache computes the same bits, and is quantized once`() throws {
        #expect(try logits == expected())
        let inode = try FileStamp(of: file).inode
        #expect(try logits == expected())
        #expect(try FileStamp(of: file).inode == inode && notices.all.isEmpty)
    }

    @Test func `a file cut short is refused and made again`() throws {
        try isMadeAgain { file in
            let handle = try FileHandle(forWritingTo: file)
            try handle.truncate(atOffset: 100_000)
            try handle.close()
        }
    }

    @Test func `a file with one other bit is refused and made again`() throws {
        try isMadeAgain { file in
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count - 1000] ^= 1
            try bytes.write(to: file)
        }
    }

    @Test func `a file without its seal is refused and made again`() throws {
        try isMadeAgain { try FileManager.default.removeItem(at: $0.deletingLastPathComponent().appending(path: "seal")) }
    }

    @Test func `the seal of another file does not vouch for this one`() throws {
        try isMadeAgain { file in
            try Data("\(ContentDigest(of: Data()))\n".utf8).write(to: file.deletingLastPathComponent().appending(path: "seal"))
        }
    }

    @Test func `another base has another file`() throws {
        _ = try open()
        let weights = base.appending(path: "model.safetensors")
        var bytes = try Data(contentsOf: weights)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: weights)
        #expect(try logits == expected())
        #expect(try shelves.count == 2)
    }

    @Test func `a draft that a killed process left is removed`() throws {
        _ = try open()
        let draft = try shelf.appending(path: ".draft-left")
        try Data(count: 10).write(to: draft)
        try FileManager.default.removeItem(at: file)
        _ = try open()
        let names = try FileManager.default.contentsOfDirectory(atPath: shelf.path).sorted()
        #expect(names == ["lock", "seal", "weights.safetensors"])
    }

    @Test func `where nothing can be kept the base is quantized in memory`() throws {
        let model = try open(in: base.appending(path: "config.json/caches"))
        #expect(try model.logits(of: TokenBatch([TinyModel.row(40, from: 0)]), adapter: nil)[0].values == expected())
        guard case .unavailable? = notices.all.last else { Issue.record("\(notices.all)"); return }
    }

    @Test(arguments: ["model.embed_tokens.weight", "model.layers.1.mlp.down_proj.weight"])
    func `a base with a number that is none leaves no cache`(_ name: String) throws {
        let weights = base.appending(path: "model.safetensors")
        let source = try SafetensorsFile(opening: weights)
        let tensors = try source.entries.map { entry in
            var floats = try source.float32(named: entry.name)
            if entry.name == name { floats[5] = .nan }
            return NamedTensor(entry.name, shape: entry.shape, floats: floats)
        }
        try SafetensorsWriter.write(tensors, to: weights)
        let error = #expect(throws: ModelFolderError.self) { try open() }
        #expect(error?.tensor == name && error?.reason == .notFinite(index: 5))
        #expect(try FileManager.default.contentsOfDirectory(atPath: shelf.path) == ["lock"])
    }
}
