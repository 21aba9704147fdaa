import Foundation
import TestSupport
import Testing

@testable import Hub

@Suite struct HubSettingsTests {
    private func settings(_ environment: [String: String]) throws -> HubSettings {
        try HubSettings(environment: ["HOME": "/home/ada"].merging(environment) { $1 })
    }

    @Test func theCacheIsWhereItsVariablesSay() throws {
        let cases: [([String: String], String)] = [
            ([:], "/home/ada/.cache/huggingface/hub"), (["XDG_CACHE_HOME": "/c"], "/c/huggingface/hub"),
            (["HF_HOME": "~/hf"], "/home/ada/hf/hub"), (["HF_HOME": "$DATA/hf", "DATA": "/data"], "/data/hf/hub"),
            (["HF_HOME": "/hf", "HF_HUB_CACHE": "${DATA}x", "DATA": "/data"], "/datax"),
            (["HUGGINGFACE_HUB_CACHE": "/old"], "/old"), (["HF_HUB_CACHE": ""], "/home/ada/.cache/huggingface/hub"),
        ]
        for (environment, path) in cases { #expect(try settings(environment).cache.path == path) }
        #expect(throws: HubError.noHome) { try HubSettings(environment: [:]) }
        #expect(try HubSettings(environment: ["HF_HOME": "/hf"]).cache.path == "/hf/hub")
    }

    @Test func theTokenIsFoundAndTrimmed() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token")
        try Data(" hf_file \n".utf8).write(to: file)
        #expect(try settings(["HF_HOME": folder.url.path]).token == "hf_file")
        #expect(try settings(["HF_TOKEN_PATH": file.path]).token == "hf_file")
        #expect(try settings(["HF_TOKEN": "hf_a\n", "HUGGING_FACE_HUB_TOKEN": "hf_b"]).token == "hf_a")
        #expect(try settings(["HUGGING_FACE_HUB_TOKEN": "hf_b"]).token == "hf_b")
        #expect(try settings(["HF_TOKEN": "hf_a", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]).token == nil)
        #expect(try settings([:]).token == nil)
    }

    @Test func theRestIsReadAsTheHubsToolsDo() throws {
        #expect(try settings([:]).endpoint == "https://huggingface.co")
        #expect(try settings(["HF_ENDPOINT": "http://mirror:8080//"]).endpoint == "http://mirror:8080")
        #expect(throws: HubError.badVariable("HF_ENDPOINT", "mirror")) { try settings(["HF_ENDPOINT": "mirror"]) }
        for text in ["1", "TRUE", "yes", "On"] { #expect(try settings(["HF_HUB_OFFLINE": text]).isOffline) }
        #expect(try settings(["TRANSFORMERS_OFFLINE": "1"]).isOffline)
        #expect(try !settings(["HF_HUB_OFFLINE": "0"]).isOffline)
        #expect(try settings(["HF_HUB_ETAG_TIMEOUT": "2.5"]).replyTimeout == .milliseconds(2500))
        #expect(throws: HubError.badVariable("HF_HUB_DOWNLOAD_TIMEOUT", "soon")) {
            try settings(["HF_HUB_DOWNLOAD_TIMEOUT": "soon"])
        }
    }

    @Test(arguments: ["Qwen/Qwen3-0.6B", "a/b", "meta-llama/Llama-3.2-1B", "x_y/z.w"])
    func namesOfModels(name: String) throws { #expect(try RepositoryID(name).description == name) }

    @Test(arguments: [
        "", "gpt2", "a/b/c", "a/", "/b", "a--b/c", "a/..", "a/b.git", "a/b c", "../x", "a/.b", "-a/b", "a/b-", "a/ü",
        String(repeating: "a", count: 60) + "/" + String(repeating: "b", count: 60),
    ])
    func whatNamesNoModel(name: String) { #expect(throws: HubError.badRepository(name)) { try RepositoryID(name) } }

    @Test func revisionsFollowAnAt() throws {
        #expect(try HubReference("a/b").revision == "main")
        #expect(try HubReference("a/b@refs/pr/1").revision == "refs/pr/1")
        #expect(try HubReference("a/b@0123456789abcdef0123456789abcdef01234567").isCommit)
        for bad in ["", "..", "a..b", "/a", "a b", ".hidden", "a/.git", "x\n", "a:b"] {
            #expect(throws: HubError.badRevision(bad)) { try HubReference("a/b@\(bad)") }
        }
    }

    @Test func digestsAreThoseOfGitAndSha256sum() {
        // printf hello | git hash-object --stdin; printf hello | sha256sum
        let hello = Data("hello".utf8)
        #expect(HubFile.Digest.gitBlob("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0").matches(hello))
        #expect(HubFile.Digest.sha256("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824").matches(hello))
        #expect(!HubFile.Digest.gitBlob("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0").matches(Data("hullo".utf8)))
    }
}
