import Foundation
import StrictJSON

extension NF4Matrix {
    /// The tensors that hold a doubly quantized weight [rows, columns] in bitsandbytes' layout, in the order they are best written in:
    /// what has wide elements first, and in all a multiple of 8 bytes where the codes are one.
    ///
    /// - Parameter weight: The tensor's name, such as `model.layers.0.mlp.up_proj.weight`.
    public static func storedParts(of weight: String, rows: Int, columns: Int) -> [TensorDescription] {
        let blocks = (rows * columns + standardBlockSize - 1) / standardBlockSize
        return [
            TensorDescription("\(weight).quant_map", .f32, shape: [16]),
            TensorDescription("\(weight).nested_quant_map", .f32, shape: [256]),
            TensorDescription(
                "\(weight).nested_absmax", .f32, shape: [(blocks + DynamicMap.blockSize - 1) / DynamicMap.blockSize]),
            TensorDescription("\(weight).quant_state.bitsandbytes__nf4", .u8, shape: [stateSize]),
            TensorDescription(weight, .u8, shape: [(rows * columns + 1) / 2, 1]),
            TensorDescription("\(weight).absmax", .u8, shape: [blocks]),
        ]
    }

    /// The bytes of `storedParts`, in their order. Read back, they are this matrix bit for bit.
    public func storedBytes() -> [Data] {
        guard case .nested(let nested) = scales else { preconditionFailure("plain scales are not stored") }
        let floats = FloatType.f32
        return [
            floats.narrow(table), floats.narrow(nested.map), floats.narrow(nested.absmax), state(nested), packed, nested.codes,
        ]
    }

    /// Bytes of the state, filled up with spaces: its place is fixed before its numbers are known.
    private static let stateSize = 320

    private func state(_ nested: NestedScales) -> Data {
        let state: JSONValue = [
            "quant_type": "nf4", "blocksize": .integer(blockSize), "dtype": .string(Self.typeNames[valueType] ?? "float32"),
            "shape": [.integer(rows), .integer(columns)], "nested_blocksize": .integer(nested.blockSize),
            "nested_dtype": "float32", "nested_offset": .number(Double(nested.offset)),
        ]
        var text = state.data()
        precondition(text.count <= Self.stateSize, "the state has room")
        text.append(Data(repeating: UInt8(ascii: " "), count: Self.stateSize - text.count))
        return text
    }

    private static let typeNames: [FloatType: String] = [.f32: "float32", .bf16: "bfloat16", .f16: "float16"]
}
