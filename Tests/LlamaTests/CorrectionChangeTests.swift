import Randomness
import Tensors
import TestSupport
import Testing

@testable import Llama

/// Norms of corrections against the matrices that they are the norms of.
@Suite struct CorrectionChangeTests {
    private let module = LinearModule(layer: 0, slot: .down, outputs: 13, inputs: 9, hasBias: false)

    private func pair(rank: Int, scale: Float, seed: UInt64) -> LoRAPair {
        var generator = SplitMix64(seed: seed)
        func matrix(_ rows: Int, _ columns: Int) -> Matrix {
            Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in Float(generator.unit() - 0.5) })
        }
        return LoRAPair(module: module, a: matrix(rank, module.inputs), b: matrix(module.outputs, rank), scale: scale)
    }

    /// scale · B · A, formed.
    private func formed(_ pair: LoRAPair) -> [Double] {
        (0..<pair.b.rows).flatMap { row in
            (0..<pair.a.columns).map { column in
                Double(pair.scale) * (0..<pair.rank).reduce(0) { $0 + Double(pair.b[row, $1]) * Double(pair.a[$1, column]) }
            }
        }
    }

    private func adapter(_ pairs: [LoRAPair]) -> LoRAAdapter {
        LoRAAdapter(configuration: LoRAConfiguration(rank: 4, alpha: 8), pairs: pairs)
    }

    @Test(arguments: [(4, 4), (2, 7), (1, 1)])
    func `the change is that of the formed matrices, whatever the ranks`(_ ranks: (Int, Int)) throws {
        let (first, second) = (pair(rank: ranks.0, scale: 2, seed: 1), pair(rank: ranks.1, scale: 0.5, seed: 2))
        let (old, new) = (formed(first), formed(second))
        func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let change = try #require(adapter([first]).changes(to: adapter([second]))?.first)
        // sums of some hundred products in 64 bits
        #expect(abs(change.before - norm(old)) < 1e-12 && abs(change.after - norm(new)) < 1e-12)
        #expect(abs(change.moved - norm(zip(old, new).map { $1 - $0 })) < 1e-12)
    }

    @Test func `an adapter has not moved from itself`() throws {
        let own = adapter([pair(rank: 4, scale: 2, seed: 3)])
        let change = try #require(own.changes(to: own)?.first)
        // what cancels is the square: half of the digits are left
        #expect(change.moved < 1e-7 * change.before && change.before == change.after)
    }

    @Test func `what only one adapts moved all the way`() throws {
        let own = adapter([pair(rank: 4, scale: 2, seed: 3)])
        let added = try #require(adapter([]).changes(to: own)?.first)
        #expect(added.before == 0 && added.moved == added.after)
        let removed = try #require(own.changes(to: adapter([]))?.first)
        #expect(removed.after == 0 && removed.moved == removed.before)
    }

    @Test func `linears of other shapes cannot be compared`() {
        let other = LinearModule(layer: 0, slot: .down, outputs: 3, inputs: 2, hasBias: false)
        let small = LoRAPair(module: other, a: Matrix(rows: 1, columns: 2), b: Matrix(rows: 3, columns: 1), scale: 1)
        #expect(adapter([pair(rank: 4, scale: 2, seed: 3)]).changes(to: adapter([small])) == nil)
    }
}
