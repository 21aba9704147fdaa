import Adapters
import DurableFiles
import Faults
import Foundation
import HTTP
import Hub
import Lifecycle
import Policies
import Registry
import TestServers
import TestSupport
import Testing

/// A registry whose base was taken from a hub on this machine.
struct HubRegistry {
    let server: HubServer
    let registry: SmallRegistry
    let files: HubServer.Files

    init() throws {
        (server, registry) = (try HubServer(), try SmallRegistry())
        var files: HubServer.Files = [
            "README.md": Data("---\nlicense: mit\n---\n".utf8), "LICENSE": Data("terms".utf8),
            "pytorch_model.bin": Data("x".utf8),
        ]
        let model = Fixture.golden("tiny-llama")
        for name in [
            "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja",
            "model.safetensors",
        ] {
            files[name] = try Data(contentsOf: model.appending(path: name))
        }
        self.files = files
        server.commit("lab/tiny", files)
    }

    func hub(_ variables: [String: String] = [:], isOffline: Bool = false) throws -> HubAccess {
        let environment = [
            "HOME": registry.folder.url.path, "HF_ENDPOINT": server.url,
            "HF_HUB_CACHE": registry.folder.url.appending(path: "hub").path,
        ].merging(variables) { $1 }
        var http = HTTPSettings()
        http.pause = { _ in }
        return try HubAccess(environment: environment, http: http, isOffline: isOffline)
    }

    @discardableResult
    func pull(_ name: String = "tiny", _ variables: [String: String] = [:]) throws -> PullBase.Outcome {
        try PullBase(in: registry.open(), hub: hub(variables)).run("lab/tiny", name: name, replaces: true) { _ in }
    }

    /// After `days` from when the registry's adapter is trained.
    func check(days: Int = 1, isOffline: Bool = false, _ variables: [String: String] = [:]) throws -> BaseReport {
        let reports = try BaseCheck(
            in: registry.open(), hub: hub(variables, isOffline: isOffline), workingFolder: registry.folder.url
        )
        .run("tiny", now: moment(days))
        return try #require(reports.first)
    }

    func plan(days: Int) throws -> RetrainCase {
        let plan = try RetrainCheck(in: registry.open(), workingFolder: registry.folder.url).run(nil, now: moment(days))
        return try #require(plan.cases.first)
    }

    func moment(_ days: Int) -> Timestamp { SmallRegistry.moment(60).adding(seconds: days * 86_400) }

    func commit(_ changes: [String: String]) {
        server.commit("lab/tiny", files.merging(changes.mapValues { Data($0.utf8) }) { $1 })
    }
}

@Suite struct BaseCheckTests {
    private let hub: HubRegistry

    init() throws {
        hub = try HubRegistry()
        try hub.pull()
    }

    @Test func aPullPinsByCommitAndDigests() throws {
        let base = try hub.registry.open().registry.base(named: "tiny")
        #expect(base.source == "lab/tiny" && base.follows == "main")
        #expect(base.revision?.count == 40)
        #expect(base.files.contains { $0.path == "model.safetensors" && $0.size == hub.files["model.safetensors"]?.count })
        #expect(!base.files.contains { $0.path == "pytorch_model.bin" })
        #expect(try hub.pull().pull?.downloaded == 0)
        // the adapter trains on links into the cache
        _ = try hub.registry.train()
    }

    @Test func nothingNewIsUnchanged() throws {
        let report = try hub.check()
        #expect(report.folder == .unchanged(revision: nil))
        guard case .unchanged(let revision?) = report.hub else { return #expect(Bool(false), "\(report)") }
        #expect(revision.count == 40)
        #expect(report.action == .nothing && report.unchecked.isEmpty)
    }

    @Test(
        arguments: [
            (["README.md": "---\nlicense: mit\n---\nBetter words."], [BaseChange.cosmetic], BaseAction.nothing),
            (["README.md": "---\nlicense: other\n---\n"], [.licence], .reVerify),
            (["LICENSE": "other terms"], [.licence], .reVerify),
            (["generation_config.json": "{\"temperature\": 0.1}"], [.generationConfig], .reVerify),
            (["chat_template.jinja": "{{ messages }}"], [.chatTemplate], .reEvaluate),
            (["model.safetensors": "other"], [.weights], .retrain),
            (
                ["model.safetensors": "other", "README.md": "x", "tokenizer.json": "{}"], [.licence, .tokenizer, .weights],
                .retrain
            ),
        ] as [([String: String], [BaseChange], BaseAction)])
    func aNewCommitIsReadForWhatItMeans(changes: [String: String], effects: [BaseChange], action: BaseAction) throws {
        hub.commit(changes)
        hub.server.forgetRequests()
        let report = try hub.check()
        #expect(report.hub?.effects == Set(effects))
        #expect(report.folder.effects == [])
        #expect(report.action == action)
        #expect(hub.server.store.requests.isEmpty, "weights are not downloaded")
    }

    @Test func theSameInOtherBytesIsCosmetic() throws {
        let config = try #require(hub.files["config.json"].map { String(decoding: $0, as: UTF8.self) })
        hub.commit(["config.json": config.replacing("  ", with: "    ") + "\n"])
        #expect(try hub.check().hub?.effects == [.cosmetic])
    }

    @Test func aModelThatIsGoneIsRemovedAndOneThatIsClosedIsGated() throws {
        hub.server.change("lab/tiny") { $0.isGated = true }
        #expect(try hub.check().hub?.effects == [.gated])
        #expect(try hub.check(["HF_TOKEN": "x"]).hub?.effects == [], "who has accepted the terms sees no difference")
        hub.server.change("lab/tiny") { ($0.isGated, $0.isDisabled) = (false, true) }
        #expect(try hub.check().hub?.effects == [.removed])
        hub.server.remove("lab/tiny")
        let report = try hub.check()
        #expect(report.hub?.effects == [.removed])
        #expect(report.action == .breaking)
        #expect(report.adapters.first?.response.remedy == .migrate)
    }

    @Test func whatTellsNothingOfTheModelLeavesItUnchecked() throws {
        for answer in [
            LoopbackServer.Answer(404, [], text: "<html>"), .init(500), .init(text: "{}"), .init(429, [("Retry-After", "9000")]),
        ] {
            hub.server.onHub { _ in answer }
            let report = try hub.check()
            #expect(report.hub?.effects == nil)
            #expect(report.unchecked.count == 1)
        }
        #expect(try hub.check(["HF_ENDPOINT": "http://127.0.0.1:9"]).hub?.effects == nil)
    }

    @Test func aNewNameIsToldAndIsNoChange() throws {
        hub.server.commit("new/tiny", hub.files)
        hub.server.change("lab/tiny") { $0.renamedTo = "new/tiny" }
        let report = try hub.check()
        guard case .changed(let difference) = report.hub else { return #expect(Bool(false), "\(report)") }
        #expect(difference.remark == "it is called new/tiny now")
        #expect(difference.effects.isEmpty && report.action == .nothing)
    }

    @Test func withoutANetworkNothingIsClaimed() throws {
        hub.server.forgetRequests()
        let report = try hub.check(isOffline: true)
        #expect(report.hub == .unchecked("the network is not used"))
        #expect(report.folder == .unchanged(revision: nil))
        #expect(hub.server.hub.requests.isEmpty)
        hub.commit(["generation_config.json": "{\"temperature\": 0.1}"])
        try hub.pull("second")
        let cached = try hub.check(isOffline: true)
        guard case .changed(let difference) = cached.hub else { return #expect(Bool(false), "\(cached)") }
        #expect(
            difference.isCached && difference.effects == [.generationConfig], "another tool's download tells of a newer commit")
    }

    @Test func theRetrainCheckKnowsWhatALookShowed() throws {
        _ = try hub.registry.train()
        #expect(try hub.plan(days: 1).unchecked.contains("hub: never looked at; `lora base check` does"))
        hub.commit(["model.safetensors": "other"])
        _ = try hub.check(days: 2)
        hub.server.forgetRequests()
        let waiting = try hub.plan(days: 5)
        #expect(waiting.pending.map(\.code) == ["base_changed:weights"] && !waiting.isDue)
        let due = try hub.plan(days: 100)
        #expect(due.reasons.map(\.code) == ["base_changed:weights"])
        #expect(due.reasons[0].words.contains("98 days ago"))
        #expect(due.unchecked.contains { $0.hasPrefix("hub: last looked at on") })
        #expect(hub.server.hub.requests.isEmpty)
    }

    @Test func aBaseThatTheHubHasNoMoreIsAReasonOnce() throws {
        _ = try hub.registry.train()
        hub.server.remove("lab/tiny")
        _ = try hub.check(days: 2)
        #expect(try hub.plan(days: 3).reasons.map(\.code) == ["base_changed:removed"])
        // a look before the training: what it showed is known, and a training has been made since
        _ = try hub.check(days: 4)
        #expect(try hub.plan(days: 5).reasons.map(\.code) == ["base_changed:removed"], "not taken up yet")
        try hub.pinAnew()
        #expect(try hub.plan(days: 6).reasons.map(\.code) == [], "another pin knows nothing of it")
    }

    @Test func anEndOfLifeIsAReasonFromItsDay() throws {
        _ = try hub.registry.train()
        let day = hub.moment(100).date
        let file = hub.registry.folder.url.appending(path: "registry/base-news.yaml")
        try "schema: lora.base-news/1\nend_of_life:\n  - {base: lab/tiny, on: \(day), successor: lab/tiny-2}\n"
            .write(to: file, atomically: true, encoding: .utf8)
        let before = try hub.plan(days: 99)
        #expect(!before.isDue && before.noticed.contains { $0.contains("end of life from \(day)") })
        #expect(before.nextDue.date == day)
        let after = try hub.plan(days: 101)
        #expect(after.reasons.map(\.code) == ["eol"])
        #expect(try hub.check(days: 101).effects(now: hub.moment(101)) == [.endOfLife])
        #expect(try hub.check(days: 101).action == .migrate)
    }

    @Test func aPinMadeAnewIsReadByWhatItChanged() throws {
        _ = try hub.registry.train()
        hub.commit(["README.md": "---\nlicense: mit\n---\nNew words."])
        try hub.pull()
        #expect(try hub.plan(days: 100).reasons.isEmpty, "only the card is another")
        hub.commit(["generation_config.json": "{\"temperature\": 0.1}"])
        try hub.pull()
        #expect(try hub.plan(days: 100).facts.base == .changed([.generationConfig]))
    }

    @Test func newerBasesComeFromTheHubsList() throws {
        let file = hub.registry.folder.url.appending(path: "registry/base-news.yaml")
        try "schema: lora.base-news/1\nfamilies:\n  - {name: numbered, pattern: lab/tiny-*, members: [lab/tiny]}\n"
            .write(to: file, atomically: true, encoding: .utf8)
        #expect(try hub.check().newer.isEmpty)
        hub.server.commit("lab/tiny-2", hub.files)
        hub.server.commit("lab/tiny-1", hub.files)
        try PullBase(in: hub.registry.open(), hub: hub.hub()).pinFirst()
        let reports = try BaseCheck(in: hub.registry.open(), hub: hub.hub(), workingFolder: hub.registry.folder.url)
            .run("first", now: hub.moment(1))
        #expect(reports.first?.newer == ["lab/tiny-2"])
    }

    @Test func aSourceThatIsButANameIsNotCalledRemoved() throws {
        let copy = hub.registry.folder.url.appending(path: "model")
        for source in ["lab/never-published", "lab/tiny"] {
            _ = try hub.registry.open().addBase("tiny", folder: copy, source: source, revision: nil, replaces: true)
            let report = try hub.check()
            #expect(report.hub?.effects == (source == "lab/tiny" ? [.licence, .config, .weights] : nil), "\(report)")
        }
    }

    @Test func aPolicyThatCannotBeReadHidesNothingElse() throws {
        try hub.registry.changeDeclaration { $0.replacing("policy: default", with: "policy: nobody") }
        hub.commit(["LICENSE": "other terms"])
        let report = try hub.check()
        #expect(report.hub?.effects == [.licence])
        #expect(report.adapters.isEmpty && report.unjudged.map(\.name) == ["greeter"])
        #expect(report.unjudged.first?.explanation.what.contains("nobody") == true)
    }

    @Test func aFolderThatCannotBeLookedAtIsNotCalledRemoved() throws {
        let (folder, link) = (hub.registry.folder.url.appending(path: "model"), hub.registry.folder.url.appending(path: "link"))
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: folder)
        _ = try hub.registry.open().addBase("tiny", folder: link, revision: nil, replaces: true)
        try FileManager.default.removeItem(at: link)
        #expect(symlink("link", link.path) == 0)
        #expect(try hub.check().folder.unchecked != nil, "a link to itself tells nothing")
        try FileManager.default.removeItem(at: link)
        #expect(try hub.check().folder.effects == [.removed])
    }

    @Test func aHalfCopiedFolderIsToldByItsFiles() throws {
        let copy = hub.registry.folder.url.appending(path: "model")
        _ = try hub.registry.open().addBase("tiny", folder: copy, revision: nil, replaces: true)
        try FileManager.default.removeItem(at: copy.appending(path: "tokenizer.json"))
        let report = try hub.check()
        #expect(report.folder.effects == [.tokenizer])
        #expect(report.hub == nil)
    }
}

extension HubRegistry {
    /// The folder itself, without the hub's name.
    fileprivate func pinAnew() throws {
        let base = try registry.open().registry.base(named: "tiny")
        let readme = registry.folder.url.appending(path: "hub/models--lab--tiny/snapshots/\(base.revision ?? "")/README.md")
        try FileManager.default.removeItem(at: readme)
        try Data("---\nlicense: mit\n---\nby hand".utf8).write(to: readme)
        let workspace = try registry.open()
        _ = try workspace.addBase(
            "tiny", folder: workspace.layout.resolve(base.folder), source: "lab/tiny", revision: base.revision, replaces: true)
    }
}

extension PullBase {
    fileprivate func pinFirst() throws { _ = try run("lab/tiny-1", name: "first", replaces: false) { _ in } }
}
