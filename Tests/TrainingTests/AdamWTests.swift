import Foundation
import StrictJSON
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite struct AdamWTests {
    private static let names = ["large", "small"]

    private struct Trajectory {
        let file: SafetensorsFile
        let rates: [Double]
        let settings: AdamWSettings

        init() throws {
            let info = try JSONValue(contentsOf: Fixture.root.appending(path: "formats/info.json"))["adamw"]
            func number(_ key: String) throws -> Double { try #require(info?[key]?.doubleValue) }
            file = try SafetensorsFile(opening: Fixture.root.appending(path: "formats/adamw.safetensors"))
            rates = try #require(info?["rates"]?.arrayValue).compactMap(\.doubleValue)
            settings = AdamWSettings(
                beta1: try number("beta1"), beta2: try number("beta2"), epsilon: try number("epsilon"),
                weightDecay: try number("weight_decay"))
        }

        func matrix(_ name: String) throws -> Matrix {
            let shape = try #require(file.entry(named: name)).shape
            return Matrix(rows: shape[0], columns: shape[1], values: try file.float32(named: name))
        }

        func run(_ optimizer: inout AdamW, _ parameters: inout [String: Matrix], steps: ClosedRange<Int>) throws {
            for step in steps {
                for name in AdamWTests.names {
                    let gradient = try matrix("\(name).gradient.\(step)")
                    optimizer.update(name, &parameters[name]!, gradient: gradient, rate: rates[step - 1])
                }
            }
        }

        func start() throws -> [String: Matrix] {
            try Dictionary(uniqueKeysWithValues: AdamWTests.names.map { ($0, try matrix("\($0).start")) })
        }
    }

    /// Eight steps of torch 2.15.0's and bitsandbytes 0.50.2's optimizers (Scripts/make_format_fixtures.py). Square roots of torch are not
    /// correctly rounded, so parameters near 1 (ulp 1.2e-7) may drift by an ulp a step.
    @Test(arguments: [(OptimizerName.adamW, "torch"), (.adamW8bit, "bnb8")]) func trajectoriesAreThoseOf(
        precision: OptimizerName, oracle: String
    ) throws {
        let trajectory = try Trajectory()
        var (optimizer, parameters) = (AdamW(precision, settings: trajectory.settings), try trajectory.start())
        try trajectory.run(&optimizer, &parameters, steps: 1...8)
        for name in Self.names {
            let expected = try trajectory.file.float32(named: "\(name).\(oracle).end")
            let start = try trajectory.file.float32(named: "\(name).start")
            let mine = try #require(parameters[name]).values
            #expect(zip(mine, expected).allSatisfy { abs($0 - $1) <= 8 * max(abs($1), 0.25).ulp }, "\(name)")
            #expect(zip(start, expected).contains { abs($0 - $1) > 0.01 }, "the oracle moved")
        }
    }

    private func saved(_ tensors: [NamedTensor]) throws -> (TemporaryFolder, ModelTensors) {
        let folder = try TemporaryFolder()
        try SafetensorsWriter.write(tensors, to: folder.url.appending(path: "optimizer.safetensors"))
        return (folder, try ModelTensors(folder: folder.url, file: "optimizer.safetensors"))
    }

    private let sizes = [("large", 48 * 96), ("small", 77)].map { TrainedParameter(name: $0, count: $1) }

    @Test(arguments: OptimizerName.allCases) func aRestoredOptimizerGoesOnBitForBit(precision: OptimizerName) throws {
        let trajectory = try Trajectory()
        var (whole, parameters) = (AdamW(precision, settings: trajectory.settings), try trajectory.start())
        try trajectory.run(&whole, &parameters, steps: 1...4)
        let (_, tensors) = try saved(whole.tensors())
        var restored = try AdamW(restoring: tensors, precision, settings: trajectory.settings, parameters: sizes)
        #expect(restored == whole)
        var resumed = parameters
        try trajectory.run(&whole, &parameters, steps: 5...8)
        try trajectory.run(&restored, &resumed, steps: 5...8)
        #expect(resumed == parameters && restored == whole)
    }

    @Test func statesThatDoNotFitAreRefused() throws {
        let trajectory = try Trajectory()
        var (optimizer, parameters) = (AdamW(.adamW8bit, settings: trajectory.settings), try trajectory.start())
        try trajectory.run(&optimizer, &parameters, steps: 1...1)
        let whole = optimizer.tensors()
        func restore(_ tensors: [NamedTensor], _ precision: OptimizerName = .adamW8bit) throws {
            let (_, tensors) = try saved(tensors)
            _ = try AdamW(restoring: tensors, precision, settings: trajectory.settings, parameters: sizes)
        }
        for tensor in whole {
            let error = try #require(throws: ModelFolderError.self) { try restore(whole.filter { $0 != tensor }) }
            #expect(error.tensor == tensor.name)
        }
        #expect(throws: ModelFolderError.self) { try restore(whole, .adamW) }
        let foreign = NamedTensor("other.step", .i64, shape: [], bytes: Data(count: 8))
        let error = try #require(throws: OptimizerStateError.self) { try restore(whole + [foreign]) }
        guard case .foreignTensor("other.step", _) = error else {
            Issue.record("\(error)")
            return
        }
        let zero = whole.map { $0.name == "small.step" ? NamedTensor($0.name, .i64, shape: [], bytes: Data(count: 8)) : $0 }
        #expect(try #require(throws: OptimizerStateError.self) { try restore(zero) }.explanation.kind == .integrity)
    }
}
