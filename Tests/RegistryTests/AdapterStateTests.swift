import Adapters
import TestSupport
import Testing

@testable import Registry

/// What rests is not moved, what is given up stays so, and every change of state is an event.
@Suite struct AdapterStateTests {
    let folder: TemporaryFolder
    let registry: AdapterRegistry

    init() throws {
        folder = try TemporaryFolder()
        registry = try Sample.registry(in: folder)
    }

    @Test func aStateIsThatOfTheLastEventThatChangedIt() throws {
        let (router, other) = (try Sample.name(), try Sample.name("other"))
        #expect(try registry.states().isEmpty)
        try registry.archive(router, on: Sample.occasion("the pilot is over"))
        try registry.archive(other, on: Sample.occasion("rests"))
        try registry.unarchive(other, on: Sample.occasion("goes on", minute: 1))
        #expect(try registry.states() == [router: .archived])
        try registry.unarchive(router, on: Sample.occasion())
        try registry.retire(router, on: Sample.occasion("replaced", minute: 2))
        #expect(try registry.states() == [router: .retired])
        #expect(try registry.history(of: router).map(\.kind) == [.archived, .unarchived, .retired])
        #expect(try registry.standing(of: router).since?.reason == "replaced")
        #expect(try registry.standing(of: other).state == .active)
        #expect(try registry.recordedAdapters() == [other, router])
    }

    @Test func whatRestsOrIsGivenUpIsNotMoved() throws {
        let versions = try (0..<3).map { _ in try Sample.admit(to: registry).version }
        try registry.promote(versions[0], on: Sample.occasion())
        try registry.promote(versions[1], on: Sample.occasion())
        try registry.archive(Sample.name(), on: Sample.occasion())
        let deeds: [() throws -> Void] = [
            { try registry.promote(versions[2], on: Sample.occasion()) },
            { try registry.rollBack(Sample.name(), on: Sample.occasion()) },
            { try registry.setAlias(AliasName("staging"), to: versions[2], on: Sample.occasion()) },
            { try registry.archive(Sample.name(), on: Sample.occasion()) },
        ]
        for deed in deeds { #expect(throws: StateError.self) { try deed() } }
        #expect(try registry.aliases(of: Sample.name())[.production] == versions[1])
        try registry.unarchive(Sample.name(), on: Sample.occasion())
        try registry.rollBack(Sample.name(), on: Sample.occasion())
    }

    @Test func whatServesIsRetiredByForceAlone() throws {
        let version = try Sample.admit(to: registry).version
        try registry.promote(version, on: Sample.occasion())
        #expect(throws: StateError.inProduction(version)) { try registry.retire(Sample.name(), on: Sample.occasion()) }
        let event = try registry.retire(Sample.name(), isForced: true, on: Sample.occasion("nobody asks any more"))
        #expect(event.isForced && event.moves.count == 2)
        #expect(try registry.aliases(of: Sample.name()).isEmpty)
        #expect(throws: StateError.self) { try registry.unarchive(Sample.name(), on: Sample.occasion()) }
        #expect(throws: StateError.self) { try registry.retire(Sample.name(), isForced: true, on: Sample.occasion()) }
    }
}
