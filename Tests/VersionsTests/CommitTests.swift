import Adapters
import Digests
import Foundation
import TestSupport
import Testing

@testable import Versions

@Suite struct CommitTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let git: GitProgram

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "state/versions.git"))
        git = GitProgram(folder: store.folder)
    }

    @Test func aNewRepositoryIsSoundAndEmpty() throws {
        try git.expectSound()
        #expect(try store.versions().isEmpty)
        #expect(try git("rev-parse", "--is-bare-repository").output == "true\n")
        #expect(try git("status").complaints.contains("warning") == false)
    }

    @Test func theTreeIsTheCandidateFolder() throws {
        let version = try Sample.version(1)
        try Sample.commit(version, to: store, in: folder)
        try git.expectSound()
        let names = try git("ls-tree", "-r", "--name-only", "ticket-router/v1").output.split(separator: "\n").map(String.init)
        #expect(
            names == [
                ".gitattributes", "README.md", "adapter_config.json", "adapter_model.safetensors", "empty.txt",
                "evaluation.json", "lineage.json", "templates/tool_use.jinja",
            ])
        #expect(try git("show", "ticket-router/v1:adapter_config.json").output == #"{"r": 16}"#)
        #expect(try git("show", "ticket-router/v1:templates/tool_use.jinja").output == "{{ messages }}")
    }

    @Test func largeFilesAreWhereGitLFSKeepsThem() throws {
        let version = try Sample.version(1)
        let candidate = try Sample.candidate(version, in: folder)
        try Sample.commit(version, to: store, in: folder)
        let weights = try Data(contentsOf: candidate.appending(path: "adapter_model.safetensors"))
        let hex = ContentDigest(of: weights).hex
        #expect(
            try git("show", "ticket-router/v1:adapter_model.safetensors").output
                == "version https://git-lfs.github.com/spec/v1\noid sha256:\(hex)\nsize \(weights.count)\n")
        let object = store.folder.appending(path: "lfs/objects/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(hex)")
        #expect(try Data(contentsOf: object) == weights)
        #expect(
            try git("show", "ticket-router/v1:.gitattributes").output
                == "adapter_model.safetensors filter=lfs diff=lfs merge=lfs -text\n")
    }

    @Test func gitAloneShowsVersionsTagsAndMessages() throws {
        let commits = try (1...3).map { try Sample.commit(Sample.version($0), to: store, in: folder) }
        try Sample.commit(Sample.version(1, of: "invoice-reader"), to: store, in: folder)
        let log = try git("log", "--format=%H %an <%ae> %at %s", "adapters/ticket-router").output
        #expect(
            log.split(separator: "\n").map(String.init)
                == zip(commits, 1...3).reversed().map {
                    "\($0) Ada Marin <ada@example.org> \(Sample.time.secondsSinceEpoch) ticket-router v\($1): error 4.0 %"
                })
        #expect(try git("log", "--oneline").output.split(separator: "\n").count == 3, "HEAD shows the first adapter")
        #expect(
            try git("tag", "-l").output == "invoice-reader/v1\nticket-router/v1\nticket-router/v2\nticket-router/v3\n")
        let trailers = try git("tag", "-l", "--format=%(trailers:unfold)", "ticket-router/v2").output
        #expect(
            trailers
                == "Adapter: ticket-router\nVersion: v2\nBase: demo-base\nDataset: ds-1a2b3c4d\nRank: 16\nLearning-Rate: 0.0002\n\n"
        )
        #expect(try git("cat-file", "-t", "ticket-router/v2").output == "tag\n")
        #expect(try git("log", "-1", "--format=%(trailers:key=Rank,valueonly)", "ticket-router/v2").output == "16\n\n")
    }

    @Test func everyMoveIsInTheLogOfItsReference() throws {
        try (1...2).forEach { try Sample.commit(Sample.version($0), to: store, in: folder) }
        let moves = try git("reflog", "show", "--format=%gn %gs", "adapters/ticket-router").output
        #expect(
            moves
                == "Ada Marin commit: ticket-router v2: error 4.0 %\nAda Marin commit (initial): ticket-router v1: error 4.0 %\n")
    }

    @Test func versionsAndMessagesReadBack() throws {
        let commits = try (1...11).map { try Sample.commit(Sample.version($0), to: store, in: folder) }
        let adapter = try AdapterName("ticket-router")
        #expect(try store.versions(of: adapter).map(\.version.number) == Array(1...11), "by number, not by text")
        #expect(try store.versions().map(\.commit) == commits)
        let version = try Sample.version(3)
        #expect(try store.message(of: version) == Sample.message(version))
        let published = try store.published(version)
        #expect(published == PublishedVersion(commit: commits[2], lineage: try Sample.lineage(version), at: Sample.time))
        #expect(try store.contents(of: "evaluation.json", in: version) == Data("{}\n".utf8))
        #expect(try store.contents(of: "nothing.json", in: version) == nil)
    }

    @Test func onlyTheNextVersionIsCommitted() throws {
        try Sample.commit(Sample.version(1), to: store, in: folder)
        #expect(throws: VersionError.taken(try Sample.version(1))) { try Sample.commit(Sample.version(1), to: store, in: folder) }
        #expect(throws: VersionError.outOfOrder(try Sample.version(3), expected: try Sample.version(2))) {
            try Sample.commit(Sample.version(3), to: store, in: folder)
        }
        #expect(try git("rev-list", "--count", "adapters/ticket-router").output == "1\n")
    }

    @Test func aLineageOfAnotherVersionIsRefused() throws {
        let version = try Sample.version(1)
        let candidate = try Sample.candidate(version, in: folder)
        try Sample.lineage(Sample.version(2)).data.write(to: candidate.appending(path: "lineage.json"))
        #expect(throws: VersionError.self) {
            try store.commit(candidate, as: version, message: Sample.message(version), author: Sample.author, at: Sample.time)
        }
        #expect(try store.versions().isEmpty)
    }

    @Test func tagsThatNameNoVersionArePassedOver() throws {
        try Sample.commit(Sample.version(1), to: store, in: folder)
        for name in ["release", "ticket-router/v01", "ticket-router/vx", "a/b/v1"] {
            #expect(try git("tag", name, "ticket-router/v1").status == 0)
        }
        #expect(try store.versions().map(\.version) == [try Sample.version(1)])
    }

    @Test func versionsOutliveGitsOwnPacking() throws {
        try (1...3).forEach { try Sample.commit(Sample.version($0), to: store, in: folder) }
        #expect(try git("gc", "--prune=now").status == 0)
        #expect(try git("pack-refs", "--all").status == 0)
        try Sample.commit(Sample.version(4), to: store, in: folder)
        #expect(try store.versions().count == 4)
        for version in try store.versions() { #expect(try store.verify(version.version).isEmpty) }
        try git.expectSound()
    }
}
