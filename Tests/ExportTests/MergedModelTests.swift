import Export
import Foundation
import Llama
import Tensors
import TestSupport
import Testing

/// Expected weights come from PEFT 0.21.2's `merge_and_unload` on a float32 model.
@Suite struct MergedModelTests {
    private struct Merge {
        let base: URL
        let sources: MergeSources
        let workshop: TemporaryFolder

        init(_ base: URL, adapter: URL, storage: BasePrecision = .fp32, to type: FloatType? = nil) throws {
            let configuration = try ModelConfiguration(folder: base)
            self.base = base
            workshop = try TemporaryFolder()
            sources = try MergeSources(
                base: base, configuration: configuration, adapter: PEFTFolder(reading: adapter, for: configuration).adapter,
                storage: storage, cache: nil, workshop: workshop.url, rounding: type.map { .to($0) } ?? .asStored)
        }

        init(_ model: String, storage: BasePrecision = .fp32, to type: FloatType? = nil) throws {
            try self.init(
                Fixture.golden(model), adapter: Fixture.golden("lora/\(model)/adapter_after_20_steps"), storage: storage, to: type
            )
        }

        func weights(_ candidate: MergeCandidate = .original) throws -> StreamedWeights {
            try sources.weights(of: candidate, workshop: workshop.url)
        }

        func model(_ candidate: MergeCandidate = .original) throws -> MergedModel {
            try MergedModel(weights(candidate), of: sources.configuration)
        }

        /// Written, and opened again.
        func written(_ candidate: MergeCandidate = .original, shardSize: Int = .max) throws -> ModelTensors {
            let folder = workshop.url.appending(path: "merged")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try model(candidate).write(to: folder, shardSize: shardSize)
            return try ModelTensors(folder: folder)
        }
    }

    private func greatest(_ first: [Float], _ second: [Float]) -> Float {
        #expect(first.count == second.count)
        return zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    private let batch: TokenBatch = {
        let tokens = (0..<40).map { Int32($0 * 7 % 61) }
        return TokenBatch([TokenBatch.Row(tokens: tokens, labels: tokens)])
    }()

    @Test(arguments: ["tiny-llama", "tiny-llama3-rope"]) func weightsAreThoseOfPEFT(model: String) throws {
        let merge = try Merge(model, to: .f32)
        let golden = try SafetensorsFile(opening: Fixture.golden("merge/\(model).merged.safetensors"))
        let written = try merge.written()
        #expect(Set(merge.sources.adapter.pairs.map { $0.module.path + ".weight" }) == Set(golden.names))
        #expect(written.names == merge.sources.tensors.names)
        for name in written.names {
            let isChanged = golden.entry(named: name) != nil
            let expected = try isChanged ? golden.float32(named: name) : merge.sources.tensors.float32(named: name, shape: nil)
            // Weights are below 4, where an ulp is 2.4e-7; B · A sums 8 or 16 products in another order than torch.
            #expect(try greatest(written.float32(named: name, shape: nil), expected) <= (isChanged ? 1e-6 : 0), "\(name)")
        }
    }

    /// PEFT's own merged model differs from its adapter by 1.2e-5 on logits up to 20; the bar is 1e-4.
    @Test(arguments: ["tiny-llama", "tiny-llama3-rope"]) func logitsAreThoseOfPEFTsMergedModel(name: String) throws {
        let merge = try Merge(name, to: .f32)
        let model = try LlamaModel(folder: merge.written().folder.url, precision: .fp32)
        let golden = try SafetensorsFile(opening: Fixture.golden("merge/\(name).logits.safetensors"))
            .float32(named: "logits_merged_every_4th")
        let expected = try SafetensorsFile(opening: Fixture.golden("\(name)/expected.safetensors"))
        let (ids, mask) = try (integers("input_ids", expected), integers("attention_mask", expected))
        let (width, vocabulary) = (ids.count / 3, model.configuration.vocabularySize)
        var compared = 0
        for row in 0..<3 {
            let real = (row * width..<(row + 1) * width).filter { mask[$0] == 1 }
            let logits = try model.logits(of: TokenBatch([TokenBatch.Row(tokens: real.map { Int32(ids[$0]) })]))[0]
            for (index, place) in real.enumerated() where (place - row * width) % 4 == 0 {
                let start = (row * width / 4 + (place - row * width) / 4) * vocabulary
                let own = logits.rows(index..<index + 1).values
                #expect(greatest(own, Array(golden[start..<start + vocabulary])) < 1e-4)
                compared += 1
            }
        }
        #expect(compared > 30)
        let base = try LlamaModel(folder: merge.base, precision: .fp32).logits(of: batch)
        #expect(try greatest(base[0].values, model.logits(of: batch)[0].values) > 0.1)
    }

    private func integers(_ name: String, _ file: SafetensorsFile) throws -> [Int64] {
        let data = try file.bytes(named: name)
        return data.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 8).map { bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self) }
        }
    }

    /// What is measured is what will be written: the same numbers, bit for bit.
    @Test(arguments: MergeCandidate.allCases, [FloatType.f32, .bf16, .f16])
    func whatIsMeasuredIsWhatIsWritten(candidate: MergeCandidate, type: FloatType) throws {
        let merge = try Merge("tiny-llama3-rope", storage: .nf4, to: type)
        let written = try merge.written(candidate)
        let form = try ModelForm(folder: merge.base, arithmetic: .fp32)
        let measured = try LlamaModel(form, streaming: merge.weights(candidate), .fp32).logits(of: batch)
        let opened = try LlamaModel(folder: written.folder.url, precision: .fp32).logits(of: batch)
        #expect(measured[0].values == opened[0].values)
        for name in written.names { #expect(written.entry(named: name)?.dtype == type.dtype) }
    }

    /// An adapter that was trained on 4 bits is at home on what they decode to, to rounding; on the original weights it is not.
    @Test func dequantizedIsTheTrainingBase() throws {
        let merge = try Merge("tiny-llama", storage: .nf4, to: .f32)
        #expect(merge.sources.candidates == [.original, .dequantized, .requantized])
        let form = try ModelForm(folder: merge.base, arithmetic: .fp32)
        let reference = try LlamaModel(form, streaming: merge.sources.trainingBase(), .nf4)
        let states = try reference.scoredStates(of: batch, adapter: merge.sources.adapter)
        func mean(_ candidate: MergeCandidate) throws -> Double {
            let model = try LlamaModel(form, streaming: merge.weights(candidate), .fp32)
            let tokens = try model.divergence(at: model.scoredStates(of: batch), from: reference, at: states)
            #expect(tokens.count == 39)
            return tokens.reduce(0) { $0 + $1.divergence } / 39
        }
        let direct = try LlamaModel(folder: merge.base, precision: .nf4).logits(of: batch, adapter: merge.sources.adapter)
        #expect(try greatest(reference.logits(of: batch, adapter: merge.sources.adapter)[0].values, direct[0].values) == 0)
        let (original, dequantized, requantized) = try (mean(.original), mean(.dequantized), mean(.requantized))
        #expect(dequantized < 1e-8 && original > 1e-4 && requantized > 1e-4)
    }

    /// KL and agreement against sums over whole rows of logits in double precision.
    @Test func divergenceIsItsDefinition() throws {
        let merge = try Merge("tiny-llama", to: .bf16)
        let form = try ModelForm(folder: merge.base, arithmetic: .fp32)
        let reference = try LlamaModel(form, streaming: merge.sources.trainingBase(), .fp32)
        let other = try LlamaModel(folder: merge.base, precision: .nf4)
        let found = try other.divergence(
            at: other.scoredStates(of: batch), from: reference,
            at: reference.scoredStates(of: batch, adapter: merge.sources.adapter))
        let (p, q) = try (
            reference.logits(of: batch, adapter: merge.sources.adapter)[0], other.logits(of: batch)[0]
        )
        func logSum(_ logits: Matrix, _ row: Int) -> Double {
            let top = Double(logits[row, logits.largestColumn(ofRow: row)])
            return top + log((0..<logits.columns).reduce(0) { $0 + exp(Double(logits[row, $1]) - top) })
        }
        for (row, token) in found.enumerated() {
            let (left, right) = (logSum(p, row), logSum(q, row))
            let expected = (0..<p.columns).reduce(0.0) { sum, column in
                let (a, b) = (Double(p[row, column]) - left, Double(q[row, column]) - right)
                return sum + exp(a) * (a - b)
            }
            #expect(abs(token.divergence - expected) < 1e-9 && expected > 1e-3)
            #expect(token.agrees == (p.largestColumn(ofRow: row) == q.largestColumn(ofRow: row)))
        }
    }

    @Test func theStoredTypeIsKeptUnlessAnotherIsAsked() throws {
        let merge = try Merge("tiny-llama3-rope")
        let kept = try merge.written()
        for name in kept.names { #expect(kept.entry(named: name)?.dtype == merge.sources.tensors.entry(named: name)?.dtype) }
        let whole = try Merge("tiny-llama3-rope", to: .f32)
        let exact = try whole.written()
        for pair in merge.sources.adapter.pairs {
            let name = pair.module.path + ".weight"
            let sums = try exact.float32(named: name, shape: nil)
            #expect(try kept.float32(named: name, shape: nil) == FloatType.bf16.widen(FloatType.bf16.narrow(sums)))
        }
        func configuration(_ tensors: ModelTensors) throws -> String {
            try String(contentsOf: tensors.folder.url.appending(path: "config.json"), encoding: .utf8)
        }
        #expect(
            try configuration(kept)
                == String(contentsOf: Fixture.golden("tiny-llama3-rope/config.json"), encoding: .utf8))
        let halves = try Merge("tiny-llama3-rope", to: .f16)
        let half = try configuration(halves.written())
        #expect(half.contains("\"float16\"") && !half.contains("\"bfloat16\""))
    }

    /// A folder in 4 bits loses all traces of that: its parts, its `quantization_config`, and nothing of its numbers.
    @Test func aBaseIn4BitsIsWrittenInFull() throws {
        let base = Fixture.root.appending(path: "models/llama-bnb-4bit")
        let configuration = try ModelConfiguration(folder: base)
        let adapter = try LoRAAdapter(fresh: LoRAConfiguration(rank: 4, alpha: 8), for: configuration, seed: 7)
        let folder = try TemporaryFolder()
        try PEFTFolder(adapter: adapter, baseModel: nil, revision: nil).write(to: folder.url)
        let merge = try Merge(base, adapter: folder.url, storage: .nf4)
        #expect(merge.sources.candidates == [.dequantized, .requantized])
        let written = try merge.written(.dequantized)
        #expect(Set(written.names) == Set(configuration.parameters.map(\.name)))
        let text = try String(contentsOf: written.folder.url.appending(path: "config.json"), encoding: .utf8)
        #expect(!text.contains("quantization_config"))
        let quantized = try LlamaModel(folder: base, precision: .nf4).logits(of: batch)
        let whole = try LlamaModel(folder: written.folder.url, precision: .fp32).logits(of: batch)
        // a fresh adapter changes nothing
        #expect(greatest(quantized[0].values, whole[0].values) < 1e-4)
    }

    @Test func theSameMergeGivesTheSameBytes() throws {
        let files = try (0..<2).map { _ in
            let merge = try Merge("tiny-llama", storage: .nf4)
            return try withExtendedLifetime(merge) {
                try Data(contentsOf: merge.written(.requantized).folder.url.appending(path: "model.safetensors"))
            }
        }
        #expect(files[0] == files[1])
    }

    @Test func weightsAreSharedAmongFiles() throws {
        let merge = try Merge("tiny-llama")
        let whole = try merge.written()
        let second = try Merge("tiny-llama")
        let parted = try second.written(shardSize: 100_000)
        #expect(parted.fileNames.count > 1 && parted.names == whole.names)
        for name in whole.names { #expect(try parted.bytes(named: name) == whole.bytes(named: name)) }
        for file in parted.fileNames {
            let size = parted.entries(inFile: file).reduce(0) { $0 + ($1.dtype.byteCount(of: $1.shape) ?? 0) }
            #expect(size <= 100_000 || parted.entries(inFile: file).count == 1)
        }
        #expect(parted.fileNames.sorted().first == "model-00001-of-0000\(parted.fileNames.count).safetensors")
    }

    @Test func anAdapterOfAnotherBaseIsRefused() throws {
        let adapter = Fixture.golden("lora/tiny-llama/adapter_after_20_steps")
        #expect(throws: (any Error).self) { try Merge(Fixture.golden("tiny-llama3-rope"), adapter: adapter) }
    }

    @Test func sumsThatATypeCannotHoldAreRefused() throws {
        let base = Fixture.golden("tiny-llama")
        let configuration = try ModelConfiguration(folder: base)
        let read = try PEFTFolder(reading: Fixture.golden("lora/tiny-llama/adapter_after_20_steps"), for: configuration)
        let folder = try TemporaryFolder()
        try read.write(to: folder.url)
        let text = try String(contentsOf: folder.url.appending(path: "adapter_config.json"), encoding: .utf8)
        let loud = text.replacing(/"lora_alpha": [0-9.]+/, with: "\"lora_alpha\": 1e9")
        try Data(loud.utf8).write(to: folder.url.appending(path: "adapter_config.json"))
        try Merge(base, adapter: folder.url, to: .bf16).weights().check(configuration)
        let error = try #require(throws: ModelError.self) {
            try Merge(base, adapter: folder.url, to: .f16).weights().check(configuration)
        }
        guard case .overflows(_, .f16) = error else {
            Issue.record("\(error)")
            return
        }
    }
}
