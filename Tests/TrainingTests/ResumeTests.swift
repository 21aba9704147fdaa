import Digests
import DurableFiles
import Foundation
import Llama
import Randomness
import StrictJSON
import TestSupport
import Testing

@testable import Training

/// A run that is stopped and gone on with leaves the same bytes as one that never stopped.
@Suite struct ResumeTests {
    @Test(arguments: zip(["adamw", "adamw_8bit"], [0.25, 0]))
    func stoppingAtAnyStepChangesNothing(optimizer: String, dropout: Double) throws {
        let options: [(String, JSONValue)] = [("optim", .string(optimizer)), ("lora_dropout", .number(dropout))]
        let whole = try TrainingBench(options)
        let expected = try whole.digest(whole.job())
        for stop in 0..<10 {
            let bench = try TrainingBench(options)
            guard case .interrupted(let step) = try bench.train(bench.job(), stoppingAfter: stop).outcome else {
                Issue.record("the run was not interrupted at \(stop)")
                continue
            }
            #expect(step == stop)
            let (_, events) = try bench.train(bench.job(), stoppingAfter: stop)
            #expect(events.first == .started(step: stop, totalSteps: 10))
            #expect(try bench.digest(bench.job()) == expected, "stopped after step \(stop)")
            let state = bench.folder.url.appending(path: "out/trainer_state.json")
            #expect(try Data(contentsOf: state) == Data(contentsOf: whole.folder.url.appending(path: "out/trainer_state.json")))
        }
    }

    @Test func aRunStoppedManyTimesAtRandomEndsTheSame() throws {
        let whole = try TrainingBench()
        let expected = try whole.digest(whole.job())
        var generator = SplitMix64(seed: 11)
        let bench = try TrainingBench()
        var step = 0
        while step < 10 {
            step += 1 + Int(generator.next(below: 3))
            _ = try bench.train(bench.job(), stoppingAfter: step)
        }
        #expect(try bench.store.steps().last == 10)
        #expect(try ContentDigest(ofFile: bench.folder.url.appending(path: "out/adapter_model.safetensors")).hex == expected)
    }

    @Test func stoppingInsideAStepForgetsThatStep() throws {
        let whole = try TrainingBench()
        let expected = try whole.digest(whole.job())
        let bench = try TrainingBench()
        // Three steps an epoch have 2, 2 and 1 micro-batches, each of which asks at each block on both ways; so this question stands
        // inside the second micro-batch of the fourth step.
        let (perMicroBatch, inside) = (2 * bench.model.configuration.layerCount, 6)
        var questions = 0
        let outcome = try BuiltInEngine(model: bench.model).train(
            bench.job(),
            shouldStop: {
                questions += 1
                return questions == inside * perMicroBatch + 1
            }, observe: { _ in })
        guard case .interrupted(step: 3) = outcome else { Issue.record("\(outcome)"); return }
        #expect(try bench.digest(bench.job()) == expected)
    }

    /// A kill leaves the checkpoint before it and perhaps half of the next one.
    @Test func aKilledRunGoesOnFromItsLastCheckpoint() throws {
        let whole = try TrainingBench()
        let expected = try whole.digest(whole.job())
        let bench = try TrainingBench()
        _ = try bench.train(bench.job(), stoppingAfter: 8)
        let litter = bench.checkpoints.appending(path: DurableFile.draftPrefix + "half")
        try FileManager.default.moveItem(at: bench.store.folder(ofStep: 8), to: litter)
        try FileManager.default.removeItem(at: litter.appending(path: "checkpoint.json"))
        let (_, events) = try bench.train(bench.job(), stoppingAfter: 6)
        #expect(events.first == .started(step: 6, totalSteps: 10))
        #expect(!FileManager.default.fileExists(atPath: litter.path))
        #expect(try bench.digest(bench.job()) == expected)
    }

    @Test func theNewestCheckpointsAreKept() throws {
        let bench = try TrainingBench([("save_steps", 2), ("save_total_limit", 3)])
        _ = try bench.train(bench.job())
        #expect(try bench.store.steps() == [6, 8, 10])
    }

    @Test func aCheckpointOfAnotherRunIsRefused() throws {
        let bench = try TrainingBench()
        _ = try bench.train(bench.job(), stoppingAfter: 3)
        let folder = bench.store.folder(ofStep: 3).path
        let other = try TrainingBench([("seed", 1)])
        #expect(throws: CheckpointError.otherRun(.plan, folder: folder)) { try bench.train(bench.job(plan: other.plan)) }
        #expect(throws: CheckpointError.otherRun(.data, folder: folder)) {
            try bench.train(bench.job(dataset: TrainingBench.dataset(seed: 2)))
        }
        #expect(throws: CheckpointError.otherRun(.parent, folder: folder)) {
            try bench.train(bench.job(parent: Fixture.golden("lora/tiny-llama/adapter_init")))
        }
        #expect(try bench.store.steps() == [3], "what was refused is left alone")
    }

    @Test func howOftenToSaveMayChangeInTheMiddle() throws {
        let bench = try TrainingBench()
        let expected = try TrainingBench().digest(bench.job(to: "whole"))
        try bench.store.removeAll()
        _ = try bench.train(bench.job(), stoppingAfter: 4)
        let seldom = try TrainingBench([("save_steps", 0), ("save_total_limit", 1)])
        #expect(try bench.digest(bench.job(plan: seldom.plan)) == expected)
    }

    @Test(arguments: ["adapter_model.safetensors", "optimizer.safetensors", "adapter_config.json"])
    func aDamagedCheckpointIsNamed(file: String) throws {
        let bench = try TrainingBench()
        _ = try bench.train(bench.job(), stoppingAfter: 3)
        let folder = bench.store.folder(ofStep: 3)
        var data = try Data(contentsOf: folder.appending(path: file))
        data[data.count - 1] ^= 1
        try data.write(to: folder.appending(path: file))
        let error = try #require(throws: CheckpointError.self) { try bench.train(bench.job()) }
        #expect(error == .damagedFile(file, folder: folder.path))
        #expect(error.explanation.kind == .integrity)
        try FileManager.default.removeItem(at: folder.appending(path: file))
        #expect(throws: CheckpointError.missingFile(file, folder: folder.path)) { try bench.train(bench.job()) }
    }

    @Test func aManifestCutShortIsNamed() throws {
        let bench = try TrainingBench()
        _ = try bench.train(bench.job(), stoppingAfter: 3)
        let manifest = bench.store.folder(ofStep: 3).appending(path: "checkpoint.json")
        try Data(contentsOf: manifest).dropLast(20).write(to: manifest)
        #expect(throws: CheckpointError.unreadableManifest(file: manifest.path)) { try bench.train(bench.job()) }
    }
}
