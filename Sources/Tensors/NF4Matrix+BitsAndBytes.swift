import Foundation
import StrictJSON

extension NF4Matrix {
    /// Whether a folder stores the weight in bitsandbytes' 4-bit layout; its quantization state tells, not the config.
    public static func isStored(_ weight: String, in tensors: ModelTensors) -> Bool {
        QuantState.keys.contains { tensors.contains("\(weight).\($0)") }
    }

    /// The tensors beside a stored weight that its codes are read by.
    public static func parts(of weight: String, in tensors: ModelTensors) -> [String] {
        (["absmax", "quant_map", "nested_absmax", "nested_quant_map"] + QuantState.keys).map { "\(weight).\($0)" }
            .filter { tensors.contains($0) }
    }

    /// The type that a stored weight had before it was quantized.
    ///
    /// - Throws: `ModelFolderError` for a malformed quantization state.
    public static func valueType(of weight: String, in tensors: ModelTensors) throws -> FloatType {
        try QuantState(of: weight, in: tensors).valueType
    }

    /// Reads the weight [rows, columns] of a `-bnb-4bit` folder; the codes stay in the mapped file.
    ///
    /// - Parameter weight: The tensor's name, such as `model.layers.0.mlp.up_proj.weight`.
    /// - Throws: `ModelFolderError` for missing parts, other shapes, or a malformed quantization state.
    public init(reading weight: String, from tensors: ModelTensors, rows: Int, columns: Int) throws {
        let state = try QuantState(of: weight, in: tensors)
        guard state.shape == [rows, columns] else {
            throw tensors.failure(.wrongShape(expected: [rows, columns], found: state.shape), weight)
        }
        let packed = try tensors.bytes(named: weight)
        guard packed.count == (rows * columns + 1) / 2 else {
            throw tensors.failure(
                .wrongShape(expected: [(rows * columns + 1) / 2, 1], found: tensors.entry(named: weight)?.shape ?? []), weight)
        }
        let blocks = (rows * columns + state.blockSize - 1) / state.blockSize
        self.init(
            rows: rows, columns: columns, blockSize: state.blockSize, valueType: state.valueType, packed: packed,
            table: try tensors.finite("\(weight).quant_map", count: 16),
            scales: try BlockScales(of: weight, in: tensors, blocks: blocks, state: state),
            pages: [try tensors.pages(of: weight), try tensors.pages(of: "\(weight).absmax")])
    }
}

extension BlockScales {
    fileprivate init(of weight: String, in tensors: ModelTensors, blocks: Int, state: QuantState) throws {
        guard let nesting = state.nesting else {
            self = .plain(try tensors.finite("\(weight).absmax", count: blocks))
            return
        }
        let name = "\(weight).absmax"
        let entry = try tensors.required(name, shape: [blocks]).1
        guard entry.dtype == .u8 else { throw tensors.failure(.wrongDType(expected: "U8", found: entry.dtype), name) }
        self = .nested(
            NestedScales(
                codes: try tensors.bytes(named: name),
                map: try tensors.finite("\(weight).nested_quant_map", count: 256),
                absmax: try tensors.finite(
                    "\(weight).nested_absmax", count: (blocks + nesting.blockSize - 1) / nesting.blockSize),
                blockSize: nesting.blockSize, offset: nesting.offset))
    }
}

extension ModelTensors {
    /// A vector of finite numbers.
    fileprivate func finite(_ name: String, count: Int) throws -> [Float] {
        let floats = try float32(named: name, shape: [count])
        if let index = firstNonFinite(in: floats) { throw failure(.notFinite(index: index), name) }
        return floats
    }
}

/// The JSON that bitsandbytes stores beside each 4-bit weight.
private struct QuantState {
    static let keys = ["quant_state.bitsandbytes__nf4", "quant_state.bitsandbytes__fp4"]

    let shape: [Int]
    let blockSize: Int
    let valueType: FloatType
    /// Nil when the scales are plain.
    let nesting: (blockSize: Int, offset: Float)?

    init(of weight: String, in tensors: ModelTensors) throws {
        let name = Self.keys.map { "\(weight).\($0)" }.first { tensors.contains($0) } ?? "\(weight).\(Self.keys[0])"
        let bytes = try tensors.bytes(named: name)
        func failure(_ key: String) -> ModelFolderError {
            tensors.failure(.badQuantState("\"\(key)\" is missing or has no value that can be meant"), name)
        }
        let json: JSONValue
        do { json = try JSONValue(parsing: bytes) } catch { throw tensors.failure(.badQuantState("it is not valid JSON"), name) }
        func block(_ key: String) throws -> Int {
            guard let size = json[key]?.intValue, size >= 32, size <= 4096, size & (size - 1) == 0 else { throw failure(key) }
            return size
        }
        guard let dimensions = json["shape"]?.arrayValue?.map(\.intValue), dimensions.count == 2,
            let rows = dimensions[0], let columns = dimensions[1], rows > 0, columns > 0,
            !rows.multipliedReportingOverflow(by: columns).overflow
        else { throw failure("shape") }
        shape = [rows, columns]
        blockSize = try block("blocksize")
        guard let dtype = json["dtype"]?.stringValue, let type = Self.types[dtype] else { throw failure("dtype") }
        valueType = type
        guard tensors.contains("\(weight).nested_absmax") else {
            nesting = nil
            return
        }
        guard let offset = json["nested_offset"]?.doubleValue, Float(offset).isFinite else { throw failure("nested_offset") }
        nesting = (try block("nested_blocksize"), Float(offset))
    }

    private static let types: [String: FloatType] = ["float32": .f32, "bfloat16": .bf16, "float16": .f16]
}
