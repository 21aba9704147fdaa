import DurableFiles
import Faults
import Foundation
import Llama
import StrictJSON
import Testing

@testable import Training

/// What a memory budget decides, and what it leaves alone.
@Suite struct MemoryFitTests {
    private let model: ModelConfiguration
    private let rows: [EncodedRow]

    init() throws {
        model = try ModelConfiguration(folder: TrainingBench.base)
        rows = try TrainingBench.dataset().examples
    }

    private func fit(_ budget: JSONValue?, _ members: [(String, JSONValue)] = []) throws -> MemoryFit {
        var object = JSONObject([("batch_size", 4), ("gradient_accumulation_steps", 2)])
        for (name, value) in members { object[name] = value }
        if let budget { object["memory_budget"] = budget }
        return try MemoryFit(TrainingPlan(typed: TrainingOptions(declared: object)), model, rows: rows)
    }

    private func smallest() throws -> MemoryFit {
        do {
            _ = try fit(1)
            throw MemoryFitTests.fits
        } catch MemoryError.budgetTooSmall(_, let smallest) {
            return smallest
        }
    }

    private static let fits = PlanError.notAllowed(.memoryBudget, value: "1")

    @Test func withoutABudgetThePlanDecides() throws {
        #expect(try fit(nil).layout.recomputedLayers == model.layerCount)
        #expect(try fit(nil, [("gradient_checkpointing", false)]).layout.recomputedLayers == 0)
        #expect(try fit(nil).plan.batchSize == 4 && !fit(nil).streams)
    }

    @Test func whatIsChosenFitsAndMoreMemoryNeverMeansMoreWork() throws {
        let (least, most) = (try smallest().memory.total, try fit(.integer(1 << 40)).memory.total)
        var last = Int.max
        for budget in stride(from: least, through: most, by: max(1, (most - least) / 40)) {
            let found = try fit(.integer(budget))
            #expect(found.memory.total <= budget)
            guard !found.streams, found.plan.batchSize == 4 else { continue }
            #expect(found.layout.recomputedLayers <= last)
            last = found.layout.recomputedLayers
        }
        let free = try fit(.integer(most))
        #expect(free.layout.recomputedLayers == 0 && free.plan.batchSize == 4 && !free.streams)
    }

    @Test func aStepKeepsItsRows() throws {
        let (whole, cut) = (try fit(nil).plan, try fit(.integer(smallest().memory.total)).plan)
        #expect(cut.batchSize == 1 && cut.accumulation == 8)
        for step in 0..<6 {
            let (first, second) = [whole, cut].map { plan in
                Array(Batches(rowCount: rows.count, plan: plan).microBatches(ofStep: step).joined())
            }.pair
            #expect(first == second)
        }
    }

    @Test func aBudgetAloneMakesNoOtherPlan() throws {
        #expect(try fit("1TB").plan.digest == fit(nil).plan.digest)
        #expect(try fit(.integer(smallest().memory.total)).plan.digest != fit(nil).plan.digest)
    }

    @Test func whatCannotFitIsRefusedWithTheSum() throws {
        let least = try smallest()
        #expect(least.memory.parts.reduce(0) { $0 + $1.bytes } == least.memory.total)
        let error = MemoryError.budgetTooSmall(budget: 1_000_000, smallest: least)
        #expect(error.explanation.kind == .usage)
        #expect(error.explanation.what.hasPrefix("A memory budget of 1.0 MB is too small: at the least, this training takes "))
        // what it says to give is enough
        let advice = try #require(error.explanation.next.split(separator: " ").dropFirst(2).first?.dropLast())
        _ = try fit(.string(String(advice)))
    }

    @Test func heldOutRowsHaveToFitToo() throws {
        let (own, plan) = (try fit(nil, [("gradient_checkpointing", true)]), try fit(nil).plan)
        let heldOut = Array(repeating: rows, count: 1 + 4096 / rows.reduce(0) { $0 + $1.tokens.count }).flatMap(\.self)
        let both = try MemoryFit(plan, model, rows: rows, heldOut: heldOut)
        // a batch of 2,048 tokens: the stream in 32 bits at the least
        #expect(both.memory.activations + both.memory.logits >= 4 * 2048 * model.hiddenSize)
        #expect(both.memory.total > own.memory.total)
    }

    @Test func aHigherRankThatMayFollowFitsToo() throws {
        let plan = try fit(nil).plan
        let (own, higher) = (try MemoryFit(plan, model, rows: rows), try MemoryFit(plan, model, rows: rows, rank: 64))
        #expect(higher.memory.total > own.memory.total && higher.plan == own.plan)
    }

    @Test(arguments: [
        ("6GB", 6_000_000_000), ("512 MiB", 512 << 20), ("1.5gb", 1_500_000_000), ("100", 100), ("2KiB", 2048), ("7 B", 7),
    ])
    func sizesAreReadAsPeopleWriteThem(text: String, bytes: Int) { #expect(ByteCount(text)?.bytes == bytes) }

    @Test(arguments: ["", "GB", "6 XB", "-6GB", "6GB!", "1e3", "9999999999TB"])
    func whatIsNoSizeIsRefused(text: String) { #expect(ByteCount(text) == nil) }

    @Test func whateverIsChosenTrainsTheSameWeights() throws {
        let whole = try TrainingBench()
        let expected = try whole.digest(whole.job())
        for (layers, sweep) in [(0, 1), (1, 1), (1, 2), (model.layerCount, 5)] {
            let bench = try TrainingBench()
            let layout = StepLayout(
                recomputedLayers: layers, sweep: sweep, logitRows: LlamaModel.logitRows(vocabulary: model.vocabularySize))
            #expect(try bench.digest(bench.job(layout: layout)) == expected)
        }
    }
}

extension [[Int]] {
    fileprivate var pair: ([Int], [Int]) { (self[0], self[1]) }
}
