import Foundation
import TestSupport
import Testing

/// Folders that somebody hands us are refused by the status that fits, with what, where and what to do, and leave nothing behind.
///
/// `Scripts/hostile_folders.sh` runs the same against a release build and holds each refusal to its second.
@Suite("Hostile adapters and models") struct HostileFolderTests {
    let program: BuiltProgram
    private let lora: String
    /// Seconds that a refusal may take; nil where nobody measures.
    private let limit: Double?

    init() throws {
        program = try BuiltProgram()
        let environment = ProcessInfo.processInfo.environment
        lora = environment["LORA_HOSTILE_PROGRAM"] ?? "lora"
        limit = environment["LORA_HOSTILE_LIMIT"].flatMap(Double.init)
        let pinned = try program.run("\(lora) base add tiny model && \(lora) list")
        try #require(pinned.status == 0, "\(pinned.output)")
    }

    @Test func adaptersAreRefused() throws {
        try refuse(HostileAdapters.all, madeFrom: "adapters/peft-plain") { ["\(lora) adopt \($0) --adapter greeter --base tiny"] }
        try refuse(HostileMLXAdapters.all, madeFrom: "adapters/mlx-last") {
            ["\(lora) adopt \($0) --adapter greeter --base tiny"]
        }
    }

    @Test func modelsAreRefused() throws {
        try refuse(HostileModels.all, madeFrom: "golden/tiny-llama") {
            ["\(lora) base add spoiled \($0)", "\(lora) score --base \($0) --data registry/data/held_out.jsonl"]
        }
    }

    /// What looks odd and is harmless is taken.
    @Test func theHarmlessIsTaken() throws {
        let harmless: [(String, Spoil.Deed)] = [
            (
                "hard links",
                {
                    try FileManager.default.linkItem(
                        at: $0.appending(path: "adapter_model.safetensors"), to: $0.appending(path: "again.safetensors"))
                }
            ),
            (
                "a link within the folder",
                Spoil.all(Spoil.rename("adapter_model.safetensors", "w"), Spoil.link("adapter_model.safetensors", "w"))
            ),
            (
                "names with control characters and cases that clash",
                Spoil.all(Spoil.write("\u{1B}[2J\n", "x"), Spoil.write("README", ""), Spoil.write("readme", ""))
            ),
            ("pickles beside the weights", Spoil.all(Spoil.write("training_args.bin", "x"), Spoil.write("optimizer.pt", "x"))),
        ]
        for (name, deed) in harmless {
            let folder = program.home.url.appending(path: "harmless")
            try FileManager.default.copyItem(at: Fixture.root.appending(path: "adapters/peft-plain"), to: folder)
            try deed(folder)
            let outcome = try program.run("\(lora) adopt harmless --adapter greeter --dry-run")
            #expect(outcome.status == 0, "\(name): \(outcome.output)")
            #expect(!outcome.output.contains("\u{1B}"), "\(name) drives the terminal")
            try FileManager.default.removeItem(at: folder)
        }
    }

    private func refuse(_ folders: [HostileFolder], madeFrom fixture: String, by commands: (String) -> [String]) throws {
        let before = try registry()
        var slowest = 0.0
        for hostile in folders {
            let folder = program.home.url.appending(path: "hostile")
            try FileManager.default.copyItem(at: Fixture.root.appending(path: fixture), to: folder)
            try hostile.spoil(folder)
            for command in commands("hostile") {
                let start = ContinuousClock.now
                let outcome = try program.run("timeout 20 \(command)")
                let took = (ContinuousClock.now - start) / .seconds(1)
                slowest = max(slowest, took)
                #expect(outcome.status == hostile.status, "\(hostile): \(command)\n\(outcome.output.prefix(2000))")
                for part in ["error: ", "   at: ", " next: "] {
                    #expect(outcome.output.contains(part), "\(hostile): \(command)\n\(outcome.output.prefix(2000))")
                }
                #expect(limit.map { took <= $0 } ?? true, "\(hostile): \(command) took \(took) s")
            }
            #expect(try registry() == before, "\(hostile) left something behind")
            try FileManager.default.removeItem(at: folder)
        }
        print("hostile: \(folders.count) folders made from \(fixture) refused, the slowest in \(slowest) s")
    }

    /// What an opening notes of the registry's own files, whatever it was opened for.
    private static let notes = Set(["agreement", "declarations", "files", "summaries"].map { ".state/caches/\($0)" })

    /// Every path of the registry with its bytes; locks that were taken are signed, and that is all they may be.
    private func registry() throws -> [String: Data] {
        let root = program.home.url.appending(path: "registry")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
            .filter { !$0.hasSuffix(".lease") && !Self.notes.contains($0) }
        return Dictionary(
            uniqueKeysWithValues: paths.map {
                ($0, FileManager.default.contents(atPath: root.appending(path: $0).path) ?? Data())
            })
    }
}
