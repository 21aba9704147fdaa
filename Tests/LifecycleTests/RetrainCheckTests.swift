import Adapters
import DurableFiles
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
        // Words that share no run of five letters, so that no row is another's near duplicate.
        let words = ["quay", "jazz", "fjord", "whisky", "zephyr", "blimp", "vortex", "gnome"]
        try registry.addRows(words.map { word in "{\"prompt\": \"\(word) \(word):\", \"completion\": \" one\"}" })
        #expect(try plan(registry, months: 1).due.isEmpty)
        #expect(try plan(registry, months: 4).due.map { $0.reasons.map(\.code) } == [["data_grown"]])
    }

    @Test("rows that teach nothing new are no growth")
    func duplicates() throws {
        let registry = try SmallRegistry()
        _ = try registry.train()
        let file = registry.folder.url.appending(path: "registry/data/train.jsonl")
        try registry.addRows(String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init))
        let found = try plan(registry, months: 4)
        #expect(found.due.isEmpty)
        #expect(found.cases[0].facts.data == DataFacts(rowsAtTraining: 24, rowsNow: 24, isChanged: true))
    }

    @Test("an edited row is noticed though the count stays, and makes nothing due")
    func editedData() throws {
        let registry = try SmallRegistry()
        _ = try registry.train()
        #expect(try plan(registry, months: 4).cases[0].noticed.isEmpty)
        let file = registry.folder.url.appending(path: "registry/data/train.jsonl")
        try String(contentsOf: file, encoding: .utf8).replacing("ruby car 60", with: "ruby car 61")
            .write(to: file, atomically: true, encoding: .utf8)
        let found = try plan(registry, months: 4)
        #expect(found.due.isEmpty)
        #expect(
            found.cases[0].noticed
                == ["data: the files are not those it was made from; 24 effective rows then, 24 now"])
    }

    @Test("a base that cannot be read hides no adapter that is due")
    func unreadableBase() throws {
        let registry = try SmallRegistry()
        _ = try registry.train()
        let file = registry.folder.url.appending(path: "model/tokenizer.json")
        try FileManager.default.removeItem(at: file)
        try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
        let found = try plan(registry, months: 7)
        #expect(found.due.map { $0.reasons.map(\.code) } == [["window_closed"]])
        #expect(found.cases[0].unchecked.contains { $0.hasPrefix("base: ") })
    }

    @Test("a version that was checked out to be measured is kept by its commit, and no draft outlives a killed check-out")
    func cache() throws {
        let registry = try SmallRegistry()
        guard case .admitted(let receipt) = try registry.train() else { return #expect(Bool(false), "not admitted") }
        let caches = registry.state.appending(path: "caches")
        let draft = caches.appending(path: DurableFile.draftPrefix + "killed")
        try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: false)
        _ = try registry.evaluate()
        let left = try FileManager.default.contentsOfDirectory(atPath: caches.path).filter { !$0.hasPrefix(".lease") }
        // quantized bases lie beside the check-outs
        #expect(Set(left) == [receipt.commit.hex, "weights"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: registry.state.appending(path: "staging").path) == ["greeter"])
    }

    @Test("an evaluation counts while what it was measured on is what is measured now")
    func conditions() throws {
        let registry = try SmallRegistry()
        _ = try registry.train()
        _ = try registry.evaluate()
        #expect(try plan(registry, months: 1).cases[0].facts.metric?.errorNow != nil)
        let file = registry.folder.url.appending(path: "registry/data/held_out.jsonl")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropLast()
        try (rows.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
        #expect(try plan(registry, months: 1).cases[0].facts.metric?.errorNow == nil)
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
