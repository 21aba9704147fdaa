import Digests
import Foundation
import Llama
import StrictJSON
import TestSupport
import Testing

@testable import Training

/// Runs that look at held-out rows on their way: ten planned steps, an evaluation at every second one, twenty when extended.
@Suite struct SupervisedRunTests {
    private static let options: [(String, JSONValue)] = [("eval_steps", 2), ("save_total_limit", 1)]

    private func bench(_ more: (String, JSONValue)...) throws -> TrainingBench { try TrainingBench(Self.options + more) }

    private func candidate(_ bench: TrainingBench, _ job: TrainingJob) throws -> Candidate {
        guard case .finished(let candidate) = try bench.train(job).outcome else { throw CancellationError() }
        return candidate
    }

    private func state(_ bench: TrainingBench, _ name: String = "out") throws -> JSONValue {
        try JSONValue(contentsOf: bench.folder.url.appending(path: "\(name)/trainer_state.json"))
    }

    @Test func aPlateauStopsAtThePlannedStepsAndTheBestIsTheCandidate() throws {
        let bench = try bench()
        let candidate = try candidate(bench, bench.job(supervision: TrainingBench.supervision(gain: 0.9)))
        let conclusion = candidate.conclusion
        #expect(conclusion.stop == .plateau && conclusion.step == 10 && conclusion.last?.step == 10)
        let best = try #require(conclusion.best?.step)
        let folder = bench.store.folder(ofStep: best)
        #expect(try ContentDigest(ofFile: folder.appending(path: "adapter_model.safetensors")) == candidate.digest)
        #expect(try Set(bench.store.steps()) == [best, 10], "best and last are both kept, whatever save_total_limit says")
        #expect(try RunConclusion(ofCandidate: candidate.folder) == conclusion)
    }

    @Test func trainerStateHoldsTheEvaluationsAsTransformersWritesThem() throws {
        let bench = try bench()
        let (outcome, events) = try bench.train(bench.job(supervision: TrainingBench.supervision(gain: 0.9)))
        guard case .finished(let candidate) = outcome else { Issue.record("\(outcome)"); return }
        let state = try state(bench)
        let evaluated = try #require(state["log_history"]?.arrayValue).filter { $0["eval_loss"] != nil }
        #expect(evaluated.compactMap { $0["step"]?.intValue } == [2, 4, 6, 8, 10])
        #expect(evaluated[0].objectValue?.keys == ["epoch", "eval_loss", "step"])
        let steps = try #require(state["log_history"]?.arrayValue).compactMap { $0["step"]?.intValue }
        #expect(steps == steps.sorted())
        let losses = evaluated.compactMap { $0["eval_loss"]?.doubleValue }
        #expect(state["best_metric"]?.doubleValue == losses.min())
        #expect(state["best_global_step"]?.intValue == candidate.conclusion.best?.step)
        #expect(state["best_model_checkpoint"]?.stringValue == candidate.conclusion.best.map { "checkpoint-\($0.step)" })
        #expect(state["eval_steps"] == 2 && state["global_step"] == 10 && state["max_steps"] == 10)
        let heard = events.compactMap { if case .evaluated(let evaluation, _) = $0 { evaluation.heldOutLoss } else { nil } }
        #expect(heard == losses)
        let rule = state["stateful_callbacks"]?["RunRule"]
        #expect(rule?["args"]?["extend_to"] == 2 && rule?["attributes"]?["state"] == "stopped")
        #expect(rule?["attributes"]?["decisions"]?.arrayValue?.count == 5)
    }

    /// Loss per supervised token, as the evaluation of the same adapter on the same rows counts it.
    @Test func theHeldOutLossIsThatOfTheCandidate() throws {
        let bench = try bench()
        let supervision = try TrainingBench.supervision(gain: 0.9)
        let candidate = try candidate(bench, bench.job(supervision: supervision))
        let adapter = try PEFTFolder(reading: candidate.folder, for: bench.model.configuration).adapter
        let scores = try RowScoring.score(supervision.heldOut!.rows, model: bench.model, adapter: adapter)
        let loss = scores.reduce(0) { $0 - $1.sumLogProbability } / Double(scores.reduce(0) { $0 + $1.supervisedTokens })
        #expect(candidate.conclusion.best?.heldOutLoss == loss)
    }

    @Test func lookingAtHeldOutRowsChangesNoWeight() throws {
        let (watched, alone) = (try bench(), try bench())
        _ = try candidate(watched, watched.job(supervision: TrainingBench.supervision(gain: 0.9)))
        let expected = try candidate(alone, alone.job()).digest
        let last = watched.store.folder(ofStep: 10).appending(path: "adapter_model.safetensors")
        #expect(try ContentDigest(ofFile: last) == expected)
    }

    /// Until the planned steps nothing knows of an extension; beyond them the rates are those of a run planned for all.
    @Test func anExtendedRunBeginsAsOneThatIsNot() throws {
        let (extended, short) = (try bench(("save_total_limit", 99)), try bench())
        let (outcome, events) = try extended.train(extended.job(supervision: TrainingBench.supervision()))
        guard case .finished(let candidate) = outcome else { Issue.record("\(outcome)"); return }
        #expect(candidate.conclusion.stop == .extendedSteps && candidate.conclusion.step == 20)
        let tenth = extended.store.folder(ofStep: 10).appending(path: "adapter_model.safetensors")
        #expect(try ContentDigest(ofFile: tenth).hex == short.digest(short.job()))
        let rates = events.compactMap { if case .step(let report) = $0 { report.learningRate } else { nil } }
        let (ten, twenty) = (
            Schedule(.cosine, peak: 0.01, totalSteps: 10, warmup: 2), Schedule(.cosine, peak: 0.01, totalSteps: 20, warmup: 2)
        )
        #expect(rates == (1...20).map { ($0 <= 10 ? ten : twenty).rate(ofStep: $0) })
        let state = try state(extended)
        #expect(state["max_steps"] == 20 && state["global_step"] == 20)
    }

    @Test func stoppingAnExtendedRunAtAnyStepChangesNothing() throws {
        let whole = try bench()
        let expected = try candidate(whole, whole.job(supervision: TrainingBench.supervision()))
        let files = ["adapter_model.safetensors", "trainer_state.json", "README.md"]
        for stop in stride(from: 1, to: 20, by: 3) {
            let bench = try bench()
            let job = try bench.job(supervision: TrainingBench.supervision())
            guard case .interrupted(let step) = try bench.train(job, stoppingAfter: stop).outcome else {
                Issue.record("the run was not interrupted at \(stop)")
                continue
            }
            #expect(step == stop)
            #expect(try candidate(bench, job).conclusion == expected.conclusion)
            for file in files {
                let (one, other) = (bench.folder.url.appending(path: "out/\(file)"), expected.folder.appending(path: file))
                #expect(try Data(contentsOf: one) == Data(contentsOf: other), "\(file), stopped after step \(stop)")
            }
        }
    }

    /// Four held-out rows are one batch: the question after it stops the run at a step whose evaluation is not noted.
    @Test func stoppingInsideAnEvaluationOwesIt() throws {
        let whole = try bench()
        let expected = try candidate(whole, whole.job(supervision: TrainingBench.supervision()))
        let bench = try bench()
        let job = try bench.job(supervision: TrainingBench.supervision())
        var stepped = 0
        let stopped = try BuiltInEngine(model: bench.model).train(job, shouldStop: { stepped == 10 }) { event in
            if case .step(let report) = event { stepped = report.step }
        }
        guard case .interrupted(step: 10) = stopped else { Issue.record("\(stopped)"); return }
        let (_, events) = try bench.train(job, stoppingAfter: 12)
        guard case .evaluated(let evaluation, let decision) = events.dropFirst().first else { Issue.record("\(events)"); return }
        #expect(evaluation.step == 10 && decision.action == .extend(to: 20))
        let resumed = try candidate(bench, job)
        #expect(resumed.digest == expected.digest && resumed.conclusion == expected.conclusion)
    }

    @Test func otherHeldOutRowsOrAnotherRuleAreAnotherRun() throws {
        let bench = try bench()
        _ = try bench.train(bench.job(supervision: TrainingBench.supervision()), stoppingAfter: 3)
        let refusal = CheckpointError.otherRun(.heldOut, folder: bench.store.folder(ofStep: 3).path)
        #expect(throws: refusal) { try bench.train(bench.job()) }
        #expect(throws: refusal) { try bench.train(bench.job(supervision: TrainingBench.supervision(gain: 0.5))) }
    }

    @Test func aCheckpointOfOtherKernelsIsRefusedByBothNames() throws {
        let bench = try bench()
        _ = try bench.train(bench.job(), stoppingAfter: 3)
        let manifest = bench.store.folder(ofStep: 3).appending(path: "checkpoint.json")
        let text = try String(contentsOf: manifest, encoding: .utf8)
        let json = try JSONValue(contentsOf: manifest)
        let current = try #require(json["kernel_path"]?.stringValue)
        try text.replacing(#""kernel_path": "\#(current)""#, with: #""kernel_path": "abacus""#)
            .write(to: manifest, atomically: true, encoding: .utf8)
        try DigestList.write(in: bench.store.folder(ofStep: 3), of: ["checkpoint.json"])
        let error = try #require(throws: CheckpointError.self) { try bench.train(bench.job()) }
        #expect(error == .otherKernels(saved: "abacus", current: current, folder: bench.store.folder(ofStep: 3).path))
        #expect(error.explanation.kind == .usage)
        #expect(error.explanation.what.contains("abacus") && error.explanation.what.contains(current))
    }

    @Test func heldOutRowsWithoutAnAnswerAreRefused() throws {
        let dataset = try TrainingBench.dataset()
        let limits = try #require(TrainingBench.supervision().heldOut).limits
        let unlabelled = dataset.encoded.map {
            EncodedRow(
                line: $0.line, form: $0.form, tokens: $0.tokens, labels: $0.labels, length: $0.length, fault: .unlabelled)
        }
        let error = #expect(throws: DataError.self) {
            try RunSupervision.HeldOut(unlabelled, of: "held_out.jsonl", limits: limits)
        }
        #expect(error?.reason == .nothingSupervised(rows: 9))
    }

    /// A rate so low that nothing is learned, and a watchdog that takes every loss above the lowest for far: soon three in a row are.
    @Test func aLossThatExplodesStopsTheRunAndLeavesTheLastGoodState() throws {
        let bench = try TrainingBench([
            ("learning_rate", 1e-9), ("max_steps", 40), ("save_steps", 1), ("save_total_limit", 1),
        ])
        let supervision = RunSupervision(watchdog: LossWatchdog.Limits(factor: 1, margin: 0, steps: 3))
        let job = try bench.job(supervision: supervision)
        let fault = try #require(throws: TrainingFault.self) { try bench.train(job) }
        guard case .lossExploded(let step, let loss, let lowest, 3, let lastGood) = fault else {
            Issue.record("\(fault)"); return
        }
        #expect(loss > lowest)
        #expect(lastGood == step - 3)
        #expect(try bench.store.steps() == [step - 3], "what came after is gone")
        #expect(!FileManager.default.fileExists(atPath: job.output.path))
        #expect(fault.explanation.kind == .runtime)
        // The same run comes to the same end from there.
        #expect(throws: fault) { try bench.train(job) }
    }
}
