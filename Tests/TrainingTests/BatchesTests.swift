import Testing

@testable import Training

@Suite struct BatchesTests {
    private func batches(
        _ rows: Int, batch: Int = 2, accumulation: Int = 2, seed: UInt64 = 1, shuffles: Bool = true
    ) -> Batches {
        Batches(rowCount: rows, batchSize: batch, accumulation: accumulation, seed: seed, shuffles: shuffles)
    }

    @Test(arguments: [1, 2, 5, 8, 13])
    func everyEpochReadsEachRowOnce(rows: Int) {
        let batches = batches(rows)
        for epoch in 0..<3 {
            let steps = epoch * batches.stepsPerEpoch..<(epoch + 1) * batches.stepsPerEpoch
            let read = steps.flatMap { batches.microBatches(ofStep: $0).flatMap { $0 } }
            #expect(read.sorted() == Array(0..<rows))
        }
    }

    @Test func theLastStepOfAnEpochTakesWhatIsLeft() {
        // Nine rows in twos give micro-batches of 2, 2, 2, 2, 1; two to a step: 2 + 2, 2 + 2, 1.
        let batches = batches(9, shuffles: false)
        #expect(batches.microBatches(ofStep: 0) == [[0, 1], [2, 3]])
        #expect(batches.microBatches(ofStep: 2) == [[8]])
        #expect(batches.microBatches(ofStep: 3) == [[0, 1], [2, 3]])
    }

    @Test func epochsAreCountedInMicroBatches() {
        // The example of Hugging Face's trainer: five micro-batches, two to a step.
        let batches = batches(9)
        #expect((1...4).map(batches.epoch(afterSteps:)) == [0.4, 0.8, 1, 1.4])
        #expect(batches.steps(in: .epochs(1.5)) == 5)
        #expect(batches.steps(in: .steps(7)) == 7)
    }

    @Test func theOrderDependsOnSeedAndEpochAlone() {
        #expect(batches(50).order(ofEpoch: 3) == batches(50, batch: 7).order(ofEpoch: 3))
        #expect(batches(50).order(ofEpoch: 0) != batches(50).order(ofEpoch: 1))
        #expect(batches(50).order(ofEpoch: 0) != batches(50, seed: 2).order(ofEpoch: 0))
        #expect(batches(50, shuffles: false).order(ofEpoch: 1) == Array(0..<50))
    }

    @Test func permutationsAreUniform() {
        // 6 orders of 3 rows over 6,000 seeds: 1,000 each, standard deviation 29; six of them would be 173.
        var counts: [[Int]: Int] = [:]
        for seed in 0..<6_000 { counts[batches(3, seed: UInt64(seed)).order(ofEpoch: 0), default: 0] += 1 }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { abs($0 - 1_000) < 173 })
    }
}
