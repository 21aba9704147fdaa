import Adapters
import Digests
import Foundation
import TestSupport
import Testing

@testable import Versions

/// Versions on their way to another machine: a real server of OpenSSH on this one.
@Suite struct SSHTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let remote: GitProgram
    let server: SSHServer
    let adapter: AdapterName

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        adapter = try AdapterName("ticket-router")
        remote = GitProgram(folder: folder.url.appending(path: "remote.git"))
        try FileManager.default.createDirectory(at: remote.folder, withIntermediateDirectories: true)
        #expect(try remote("init", "--bare", "--quiet").status == 0)
        server = try SSHServer(in: folder.url.appending(path: "server"))
        try Sample.commit(Sample.version(1), to: store, in: folder)
    }

    private func host(path: String? = nil) throws -> RemoteHost {
        let text = "ssh://\(NSUserName())@127.0.0.1:\(server.port)\(path ?? remote.folder.path)"
        return try RemoteHost(try #require(SSHAddress(text, user: "nobody")), SSHKeys(home: server.home))
    }

    @Test func whatIsPushedAndPulledIsTheSameToTheByte() throws {
        let pushed = try store.push([adapter], to: host())
        #expect(pushed.references == ["ticket-router/v1", "adapters/ticket-router"] && pushed.largeFiles == 1)
        try remote.expectSound()
        #expect(try VersionStore(openingAt: remote.folder).verify(Sample.version(1)).isEmpty)
        #expect(try store.push([adapter], to: host()).isEmpty)
        let other = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "other.git"))
        #expect(try other.pull([adapter], from: host()).references == pushed.references)
        #expect(try other.verify(Sample.version(1)).isEmpty)
        #expect(try other.commit(of: Sample.version(1)) == store.commit(of: Sample.version(1)))
    }

    @Test func damageThereIsMendedAndDivergenceLeftAlone() throws {
        _ = try store.push([adapter], to: host())
        let (_, pointer) = try #require(store.largeFiles(of: Sample.version(1)).first)
        let object = LargeFileStore(repository: remote.folder).object(pointer.digest)
        var bytes = try Data(contentsOf: object)
        bytes[1000] ^= 1
        try bytes.write(to: object)
        #expect(try store.push([adapter], to: host(), isThorough: true).mended.count == 1)
        #expect(try ContentDigest(ofFile: object) == pointer.digest)
        let other = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "other.git"))
        let candidate = try Sample.candidate(Sample.version(1), in: folder, weights: 9)
        _ = try other.commit(
            candidate, as: Sample.version(1), message: Sample.message(Sample.version(1)), author: Sample.author, at: Sample.time)
        let error = #expect(throws: RemoteError.self) { try other.push([adapter], to: host()) }
        guard case .diverged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func dataThatAnotherStoredThereMeanwhileStaysAndTheVersionFollows() throws {
        let data = try DatasetSample(DatasetSample.rows(0..<24), in: folder)
        try data.store(in: store)
        try Sample.commit(Sample.version(2), to: store, in: folder, dataset: data.draft.manifest.version)
        let there = try VersionStore(openingAt: remote.folder)
        var store = store
        store.observeTransfer = { step in
            guard case .storedLargeFile = step else { return }
            try there.store(data.draft, author: Actor(name: "Bo", email: "bo@example.org"), at: Sample.time.adding(seconds: 9))
        }
        _ = try store.push([adapter], to: host())
        #expect(try there.dataset(data.id)?.at == Sample.time.adding(seconds: 9))
        #expect(try there.versions().count == 2)
    }

    @Test func aBranchThatMovesMeanwhileIsLeftThereAndOthersGoOn() throws {
        _ = try store.push([adapter], to: host())
        let base = try #require(try store.commit(of: Sample.version(1)))
        let there = remote
        let foreign = try there(
            "-c", "user.name=Bo", "-c", "user.email=bo@example.org", "commit-tree", "\(base.hex)^{tree}", "-p", base.hex,
            "-m", "mine"
        ).output.trimmingCharacters(in: .newlines)
        _ = try store.commit(
            Sample.candidate(Sample.version(2), in: folder, weights: 9), as: Sample.version(2),
            message: Sample.message(Sample.version(2)), author: Sample.author, at: Sample.time)
        try Sample.commit(Sample.version(1, of: "other"), to: store, in: folder)
        var store = store
        store.observeTransfer = { step in
            guard case .storedLargeFile = step else { return }
            _ = try there("update-ref", "refs/heads/adapters/ticket-router", foreign)
        }
        let error = #expect(throws: RemoteError.self) { try store.push([adapter, AdapterName("other")], to: host()) }
        guard case .moved("adapters/ticket-router", base, CommitID(foreign), _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try there("rev-parse", "adapters/ticket-router").output == "\(foreign)\n")
        #expect(try there("rev-parse", "--verify", "--quiet", "adapters/other").status == 0, "nobody touched that one")
    }

    @Test func draftsThatAKilledPushLeftAreReplaced() throws {
        let (_, pointer) = try #require(store.largeFiles(of: Sample.version(1)).first)
        let drafts = remote.folder.appending(path: "lfs/tmp")
        for (name, size) in [("", 100), (".old", 2_000_000)] {
            try FileManager.default.createDirectory(at: drafts, withIntermediateDirectories: true)
            try Data(count: size).write(to: drafts.appending(path: ".draft-\(pointer.digest.hex)\(name)"))
        }
        let object = LargeFileStore(repository: remote.folder).object(pointer.digest)
        try FileManager.default.createDirectory(at: object.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(count: 7).write(to: object)
        _ = try store.push([adapter], to: host())
        #expect(try ContentDigest(ofFile: object) == pointer.digest)
        #expect(try FileManager.default.contentsOfDirectory(atPath: drafts.path).isEmpty)
    }

    @Test func aFileThatIsLongerThanItsPointerSaysIsNotReadToItsEnd() throws {
        try store.push([adapter], to: host())
        let (_, pointer) = try #require(store.largeFiles(of: Sample.version(1)).first)
        let object = LargeFileStore(repository: remote.folder).object(pointer.digest)
        let sftp = try SFTP(host().session)
        let error = #expect(throws: RemoteError.self) { try sftp.read(object.path, upTo: pointer.size - 1) { _ in } }
        guard case .transfer("read", object.path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        try sftp.read(object.path, upTo: pointer.size) { _ in }
    }

    @Test func aHostThatIsUnknownOrHasAnotherKeyIsRefused() throws {
        let known = server.home.appending(path: ".ssh/known_hosts")
        let right = try String(contentsOf: known, encoding: .utf8)
        try "".write(to: known, atomically: true, encoding: .utf8)
        let unknown = #expect(throws: RemoteError.self) { try host() }
        #expect(unknown == .unknownHost("127.0.0.1", port: server.port, knownHosts: known.path))
        #expect(unknown?.explanation.next.contains("ssh-keyscan -p \(server.port) 127.0.0.1") == true)
        let foreign = try server.makeKey("foreign")
        let name = try #require(right.split(separator: " ").first)
        try "\(name) \(foreign)\n".write(to: known, atomically: true, encoding: .utf8)
        let changed = #expect(throws: RemoteError.self) { try host() }
        #expect(changed == .hostKeyChanged(host: "127.0.0.1", port: server.port, knownHosts: known.path))
        #expect(changed?.explanation.kind == .verification)
    }

    @Test func whoeverIsNotLetInIsToldWhichKeysWereTried() throws {
        for name in ["id_ed25519", "id_ed25519.pub"] {
            try FileManager.default.removeItem(at: server.home.appending(path: ".ssh/\(name)"))
        }
        _ = try server.makeKey("home/.ssh/id_ed25519")
        let error = #expect(throws: RemoteError.self) { try host() }
        guard case .notLetIn(_, let keys, false) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(keys.map { URL(filePath: $0).lastPathComponent } == ["id_ed25519"])
    }

    @Test func whatIsNoRepositoryThereIsRefused() throws {
        let error = #expect(throws: RemoteError.self) { try host(path: folder.url.path) }
        guard case .noRepository = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}

@Suite struct RemoteAddressTests {
    @Test(arguments: [
        ("ssh://ada@example.org/srv/a.git", "ada@example.org:/srv/a.git"),
        ("ssh://example.org:2222/srv/a.git", "ssh://me@example.org:2222/srv/a.git"),
        ("git@example.org:a.git", "git@example.org:a.git"), ("example.org:/srv/a.git", "me@example.org:/srv/a.git"),
    ])
    func hostsAreReadAsGitReadsThem(text: String, meant: String) throws {
        #expect(SSHAddress(text, user: "me")?.description == meant)
    }

    @Test(arguments: ["ssh://-oProxyCommand=x/a", "-x:a", "host:-a", "host:", "ssh://host", "ssh://a:b@host/x", "host:a'b", ":a"])
    func whatCouldBeTakenForAnOptionIsRefused(text: String) { #expect(SSHAddress(text, user: "me") == nil) }

    @Test func otherAddressesAreRefused() {
        #expect(throws: RemoteError.self) { try RemoteAddress("https://example.org/a.git", relativeTo: URL(filePath: "/")) }
    }
}
