import DurableFiles
import Faults
import Foundation
import HTTP
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import Hub

/// A hub, and an empty cache beside it.
struct SmallHub {
    static let weights = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ ($0 >> 8)) })
    static let files: HubServer.Files = [
        "config.json": Data("{\"model_type\": \"llama\"}".utf8), "tokenizer.json": Data("{}".utf8),
        "README.md": Data("---\nlicense: mit\n---\n".utf8), "LICENSE": Data("terms".utf8), "model.safetensors": weights,
        "pytorch_model.bin": Data("pickle".utf8), "model.gguf": Data("gguf".utf8), ".gitattributes": Data("x".utf8),
        "original/consolidated.00.pth": Data("x".utf8), "additional_chat_templates/tools.jinja": Data("{{ x }}".utf8),
    ]

    let server: HubServer
    let folder: TemporaryFolder
    let commit: String

    init() throws {
        (server, folder) = (try HubServer(), try TemporaryFolder())
        commit = server.commit("lab/tiny", Self.files)
    }

    var cache: URL { folder.url.appending(path: "hub") }
    var repository: URL { cache.appending(path: "models--lab--tiny") }

    func service(_ variables: [String: String] = [:]) throws -> HubService {
        let environment = [
            "HOME": folder.url.path, "HF_ENDPOINT": server.url + "/", "HF_HUB_CACHE": cache.path, "HF_HUB_DOWNLOAD_TIMEOUT": "1",
        ].merging(variables) { $1 }
        var http = HTTPSettings()
        http.pause = { _ in }
        return try HubService(HubSettings(environment: environment), http: http)
    }

    @discardableResult
    func pull(
        _ name: String = "lab/tiny", _ variables: [String: String] = [:],
        progress: @escaping (HubPull.Progress) throws -> Void = { _ in }
    ) throws -> HubPull.Outcome {
        try HubPull(service(variables), progress: progress).run(HubReference(name))
    }

    var parts: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: repository.appending(path: "blobs").path)
                .filter { $0.hasSuffix(".incomplete") }
        }
    }
}

/// Answers by the number of the call, from 1.
final class Calls: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    @discardableResult func next() -> Int {
        count.withLock {
            $0 += 1; return $0
        }
    }
}

@Suite struct HubPullTests {
    private let hub: SmallHub

    init() throws { hub = try SmallHub() }

    private func content(_ path: String) -> Data? {
        FileManager.default.contents(atPath: hub.repository.appending(path: "snapshots/\(hub.commit)/\(path)").path)
    }

    @Test func aPullLeavesTheStandardCache() throws {
        let outcome = try hub.pull()
        #expect(outcome.commit == hub.commit)
        #expect(
            outcome.files.map(\.path) == [
                "LICENSE", "README.md", "additional_chat_templates/tools.jinja", "config.json", "model.safetensors",
                "tokenizer.json",
            ])
        #expect(
            outcome.leftOut.map { "\($0.path): \($0.why)" } == [
                ".gitattributes: notNeeded", "model.gguf: otherFormat", "original/consolidated.00.pth: pickled",
                "pytorch_model.bin: pickled",
            ])
        for file in outcome.files { #expect(content(file.path) == SmallHub.files[file.path]) }
        let manager = FileManager.default
        let snapshot = hub.repository.appending(path: "snapshots/\(hub.commit)")
        let digest = HubServer.sha256(SmallHub.weights)
        #expect(
            try manager.destinationOfSymbolicLink(atPath: snapshot.appending(path: "model.safetensors").path)
                == "../../blobs/\(digest)")
        #expect(
            try manager.destinationOfSymbolicLink(atPath: snapshot.appending(path: "additional_chat_templates/tools.jinja").path)
                == "../../../blobs/\(HubServer.blob(Data("{{ x }}".utf8)))")
        #expect(try String(contentsOf: hub.repository.appending(path: "refs/main"), encoding: .utf8) == hub.commit)
        #expect(manager.fileExists(atPath: hub.repository.appending(path: ".no_exist/\(hub.commit)/chat_template.jinja").path))
        #expect(manager.fileExists(atPath: hub.cache.appending(path: "CACHEDIR.TAG").path))
        #expect(try hub.parts.isEmpty)
        try HubPull.requireSound(outcome)
    }

    @Test func whatIsThereIsNotDownloadedAgain() throws {
        try hub.pull()
        hub.server.forgetRequests()
        let outcome = try hub.pull()
        #expect(outcome.downloaded == 0)
        #expect(!hub.server.hub.requests.contains { $0.path.contains("/resolve/") })
        #expect(hub.server.store.requests.isEmpty)
    }

    @Test func whatTwoCommitsShareIsBroughtOnce() throws {
        try hub.pull()
        let newer = hub.server.commit("lab/tiny", SmallHub.files.merging(["README.md": Data("new".utf8)]) { $1 })
        let outcome = try hub.pull()
        #expect(outcome.commit == newer)
        #expect(outcome.downloaded == 1)
    }

    @Test func theTokenStaysWithTheHub() throws {
        hub.server.change("lab/tiny") { $0.token = "hf_secret" }
        #expect(throws: HubError.noRepository(try RepositoryID("lab/tiny"), endpoint: hub.server.url, hasToken: false)) {
            try hub.pull()
        }
        #expect(throws: HubError.tokenRefused(endpoint: hub.server.url)) { try hub.pull("lab/tiny", ["HF_TOKEN": "wrong"]) }
        try hub.pull("lab/tiny", ["HF_TOKEN": " hf_secret\n"])
        #expect(hub.server.store.requests.count == 1)
        #expect(hub.server.store.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test func aCutDownloadGoesOnWhereItWas() throws {
        let calls = Calls()
        hub.server.onStore { request in
            var answer = HubServer.content(SmallHub.weights, tag: "\"s\"", for: request)
            if calls.next() < 4 { answer.cutAfter = 50_000 }
            return answer
        }
        try hub.pull()
        #expect(content("model.safetensors") == SmallHub.weights)
        let asked = hub.server.store.requests.map { $0.headers["range"] }
        #expect(asked == [nil, "bytes=50000-", "bytes=100000-", "bytes=150000-"])
        #expect(hub.server.store.requests.dropFirst().allSatisfy { $0.headers["if-range"] == "\"s\"" })
    }

    @Test func anotherProcessGoesOnWhereOneWasStopped() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try hub.pull { if $0.file == "model.safetensors", $0.done > 100_000 { throw Stop() } }
        }
        let part = try #require(hub.parts.first)
        let size = try #require(FileManager.default.contents(atPath: hub.repository.appending(path: "blobs/\(part)").path)?.count)
        #expect(size > 50_000 && size < SmallHub.weights.count)
        #expect(content("config.json") == nil, "nothing is listed before all is there")
        try hub.pull()
        #expect(hub.server.store.requests.last?.headers["range"] == "bytes=\(size)-")
        #expect(content("model.safetensors") == SmallHub.weights)
    }

    @Test func aServerThatSendsTheWholeAgainIsUnderstood() throws {
        let calls = Calls()
        hub.server.onStore { _ in
            var answer = LoopbackServer.Answer(200, [("ETag", "\"s\"")], SmallHub.weights)
            if calls.next() == 1 { answer.cutAfter = 70_000 }
            return answer
        }
        try hub.pull()
        #expect(content("model.safetensors") == SmallHub.weights)
        #expect(hub.server.store.requests.count == 2)
    }

    @Test func leftoversOfAnotherFileDoNotSpoilIt() throws {
        try hub.pull()
        let blobs = hub.repository.appending(path: "blobs")
        let digest = HubServer.sha256(SmallHub.weights)
        let blob = blobs.appending(path: digest)
        for left in [Data(repeating: 0, count: 1000), Data(repeating: 0, count: 300_000), Data(repeating: 0, count: 400_000)] {
            try FileManager.default.removeItem(at: blob)
            try left.write(to: blob.appendingPathExtension("lora.incomplete"))
            try hub.pull()
            #expect(content("model.safetensors") == SmallHub.weights)
        }
    }

    @Test func aRangePastTheEndBeginsAnew() throws {
        let calls = Calls()
        hub.server.onStore { request in
            if calls.next() == 1 {
                var answer = LoopbackServer.Answer(200, [], SmallHub.weights)
                answer.cutAfter = 1000
                return answer
            }
            return request.headers["range"] == nil ? nil : .init(416)
        }
        try hub.pull()
        #expect(content("model.safetensors") == SmallHub.weights)
    }

    @Test func wrongBytesAreNeverPublished() throws {
        hub.server.onStore { _ in .init(200, [], Data(SmallHub.weights.reversed())) }
        let failure = try #require(throws: HubError.self) { try hub.pull() }
        #expect(failure == .wrongBytes("model.safetensors", try RepositoryID("lab/tiny"), what: "its digest is another"))
        #expect(failure.explanation.kind == .integrity)
        #expect(content("model.safetensors") == nil)
        hub.server.onStore { _ in nil }
        try hub.pull()
        #expect(content("model.safetensors") == SmallHub.weights)
    }

    @Test func aFileLongerThanToldIsRefused() throws {
        hub.server.onStore { _ in .init(200, [], SmallHub.weights + [1]) }
        #expect(throws: HubError.self) { try hub.pull() }
    }

    @Test func aBusyServerIsWaitedFor() throws {
        let calls = Calls()
        hub.server.onHub { _ in
            switch calls.next() {
            case 1: .init(429, [("Retry-After", "3")])
            case 3: .init(503)
            case 4: .hangingUp
            default: nil
            }
        }
        #expect(try hub.pull().downloaded == 6)
    }

    @Test func aStalledDownloadGoesOn() throws {
        let calls = Calls()
        hub.server.onStore { request in
            var answer = HubServer.content(SmallHub.weights, tag: "\"s\"", for: request)
            if calls.next() == 1 { answer.stall = 5 }
            return answer
        }
        try hub.pull()
        #expect(content("model.safetensors") == SmallHub.weights)
        #expect(hub.server.store.requests.count == 2)
    }

    @Test func listsInPagesAreReadWhole() throws {
        hub.server.setPageSize(3)
        #expect(try hub.pull().files.count == 6)
        #expect(hub.server.hub.requests.count { $0.path.contains("/tree/") } == 4)
    }

    @Test func aPageElsewhereIsRefused() throws {
        hub.server.onHub { request in
            request.path.contains("/tree/") ? .init(200, [("Link", "<http://127.0.0.2:1/x>; rel=\"next\"")], text: "[]") : nil
        }
        guard case .badReply = try #require(throws: HubError.self, performing: { try hub.pull() }) else {
            return #expect(Bool(false))
        }
        #expect(hub.server.hub.requests.count == 2)
    }

    @Test(arguments: [
        "../evil", "/etc/passwd", "a/../../b", "a\\b", "", "a//b", "./x", "x\u{1b}[2J", String(repeating: "n", count: 300),
    ])
    func hostileNamesAreRefusedBeforeAnythingIsWritten(name: String) throws {
        hub.server.commit("lab/tiny", SmallHub.files.merging([name: Data("x".utf8)]) { $1 })
        #expect(throws: HubError.hostileName(name)) { try hub.pull() }
        #expect(!FileManager.default.fileExists(atPath: hub.repository.path))
    }

    @Test(arguments: [
        "", "[", "{}", "[]", "null", "\"text\"", "{\"sha\": \"main\"}", "{\"sha\": \"../../etc\"}", "{\"sha\": 1}", "<html>",
        "{\"sha\": \"0123456789012345678901234567890123456789\", \"sha\": \"x\"}", String(repeating: "[", count: 10_000),
    ])
    func garbageIsABadReply(text: String) throws {
        hub.server.onHub { $0.path.contains("/revision/") ? .init(text: text) : nil }
        guard case .badReply = try #require(throws: HubError.self, performing: { try hub.pull() }) else {
            return #expect(Bool(false))
        }
    }

    @Test(arguments: [
        "{}", "[1]", "[{\"type\": \"file\"}]", "[{\"type\": \"file\", \"path\": \"a\", \"size\": -1, \"oid\": \"0\"}]",
        "[{\"type\": \"file\", \"path\": \"a\", \"size\": 1, \"oid\": \"../../0000000000000000000000000000000000\"}]",
        "[{\"type\": \"file\", \"path\": \"a\", \"size\": 1e300, \"oid\": \"0000000000000000000000000000000000000000\"}]",
    ])
    func aGarbledListIsABadReply(text: String) throws {
        hub.server.onHub { $0.path.contains("/tree/") ? .init(text: text) : nil }
        guard case .badReply = try #require(throws: HubError.self, performing: { try hub.pull() }) else {
            return #expect(Bool(false))
        }
    }

    @Test func eachRefusalSaysWhatItMeans() throws {
        let id = try RepositoryID("lab/tiny")
        #expect(throws: HubError.noRepository(try RepositoryID("lab/none"), endpoint: hub.server.url, hasToken: false)) {
            try hub.pull("lab/none")
        }
        #expect(throws: HubError.noRevision(try HubReference("lab/tiny@v9"))) { try hub.pull("lab/tiny@v9") }
        hub.server.change("lab/tiny") { $0.isGated = true }
        #expect(throws: HubError.gated(id, endpoint: hub.server.url, hasToken: false)) { try hub.pull() }
        hub.server.change("lab/tiny") { ($0.isGated, $0.isDisabled) = (false, true) }
        #expect(throws: HubError.disabled(id)) { try hub.pull() }
        #expect(throws: HubError.offline(id)) { try hub.pull("lab/tiny", ["HF_HUB_OFFLINE": "1"]) }
        hub.server.commit("lab/bare", ["README.md": Data()])
        #expect(throws: HubError.noModel(try HubReference("lab/bare"))) { try hub.pull("lab/bare") }
    }

    @Test func aRenamedRepositoryIsFollowedAndTold() throws {
        hub.server.commit("new/tiny", SmallHub.files)
        hub.server.change("lab/tiny") { $0.renamedTo = "new/tiny" }
        #expect(try hub.pull().renamedTo == "new/tiny")
        #expect(try hub.pull("new/tiny").renamedTo == nil)
    }

    @Test func anotherProcessIsWaitedFor() throws {
        let digest = HubServer.sha256(SmallHub.weights)
        let lock = hub.cache.appending(path: ".locks/models--lab--tiny/\(digest).lock")
        try FileManager.default.createDirectory(at: lock.deletingLastPathComponent(), withIntermediateDirectories: true)
        var held: FileLock? = try FileLock.take(lock)
        #expect(held != nil)
        let (cache, service) = (hub.cache, try hub.service())
        var http = HTTPSettings()
        let waited = Calls()
        http.pause = { _ in waited.next() }
        http.isStopped = { waited.value > 20 }
        let impatient = try HubService(service.settings, http: http)
        #expect(throws: HTTPError.stopped) { try HubPull(impatient) { _ in }.run(HubReference("lab/tiny")) }
        held = nil
        #expect(try hub.pull().downloaded == 1, "the small files were there")
        #expect(FileManager.default.fileExists(atPath: cache.appending(path: "models--lab--tiny/blobs/\(digest)").path))
    }

    @Test func theCacheAnswersWithoutANetwork() throws {
        let cache = HubCache(try hub.service().settings)
        #expect(try cache.snapshot(of: HubReference("lab/tiny")) == nil)
        try hub.pull()
        hub.server.forgetRequests()
        #expect(try cache.snapshot(of: HubReference("lab/tiny"))?.commit == hub.commit)
        #expect(try cache.snapshot(of: HubReference("lab/tiny@\(hub.commit)"))?.commit == hub.commit)
        #expect(try cache.snapshot(of: HubReference("lab/tiny@other")) == nil)
        try Data("../../..".utf8).write(to: hub.repository.appending(path: "refs/evil"))
        #expect(try cache.snapshot(of: HubReference("lab/tiny@evil")) == nil)
        #expect(hub.server.hub.requests.isEmpty)
    }

    @Test func withoutLinksFilesAreCopies() throws {
        try hub.pull("lab/tiny", ["HF_HUB_DISABLE_SYMLINKS": "1"])
        let file = hub.repository.appending(path: "snapshots/\(hub.commit)/config.json")
        #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.type] as? FileAttributeType == .typeRegular)
    }

    @Test func aDamagedBlobIsNoticed() throws {
        let outcome = try hub.pull()
        let blob = hub.repository.appending(path: "blobs/\(HubServer.sha256(SmallHub.weights))")
        var bytes = SmallHub.weights
        bytes[1000] ^= 1
        try bytes.write(to: blob)
        #expect(throws: HubError.self) { try HubPull.requireSound(outcome) }
    }

    @Test func aModelsOwnerIsListed() throws {
        hub.server.commit("lab/tiny-2", SmallHub.files)
        hub.server.commit("other/tiny", SmallHub.files)
        #expect(try hub.service().models(of: "lab").map(\.name) == ["lab/tiny", "lab/tiny-2"])
    }
}
