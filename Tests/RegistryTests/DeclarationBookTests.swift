import Adapters
import Digests
import DurableFiles
import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Registry

/// Declarations that were parsed before are not parsed again, and nobody notices.
@Suite struct DeclarationBookTests {
    private let folder: TemporaryFolder
    private let layout: RegistryLayout
    /// When what was written just now can no longer change without a sign.
    private let later = FileMoment.now.adding(seconds: 10)

    init() throws {
        folder = try TemporaryFolder()
        layout = try Sample.registry(in: folder).layout
        try write("ticket-router", owner: "support")
    }

    private func write(_ name: String, owner: String) throws {
        let text = """
            name: \(name)
            task: Route a ticket
            owner: \(owner)
            base: demo-base
            data: {train: t.jsonl, held_out: h.jsonl, keep_rows: false}
            metric: label_accuracy
            labels: [billing, "no"]
            horizon: 9mo
            protected: [staging]
            training:
              max_steps: 60
              learning_rate: 0.004
              target_modules: [q_proj, v_proj]
              comment: "60"
            costs: {requests_per_day: 20000, machine_hour: 1.5}
            overrides: {gate: {beats_base: {margin: 0.01}}}

            """
        let handle = try FileHandle(forUpdating: try file(name))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    private func file(_ name: String) throws -> URL {
        let file = layout.adapters.appending(path: "\(name).yaml")
        if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
        return file
    }

    private var folderPath: String { layout.adapters.path + "/" }

    private func read(at moment: FileMoment? = nil) throws -> [AdapterDeclaration] {
        let book = DeclarationBook<AdapterDeclaration>(layout)
        let found = try book.read(at: moment ?? later)
        book.save()
        return found.values
    }

    @Test func aBookGivesBackWhatTheFilesSay() throws {
        let parsed = try read()
        let kept = try Data(contentsOf: layout.caches.appending(path: "declarations"))
        #expect(try read() == parsed)
        #expect(parsed == [try AdapterDeclarationFile.read(file("ticket-router"))])
        #expect(try Data(contentsOf: layout.caches.appending(path: "declarations")) == kept)
    }

    @Test func fieldsHoldAllOfADeclaration() throws {
        let declaration = try AdapterDeclarationFile.read(file("ticket-router"))
        let fields = declaration.fields(in: folderPath)
        #expect(AdapterDeclaration(fields: fields, in: folderPath) == declaration)
        // whoever adds to a declaration adds to its fields, and gives them another form
        #expect(Mirror(reflecting: declaration).children.count == 15 && Mirror(reflecting: declaration.data).children.count == 3)
        #expect(AdapterDeclaration.fieldsForm == "declarations/6")
        for count in 0..<fields.count { #expect(AdapterDeclaration(fields: fields.prefix(count), in: folderPath) == nil) }
        #expect(DeclarationSummary(fields: fields) == declaration.summary)
        #expect(AdapterDeclaration(fields: declaration.fields(in: "/elsewhere/"), in: "/elsewhere/") == declaration)
    }

    @Test func theBookIsBelieved() throws {
        _ = try read()
        let stamp = try FileStamp(of: file("ticket-router"))
        let form = "\(AdapterDeclaration.fieldsForm) \(folderPath)"
        let book = StampBook(layout.caches.appending(path: "declarations"), form: form)
        let other = try AdapterDeclarationFile.read(file("ticket-router")).fields(in: folderPath)
        let changed = ArraySlice(String(decoding: other, as: UTF8.self).replacing("support", with: "nobody!").utf8)
        book.keep(changed, of: "ticket-router.yaml", stamp, at: later)
        book.save()
        #expect(try read().map(\.owner) == ["nobody!"], "which shows that the file is not parsed again")
    }

    @Test func anEditOfTheSameLengthIsSeenAtOnce() throws {
        #expect(try read().map(\.owner) == ["support"])
        for owner in ["suppers", "support", "suppose"] {
            try write("ticket-router", owner: owner)
            #expect(try read(at: .now).map(\.owner) == [owner])
        }
    }

    @Test func filesComeAndGoAndFaultsStay() throws {
        try write("greeter", owner: "desk")
        try Data("name: [".utf8).write(to: file("broken"))
        #expect(try read().map(\.name.text) == ["greeter", "ticket-router"])
        #expect(try DeclarationBook<DeclarationSummary>(layout).read(at: later).values == read().map(\.summary))
        #expect(try DeclarationBook<AdapterDeclaration>(layout).read(at: later).faults.map(\.name) == ["broken"])
        try FileManager.default.removeItem(at: file("greeter"))
        try FileManager.default.removeItem(at: file("broken"))
        #expect(try read().map(\.name.text) == ["ticket-router"])
    }
}
