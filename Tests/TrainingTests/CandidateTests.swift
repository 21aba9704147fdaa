import Digests
import Foundation
import Llama
import StrictJSON
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite struct CandidateTests {
    @Test func theFolderHoldsWhatPEFTAndServersRead() throws {
        let bench = try TrainingBench()
        let (outcome, events) = try bench.train(bench.job())
        guard case .finished(let candidate) = outcome else { Issue.record("not finished"); return }
        let names = try FileManager.default.contentsOfDirectory(atPath: candidate.folder.path).sorted()
        #expect(
            names == [
                "README.md", "adapter_config.json", "adapter_model.safetensors", "chat_template.jinja", "tokenizer.json",
                "tokenizer_config.json", "trainer_state.json",
            ])
        for name in ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"] {
            let original = try Data(contentsOf: TrainingBench.base.appending(path: name))
            #expect(try Data(contentsOf: candidate.folder.appending(path: name)) == original)
        }
        let read = try PEFTFolder(reading: candidate.folder, for: bench.model.configuration)
        #expect(read.baseModel == "golden/tiny-llama")
        #expect(read.adapter.configuration.rank == 16)
        #expect(events.last == .stopped(.finished, step: 10))
    }

    @Test func everyTemplateOfTheBaseComesAlong() throws {
        let folder = try TemporaryFolder()
        let (cache, out) = (folder.url.appending(path: "cache"), folder.url.appending(path: "out"))
        let base = cache.appending(path: "snapshots/main")
        let templates = base.appending(path: "additional_chat_templates")
        for place in [templates, cache.appending(path: "blobs"), out] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        let files = BaseFiles(base)
        let digest = try files.digest()
        try Data("{{ messages }}".utf8).write(to: templates.appending(path: "tool_use.jinja"))
        try Data("{{ documents }}".utf8).write(to: cache.appending(path: "blobs/b10b"))
        try FileManager.default.createSymbolicLink(
            atPath: templates.appending(path: "rag.jinja").path, withDestinationPath: "../../../blobs/b10b")
        try files.copyTokenizer(to: out)
        #expect(try files.digest() != digest, "another template is another base")
        let copy = out.appending(path: "additional_chat_templates")
        #expect(try String(contentsOf: copy.appending(path: "tool_use.jinja"), encoding: .utf8) == "{{ messages }}")
        #expect(try String(contentsOf: copy.appending(path: "rag.jinja"), encoding: .utf8) == "{{ documents }}")
        try FileManager.default.createSymbolicLink(
            atPath: templates.appending(path: "x.jinja").path, withDestinationPath: "/etc/hostname")
        #expect(throws: ModelFolderError.self) { try files.digest() }
    }

    @Test func anUntouchedBaseIsNotReadAgain() throws {
        let folder = try TemporaryFolder()
        let base = folder.url.appending(path: "base")
        try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: base.appending(path: "config.json"))
        let files = BaseFiles(base)
        let book = DigestBook(in: folder.url.appending(path: "digests")) { .now.adding(seconds: 10) }
        let digest = try files.digest(known: book)
        #expect(try digest == files.digest())
        // the book is believed, which shows that the file was not read
        let pages = folder.url.appending(path: "digests")
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: pages.path).first)
        let page = pages.appending(path: name)
        let text = try String(contentsOf: page, encoding: .utf8)
        let (known, other) = (ContentDigest(of: Data("{}".utf8)), ContentDigest(of: Data()))
        try Data(text.replacing("\(known)", with: "\(other)").utf8).write(to: page)
        #expect(try files.digest(known: book) != digest)
    }

    @Test func theModelCardBeginsAsPEFTWritesIt() throws {
        let bench = try TrainingBench()
        _ = try bench.train(bench.job())
        let card = try String(contentsOf: bench.folder.url.appending(path: "out/README.md"), encoding: .utf8)
        let front = """
            ---
            base_model: golden/tiny-llama
            library_name: peft
            pipeline_tag: text-generation
            tags:
            - base_model:adapter:golden/tiny-llama
            - lora
            - transformers
            ---

            """
        #expect(card.hasPrefix(front))
        #expect(card.contains("| learning_rate | 0.01 |"))
    }

    @Test func aSingleLoggedLossIsSaidOnce() throws {
        let bench = try TrainingBench([("max_steps", 2)])
        _ = try bench.train(bench.job())
        let card = try String(contentsOf: bench.folder.url.appending(path: "out/README.md"), encoding: .utf8)
        #expect(card.matches(of: /at step 2/).count == 1)
    }

    @Test func trainerStateHasTheKeysOfHuggingFaceAndALineForEachLoggedStep() throws {
        let bench = try TrainingBench()
        let (_, events) = try bench.train(bench.job())
        let state = try JSONValue(contentsOf: bench.folder.url.appending(path: "out/trainer_state.json"))
        // The keys of transformers 5.23.
        let keys = [
            "best_global_step", "best_metric", "best_model_checkpoint", "epoch", "eval_steps", "global_step",
            "is_hyper_param_search", "is_local_process_zero", "is_world_process_zero", "log_history", "logging_steps",
            "max_steps", "num_input_tokens_seen", "num_train_epochs", "save_steps", "stateful_callbacks", "total_flos",
            "train_batch_size", "trial_name", "trial_params",
        ]
        #expect(state.objectValue?.keys == keys)
        let reports = events.compactMap { if case .step(let report) = $0 { report } else { nil } }
        let log = try #require(state["log_history"]?.arrayValue)
        #expect(log.compactMap { $0["step"]?.intValue } == [4, 8, 10])
        #expect(log[0].objectValue?.keys == ["epoch", "grad_norm", "learning_rate", "loss", "step"])
        let means = [0..<4, 4..<8, 8..<10].map { range in
            reports[range].map(\.loss).reduce(0, +) / Double(range.count)
        }
        #expect(log.compactMap { $0["loss"]?.doubleValue } == means)
        // Nine rows in twos are five micro-batches, two to a step: three steps an epoch, the fourth is two fifths into the next.
        #expect(log.compactMap { $0["epoch"]?.doubleValue } == [1.4, 2.8, 3.4])
        #expect(state["best_global_step"]?.isNull == true && state["eval_steps"] == 0)
        #expect(state["stateful_callbacks"]?["RunRule"]?["attributes"]?["conclusion"]?["reason"] == "max_steps")
        #expect(state["epoch"] == 3.4 && state["num_train_epochs"] == 4 && state["global_step"] == 10)
        #expect(state["num_input_tokens_seen"]?.intValue == reports.map(\.tokens).reduce(0, +))
    }

    @Test func theSameSeedGivesTheSameBytesAndAnotherSeedOthers() throws {
        let (first, second, other) = (try TrainingBench(), try TrainingBench(), try TrainingBench([("seed", 1)]))
        let digest = try first.digest(first.job())
        #expect(try second.digest(second.job()) == digest)
        #expect(try other.digest(other.job()) != digest)
    }

    @Test func recomputingActivationsChangesNoByte() throws {
        let (with, without) = (try TrainingBench(), try TrainingBench([("gradient_checkpointing", false)]))
        #expect(try with.digest(with.job()) == without.digest(without.job()))
    }

    @Test func anOccupiedOutputFolderIsLeftAlone() throws {
        let bench = try TrainingBench()
        let output = bench.folder.url.appending(path: "out")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: output.appending(path: "notes.txt"))
        #expect(throws: CandidateError.occupied(output.path)) { try bench.train(bench.job()) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: output.path) == ["notes.txt"])
    }

    @Test func aRunMayStartFromAnAdapterOfThePlansForm() throws {
        let parent = Fixture.golden("lora/tiny-llama/adapter_init")
        let bench = try TrainingBench([("r", 8), ("max_steps", 1)])
        let form = TrainingOptions(formOf: try PEFTFolder(reading: parent, for: bench.model.configuration).adapter)
        #expect(form.rank == 8 && form.alpha == 16 && form.dropout == 0 && form.usesRSLoRA == false)
        #expect(form.targetModules == TargetModule.allCases)
        let (_, events) = try bench.train(bench.job(parent: parent))
        guard case .finished = try bench.train(bench.job(to: "again", parent: parent)).outcome else { return }
        #expect(events.contains { if case .step = $0 { true } else { false } })
        // The first step of a run with warm-up has rate 0, so the adapter is still its parent's, number for number.
        let ours = try SafetensorsFile(opening: bench.folder.url.appending(path: "out/adapter_model.safetensors"))
        let theirs = try SafetensorsFile(opening: parent.appending(path: "adapter_model.safetensors"))
        #expect(Set(ours.names) == Set(theirs.names))
        for name in ours.names { #expect(try ours.float32(named: name) == theirs.float32(named: name)) }
        let other = try TrainingBench([("r", 16)])
        #expect(throws: TrainingFault.otherForm(.rank, parent: "8", plan: "16")) { try other.train(other.job(parent: parent)) }
        let fewer = try TrainingBench([("r", 8), ("target_modules", "q_proj,v_proj")])
        #expect(throws: TrainingFault.self) { try fewer.train(fewer.job(parent: parent)) }
    }

    @Test func aLossThatIsNotANumberStopsTheRunAndKeepsTheStateBefore() throws {
        let bench = try TrainingBench([("r", 8)])
        // An adapter so large that activations overflow.
        var adapter = try PEFTFolder(
            reading: Fixture.golden("lora/tiny-llama/adapter_init"), for: bench.model.configuration
        ).adapter
        adapter.updateParameters(with: LoRAGradients(for: adapter)) { _, parameter, _ in parameter.scale(by: 1e30) }
        let parent = bench.folder.url.appending(path: "parent")
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        try PEFTFolder(adapter: adapter, baseModel: nil, revision: nil).write(to: parent)
        let fault = try #require(throws: TrainingFault.self) { try bench.train(bench.job(parent: parent)) }
        guard case .lossNotFinite(step: 1, _) = fault else { Issue.record("\(fault)"); return }
        #expect(fault.explanation.kind == .runtime)
        #expect(!FileManager.default.fileExists(atPath: bench.folder.url.appending(path: "out").path))
    }

    @Test func aFailedStepLeavesTheStateOfTheStepBefore() throws {
        let bench = try TrainingBench([("r", 8)])
        let run = TrainingRun(base: .frozen(bench.model), plan: bench.plan, examples: try TrainingBench.dataset().examples)
        let fresh = try LoRAAdapter(fresh: bench.plan.adapterConfiguration, for: bench.model.configuration, seed: 1)
        var state = TrainingState(starting: TrainedWeights(fresh), plan: bench.plan)
        var steps = 0
        _ = try run.run(&state, seconds: { 0 }, shouldStop: { steps == 3 }, afterStep: { _, _ in steps += 1 })
        state.weights.adapter?.updateParameters(with: LoRAGradients(for: fresh)) { _, parameter, _ in parameter.scale(by: 1e30) }
        let before = state
        #expect(throws: TrainingFault.self) {
            try run.run(&state, seconds: { 0 }, shouldStop: { false }, afterStep: { _, _ in steps += 1 })
        }
        #expect(steps == 3 && state.step == 3)
        #expect(state.weights == before.weights && state.optimizer == before.optimizer)
    }
}
