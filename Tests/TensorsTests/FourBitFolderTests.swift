import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Tensors

/// Weights in the layout of -bnb-4bit folders, written and decoded by bitsandbytes 0.50.2 (Scripts/make_format_fixtures.py).
@Suite struct FourBitFolderTests {
    private let fixtures = Fixture.root.appending(path: "formats")

    @Test(arguments: ["nested", "plain", "f16_block128", "storage_bf16", "storage_f32", "fp4", "odd"])
    func storedWeightsDecodeAsInBitsAndBytes(name: String) throws {
        let tensors = try ModelTensors(folder: fixtures, file: "four_bit.safetensors")
        let expected = try #require(tensors.entry(named: "\(name).expected"))
        #expect(NF4Matrix.isStored("\(name).weight", in: tensors))
        let matrix = try NF4Matrix(reading: "\(name).weight", from: tensors, rows: expected.shape[0], columns: expected.shape[1])
        #expect(try bits(matrix.dequantized().values) == bits(tensors.float32(named: expected.name, shape: expected.shape)))
    }

    @Test(arguments: ["nested", "plain", "f16_block128", "storage_bf16", "odd"])
    func quantizingTheOriginalGivesTheStoredWeight(name: String) throws {
        let tensors = try ModelTensors(folder: fixtures, file: "four_bit.safetensors")
        let shape = try #require(tensors.entry(named: "\(name).original")).shape
        let stored = try NF4Matrix(reading: "\(name).weight", from: tensors, rows: shape[0], columns: shape[1])
        let isDouble = if case .nested = stored.scales { true } else { false }
        let made = try NF4Matrix(
            quantizing: "\(name).original", of: tensors, rows: shape[0], columns: shape[1], blockSize: stored.blockSize,
            doubleQuantization: isDouble, valueType: stored.valueType)
        #expect(made.packed == stored.packed && made.scales == stored.scales)
    }

    @Test func aSerializedLayerIsRead() throws {
        let tensors = try ModelTensors(folder: Fixture.golden("nf4"), file: "linear4bit_state.safetensors")
        #expect(NF4Matrix.isStored("layer.weight", in: tensors) && !NF4Matrix.isStored("layer.bias", in: tensors))
        let stored = try NF4Matrix(reading: "layer.weight", from: tensors, rows: 64, columns: 128)
        let original = try tensors.matrix(named: "case.original_weight", rows: 64, columns: 128)
        #expect(stored.valueType == .f32)
        #expect(try bits(stored.dequantized().values) == bits(NF4Matrix(quantizing: original).dequantized().values))
    }

    // MARK: Faults

    /// Rewrites the golden layer with one change and reads it.
    private func error(
        rows: Int = 64, columns: Int = 128, dropping: String? = nil, replacing: NamedTensor? = nil
    ) throws -> ModelFolderError {
        let source = try SafetensorsFile(opening: Fixture.golden("nf4/linear4bit_state.safetensors"))
        let folder = try TemporaryFolder()
        var tensors = try source.entries.filter {
            $0.name.hasPrefix("layer.") && $0.name != dropping && $0.name != replacing?.name
        }
        .map { NamedTensor($0.name, $0.dtype, shape: $0.shape, bytes: try source.bytes(named: $0.name)) }
        if let replacing { tensors.append(replacing) }
        try SafetensorsWriter.write(tensors, to: folder.url.appending(path: "model.safetensors"))
        let model = try ModelTensors(folder: folder.url)
        return try #require(throws: ModelFolderError.self) {
            try NF4Matrix(reading: "layer.weight", from: model, rows: rows, columns: columns)
        }
    }

    private func state(_ change: (inout JSONObject) -> Void) -> NamedTensor {
        let members: [(String, JSONValue)] = [
            ("quant_type", "nf4"), ("blocksize", 64), ("dtype", "float32"), ("shape", [64, 128]), ("nested_blocksize", 256),
            ("nested_dtype", "float32"), ("nested_offset", 0.25),
        ]
        var object = JSONObject(members)
        change(&object)
        let bytes = JSONValue.object(object).data()
        return NamedTensor("layer.weight.quant_state.bitsandbytes__nf4", .u8, shape: [bytes.count], bytes: bytes)
    }

    @Test(arguments: ["absmax", "quant_map", "nested_quant_map", "quant_state.bitsandbytes__nf4"])
    func missingPartsAreNamed(part: String) throws {
        let error = try error(dropping: "layer.weight.\(part)")
        #expect(error.tensor == "layer.weight.\(part)")
        guard case .missingTensor = error.reason else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func otherShapesAreRefused() throws {
        #expect(try error(rows: 64, columns: 64).reason == .wrongShape(expected: [64, 64], found: [64, 128]))
        #expect(
            try error(replacing: state { $0["shape"] = [64, 126] }).reason
                == .wrongShape(expected: [64, 128], found: [64, 126]))
        #expect(
            try error(replacing: NamedTensor("layer.weight", .u8, shape: [4095, 1], bytes: Data(count: 4095))).reason
                == .wrongShape(expected: [4096, 1], found: [4095, 1]))
        #expect(
            try error(replacing: NamedTensor("layer.weight.absmax", .u8, shape: [127], bytes: Data(count: 127))).reason
                == .wrongShape(expected: [128], found: [127]))
        #expect(
            try error(replacing: NamedTensor("layer.weight.absmax", shape: [128], floats: seededFloats(128))).reason
                == .wrongDType(expected: "U8", found: .f32))
        #expect(
            try error(replacing: NamedTensor("layer.weight.nested_absmax", shape: [2], floats: [1, 1])).reason
                == .wrongShape(expected: [1], found: [2]))
    }

    @Test func scalesThatAreNotFiniteAreRefused() throws {
        #expect(
            try error(replacing: NamedTensor("layer.weight.nested_absmax", shape: [1], floats: [.infinity])).reason
                == .notFinite(index: 0))
    }

    private static let malformed: [(String, JSONValue)] = [
        ("blocksize", 0), ("blocksize", 48), ("blocksize", 8192), ("blocksize", "64"), ("blocksize", nil), ("dtype", "int8"),
        ("dtype", nil), ("shape", [64]), ("shape", [0, 128]), ("shape", [9_223_372_036_854_775_807, 2]), ("shape", nil),
        ("nested_blocksize", 3), ("nested_offset", "x"), ("nested_offset", nil),
    ]

    @Test(arguments: malformed)
    func malformedStatesNameTheirKey(key: String, value: JSONValue) throws {
        let error = try error(replacing: state { $0[key] = value.isNull ? nil : value })
        #expect(error.reason == .badQuantState("\"\(key)\" is missing or has no value that can be meant"))
        #expect(error.tensor == "layer.weight.quant_state.bitsandbytes__nf4")
    }

    @Test func aStateThatIsNoJSONIsRefused() throws {
        let broken = NamedTensor("layer.weight.quant_state.bitsandbytes__nf4", .u8, shape: [2], bytes: Data("{]".utf8))
        #expect(try error(replacing: broken).reason == .badQuantState("it is not valid JSON"))
    }
}
