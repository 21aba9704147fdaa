import Adapters
import Digests
import Foundation
import Lifecycle
import Registry
import StrictJSON
import TestSupport
import Testing
import Training

@Suite("Training a declared adapter")
struct TrainAdapterTests {
    private func digest(_ registry: SmallRegistry, _ version: VersionID) throws -> ContentDigest {
        let target = registry.folder.url.appending(path: "out-\(version.number)")
        try registry.open().versions.checkOut(version, to: target)
        return try ContentDigest(ofFile: target.appending(path: "adapter_model.safetensors"))
    }

    @Test("a run that was stopped and gone on with releases the same bytes as one that was not")
    func resume() throws {
        let (whole, stopped) = (try SmallRegistry(), try SmallRegistry())
        guard case .admitted(let expected) = try whole.train() else { return #expect(Bool(false), "not admitted") }
        guard case .interrupted(let run, let step?) = try stopped.train(stoppingAfter: 7) else {
            return #expect(Bool(false), "not interrupted")
        }
        #expect(step == 7)
        #expect(try stopped.open().registry.run(run, of: expected.version.adapter).state == .interrupted)
        #expect(try stopped.open().registry.versions(of: expected.version.adapter).isEmpty)
        guard case .admitted(let receipt) = try stopped.train() else { return #expect(Bool(false), "not admitted") }
        #expect(try stopped.open().registry.runs(of: expected.version.adapter).count == 1)
        #expect(try digest(stopped, receipt.version) == digest(whole, expected.version))
    }

    @Test("a candidate that is no better than its base leaves no version")
    func refusal() throws {
        let registry = try SmallRegistry()
        var options = TrainingOptions()
        options.maxSteps = 1
        options.learningRate = 1e-9
        guard case .refused(let verdict, let candidate) = try registry.train(options: options) else {
            return #expect(Bool(false), "not refused")
        }
        #expect(verdict.answer == .refused)
        #expect(FileManager.default.fileExists(atPath: candidate.appending(path: "adapter_model.safetensors").path))
        #expect(try registry.open().versions.versions().isEmpty)
        let adapter = try AdapterName("greeter")
        #expect(try registry.open().registry.runs(of: adapter).map(\.state) == [.finished])
    }

    @Test("a version names its data set, its base and every setting in its tag")
    func trailers() throws {
        let registry = try SmallRegistry()
        guard case .admitted(let receipt) = try registry.train() else { return #expect(Bool(false), "not admitted") }
        let message = try registry.open().versions.message(of: receipt.version)
        let keys = Set(message.trailers.map(\.key))
        #expect(keys.isSuperset(of: ["Adapter", "Base-Digest", "Dataset-Digest", "Rank", "Learning-Rate", "Max-Steps", "Seed"]))
        #expect(message.trailers.first { $0.key == "Max-Steps" }?.value == "30")
    }

    @Test("rows of the held-out set are not learned from, and every record says how many there were")
    func leakedRows() throws {
        let registry = try SmallRegistry()
        let data = registry.folder.url.appending(path: "registry/data")
        let (train, held) = (data.appending(path: "train.jsonl"), data.appending(path: "held_out.jsonl"))
        let rows = try String(contentsOf: train, encoding: .utf8)
        let known = try String(contentsOf: held, encoding: .utf8).split(separator: "\n").prefix(3).joined(separator: "\n")
        try (rows + known + "\n").write(to: train, atomically: true, encoding: .utf8)
        guard case .admitted(let receipt) = try registry.train() else { return #expect(Bool(false), "not admitted") }
        let target = registry.folder.url.appending(path: "out")
        let workspace = try registry.open()
        try workspace.versions.checkOut(receipt.version, to: target)
        let lineage = try JSONValue(contentsOf: target.appending(path: "lineage.json"))
        #expect(lineage["metrics"]?["leaked_rows_left_out"]?.doubleValue == 3)
        #expect(lineage["metrics"]?["trained_rows"]?.doubleValue == 24)
        #expect(try JSONValue(contentsOf: target.appending(path: "evaluation.json"))["leaked_rows_left_out"] == 3)
        let card = try String(contentsOf: target.appending(path: "README.md"), encoding: .utf8)
        #expect(card.contains("steps on 24 rows") && card.contains("3 rows that also stand in the held-out set were left out"))
        let trailers = try workspace.versions.message(of: receipt.version).trailers
        #expect(trailers.first { $0.key == "Metric-Leaked-Rows-Left-Out" }?.value == "3.0")
    }

    @Test("a training file that only repeats the held-out set is refused before a run begins")
    func nothingButLeaks() throws {
        let registry = try SmallRegistry()
        let data = registry.folder.url.appending(path: "registry/data")
        try FileManager.default.removeItem(at: data.appending(path: "train.jsonl"))
        try FileManager.default.copyItem(
            at: data.appending(path: "held_out.jsonl"), to: data.appending(path: "train.jsonl"))
        #expect(throws: DataError.self) { try registry.train() }
        #expect(try registry.open().registry.runs(of: AdapterName("greeter")).isEmpty)
    }

    @Test("a base that differs from its pin is not trained on")
    func changedBase() throws {
        let registry = try SmallRegistry()
        let config = registry.folder.url.appending(path: "model/config.json")
        try (String(contentsOf: config, encoding: .utf8) + "\n").write(to: config, atomically: true, encoding: .utf8)
        #expect(throws: TaskError.self) { try registry.train() }
        #expect(try registry.open().registry.runs(of: AdapterName("greeter")).isEmpty)
    }

    @Test("what became a version is no failure, even when its working files are gone")
    func releasedWithoutStaging() throws {
        let registry = try SmallRegistry()
        let staging = registry.state.appending(path: "staging/greeter/run-1")
        guard case .admitted = try registry.train() else { return #expect(Bool(false), "not admitted") }
        #expect(FileManager.default.fileExists(atPath: staging.path), "the next start removes it")
        _ = try registry.open()
        #expect(!FileManager.default.fileExists(atPath: staging.path))
    }

    @Test("the error that ended a run is what is reported, whatever the registry says to its record")
    func firstErrorWins() throws {
        let registry = try SmallRegistry()
        #expect {
            try registry.train { event in
                guard case .training(.step(let report)) = event, report.step == 15 else { return }
                registry.blockCheckpoints(ofRun: 1)
                // SQLite refuses to write to a file that has lost its name.
                #expect(unlink(registry.state.appending(path: "lora.sqlite").path) == 0)
            }
        } throws: { error in
            !(error is RegistryError)
        }
    }

    @Test("a run that a full or broken disk ended goes on from its last checkpoint once the cause is gone")
    func resumeAfterFailure() throws {
        let (whole, broken) = (try SmallRegistry(), try SmallRegistry())
        guard case .admitted(let expected) = try whole.train() else { return #expect(Bool(false), "not admitted") }
        #expect(throws: (any Error).self) {
            try broken.train { event in
                if case .training(.step(let report)) = event, report.step == 15 { broken.blockCheckpoints(ofRun: 1) }
            }
        }
        let name = expected.version.adapter
        #expect(try broken.open().registry.runs(of: name).map(\.state) == [.failed])
        broken.unblockCheckpoints(ofRun: 1)
        var steps: [Int] = []
        let outcome = try broken.train { event in
            if case .training(.started(let step, _)) = event { steps.append(step) }
        }
        guard case .admitted(let receipt) = outcome else { return #expect(Bool(false), "not admitted") }
        // Step 10 is saved by save_steps, 12 when its held-out loss is the lowest so far.
        #expect(steps.count == 1 && (10...12).contains(steps[0]), "the last checkpoint before the fault")
        #expect(try broken.open().registry.runs(of: name).count == 1)
        #expect(try digest(broken, receipt.version) == digest(whole, expected.version))
    }

    @Test("saving or logging more often does not abandon a run")
    func resumeWithOtherSaving() throws {
        let (whole, stopped) = (try SmallRegistry(), try SmallRegistry())
        guard case .admitted(let expected) = try whole.train() else { return #expect(Bool(false), "not admitted") }
        guard case .interrupted = try stopped.train(stoppingAfter: 7) else { return #expect(Bool(false), "not interrupted") }
        var options = TrainingOptions()
        (options.saveSteps, options.loggingSteps) = (5, 1)
        guard case .admitted(let receipt) = try stopped.train(options: options) else {
            return #expect(Bool(false), "not admitted")
        }
        #expect(try stopped.open().registry.runs(of: expected.version.adapter).count == 1)
        #expect(try digest(stopped, receipt.version) == digest(whole, expected.version))
    }

    @Test("two trainings of one adapter at once: the second is told who holds the lease")
    func lease() throws {
        let registry = try SmallRegistry()
        let lease = try registry.open().registry.lease(AdapterName("greeter"), holder: "the first")
        _ = withExtendedLifetime(lease) { #expect(throws: RunError.self) { try registry.train() } }
    }
}
