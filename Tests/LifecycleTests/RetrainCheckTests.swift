import Adapters
import Foundation
import Lifecycle
import Policies
import TestSupport
import Testing

@Suite("What is due for retraining")
struct RetrainCheckTests {
    private func plan(_ registry: SmallRegistry, months: Int) throws -> MaintenancePlan {
        let now = SmallRegistry.moment(60).adding(months: months)
        return try RetrainCheck(in: registry.open(), workingFolder: registry.folder.url).run(nil, now: now)
    }

    @Test("the same registry and moment give the same bytes")
    func bytes() throws {
        let registry = try SmallRegistry()
        _ = try registry.train()
        #expect(try plan(registry, months: 4).json.text() == plan(registry, months: 4).json.text())
    }

    @Test("grown data makes a version due inside the window, not before it")
    func grownData() throws {
        let registry = try SmallRegistry()
        _ = try registry.train()
        let file = registry.folder.url.appending(path: "registry/data/train.jsonl")
        let text = try String(contentsOf: file, encoding: .utf8)
        try (text + text).write(to: file, atomically: true, encoding: .utf8)
        #expect(try plan(registry, months: 1).due.isEmpty)
        #expect(try plan(registry, months: 4).due.count == 1)
    }

    @Test("a window that closed makes it due whatever happened")
    func closed() throws {
        let registry = try SmallRegistry()
        _ = try registry.train()
        #expect(try plan(registry, months: 5).due.isEmpty)
        #expect(try plan(registry, months: 7).due.count == 1)
    }

    @Test("a base that is gone makes it due at once")
    func baseRemoved() throws {
        let registry = try SmallRegistry()
        _ = try registry.train()
        try FileManager.default.removeItem(at: registry.folder.url.appending(path: "model"))
        #expect(try plan(registry, months: 0).due.count == 1)
    }
}
