import Adapters
import Foundation
import Registry
import Testing
import Versions

@testable import Lifecycle

@Suite("An adapter goes on under another name")
struct RenameTests {
    /// Two versions, one in production, one alias of one's own.
    private func registry() throws -> SmallRegistry {
        let small = try SmallRegistry()
        let workspace = try small.open()
        let versions = try (0..<2).map { _ in try small.write(in: workspace) }
        try workspace.registry.promote(versions[0], on: SmallRegistry.occasion("first"))
        try workspace.registry.setAlias(AliasName("staging"), to: versions[1], on: SmallRegistry.occasion("a trial"))
        return small
    }

    @Test("with its history, aliases, versions and declaration; the old name keeps its tags and what happened")
    func renamed() throws {
        let small = try registry()
        let workspace = try small.open()
        let (old, new) = (SmallRegistry.greeter, try AdapterName("welcomer"))
        let before = try workspace.registry.history(of: old)
        let aliases = try workspace.registry.aliases(of: old)
        try small.declare("# a remark that stays\n")
        _ = try workspace.rename("greeter", to: "welcomer", on: SmallRegistry.occasion("a better word"))

        let again = try small.open()
        #expect(again.mended.isClean)
        #expect(try again.registry.aliases(of: new) == aliases.mapValues { $0.renamed(new) })
        #expect(try again.registry.history(of: new).dropLast().map(\.reason) == before.map(\.reason))
        #expect(try again.registry.history(of: new).last?.otherName == old)
        #expect(try again.registry.history(of: old).dropLast() == before[...], "the old history stays as it was")
        #expect(try again.registry.aliases(of: old).isEmpty)
        for number in [1, 2] {
            let version = VersionID(new, number)
            #expect(try again.versions.commit(of: version) == again.versions.commit(of: VersionID(old, number)))
            #expect(try again.versions.published(version).lineage.version == version)
        }
        #expect(try again.registry.declaredNames() == [new])
        let text = try String(contentsOf: again.layout.file(of: new), encoding: .utf8)
        #expect(text.contains("name: welcomer") && text.contains("# a remark that stays"))
        #expect(try VerifyRegistry(again, isQuick: false).run([], now: SmallRegistry.moment(0)) { _ in }.faults.isEmpty)
        #expect(try small.differences().isEmpty)
        #expect(throws: StateError.self) { try again.registry.promote(VersionID(old, 2), on: SmallRegistry.occasion()) }
        #expect(throws: StateError.self) { try again.registry.adapter(named: "greeter") }
        try again.registry.promote(VersionID(new, 2), on: SmallRegistry.occasion("goes on"))
    }

    @Test("its probes go with it: what went wrong once is asked of its later versions too")
    func probes() throws {
        let small = try registry()
        _ = try KeepProbes(in: small.open()).add(
            .heldOutLines([1]), to: "greeter", reason: "wrong", atLeast: 1, by: SmallRegistry.actor, at: SmallRegistry.moment(1))
        _ = try small.open().rename("greeter", to: "welcomer", on: SmallRegistry.occasion())
        #expect(try KeepProbes(in: small.open()).list("welcomer").probes.map(\.name) == ["p1"])
        #expect(try !FileManager.default.fileExists(atPath: small.open().layout.probes(of: SmallRegistry.greeter).path))
    }

    @Test("the next version follows from the last, and a second renaming from the first")
    func goesOn() throws {
        let small = try registry()
        let workspace = try small.open()
        _ = try workspace.rename("greeter", to: "welcomer", on: SmallRegistry.occasion())
        _ = try workspace.rename("welcomer", to: "host", on: SmallRegistry.occasion())
        let again = try small.open()
        #expect(again.mended.isClean)
        let name = try AdapterName("host")
        #expect(try again.registry.nextVersion(of: name).number == 3)
        try again.versions.requirePublishable(VersionID(name, 3))
        #expect(try again.versions.published(VersionID(name, 2)).version.adapter == name)
        #expect(try small.differences().isEmpty)
    }

    /// A copy of what each step leaves is what a crash there leaves.
    @Test("a crash after any step is finished at the next opening, to the same journals", arguments: 1...4)
    func crash(steps: Int) throws {
        let (whole, cut) = (try registry(), try registry())
        let name = try AdapterName("welcomer")
        _ = try whole.open().rename("greeter", to: "welcomer", on: SmallRegistry.occasion())
        let workspace = try cut.open()
        let ending = try workspace.registry.endName(SmallRegistry.greeter, becoming: name, on: SmallRegistry.occasion())
        if steps > 1 { try workspace.registry.takeOver(from: SmallRegistry.greeter, ending) }
        if steps > 2 { try workspace.versions.carry(SmallRegistry.greeter, to: name, by: ending.actor, at: ending.at) }
        if steps > 3 {
            let file = workspace.layout.file(of: SmallRegistry.greeter)
            let text = try String(contentsOf: file, encoding: .utf8).replacing("name: greeter", with: "name: welcomer")
            try Data(text.utf8).write(to: workspace.layout.file(of: name))
        }
        let again = try cut.open()
        #expect(again.mended.renamed == [SmallRegistry.greeter])
        #expect(again.mended.missing.isEmpty && again.mended.recovered.isEmpty)
        #expect(try again.versions.heads() == whole.open().versions.heads())
        #expect(try again.registry.declaredNames() == [name])
        #expect(try cut.open().mended.isClean)
        #expect(try cut.differences().isEmpty)
    }

    @Test("a renaming that is being done is left to whoever does it")
    func beingDone() throws {
        let small = try registry()
        let workspace = try small.open()
        let name = try AdapterName("welcomer")
        let lease = try workspace.registry.lease(SmallRegistry.greeter, holder: "a renaming")
        _ = try workspace.registry.endName(SmallRegistry.greeter, becoming: name, on: SmallRegistry.occasion())
        try withExtendedLifetime(lease) {
            let opened = try small.open()
            #expect(opened.mended.renamed.isEmpty)
            let names = try opened.registry.declaredNames()
            #expect(names == [SmallRegistry.greeter])
        }
    }

    @Test("whoever pulls learns of the new name, and an old declaration follows")
    func pulled() throws {
        let (here, there) = (try registry(), try SmallRegistry())
        let remote = here.folder.url.appending(path: "remote.git")
        _ = try VersionStore(openingOrCreatingAt: remote)
        _ = try here.open().push([], to: remote.path, workingFolder: here.folder.url)
        let other = try there.open()
        _ = try other.pull([], from: remote.path, workingFolder: there.folder.url, on: SmallRegistry.occasion())
        _ = try here.open().rename("greeter", to: "welcomer", on: SmallRegistry.occasion("a better word"))
        _ = try here.open().push(["welcomer"], to: remote.path, workingFolder: here.folder.url)
        _ = try other.pull([], from: remote.path, workingFolder: there.folder.url, on: SmallRegistry.occasion())
        #expect(try there.open().registry.declaredNames() == [AdapterName("welcomer")])
        #expect(try there.open().versions.heads() == here.open().versions.heads())
        #expect(try there.differences().isEmpty)
    }

    @Test(
        "a name that is taken, tagged, or differs in case alone is refused, and nothing has changed",
        arguments: [
            "Greeter", "GREETER", "greeter", "other", "tagged",
        ])
    func taken(name: String) throws {
        let small = try registry()
        let workspace = try small.open()
        try workspace.registry.archive(AdapterName("other"), on: SmallRegistry.occasion())
        try workspace.versions.carry(
            SmallRegistry.greeter, to: AdapterName("tagged"), by: SmallRegistry.actor, at: SmallRegistry.moment(1))
        let before = try workspace.registry.history(of: SmallRegistry.greeter)
        #expect(throws: (any Error).self) { try workspace.rename("greeter", to: name, on: SmallRegistry.occasion()) }
        #expect(try workspace.registry.history(of: SmallRegistry.greeter) == before)
        #expect(try workspace.registry.declaredNames() == [SmallRegistry.greeter])
    }
}
