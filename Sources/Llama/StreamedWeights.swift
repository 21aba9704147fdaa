import DurableFiles
import Foundation
import Tensors

/// Weights of a model that never stand in memory: each is decoded from its file where it is used, with an adapter folded in where there
/// is one.
///
/// Each number is `round(W + scale · B · A)`, summed in float32 and rounded once.
public struct StreamedWeights: WeightSource, Sendable {
    /// What weights are rounded to.
    public enum Rounding: Sendable, Hashable {
        /// They are computed with as they are stored.
        case none
        /// The type that the folder stores each in; of one in 4 bits, the one that it had before.
        case asStored
        case to(FloatType)
    }

    public let tensors: ModelTensors
    public let rounding: Rounding
    /// Linears in 4 bits that stand in for those of the folder.
    private let quantized: ModelTensors?
    private let corrections: [String: MergedMatrix.Correction]

    /// - Throws: `ModelFolderError` when a weight that the adapter corrects is missing or has another shape.
    public init(
        _ tensors: ModelTensors, quantized: ModelTensors? = nil, adapter: LoRAAdapter? = nil, rounding: Rounding
    ) throws {
        self.tensors = tensors
        self.quantized = quantized
        self.rounding = rounding
        corrections = Dictionary(
            uniqueKeysWithValues: (adapter?.pairs ?? []).map {
                ($0.module.weightName, MergedMatrix.Correction(a: $0.a, b: $0.b, scale: $0.scale))
            })
        for pair in adapter?.pairs ?? [] {
            _ = try weight(pair.module.weightName, rows: pair.module.outputs, columns: pair.module.inputs)
        }
    }

    /// The type that a tensor of floating-point numbers is rounded to when it is written; nil for those that hold something else.
    ///
    /// - Throws: `ModelFolderError` for a malformed quantization state.
    public func storedType(of name: String) throws -> FloatType? {
        guard let own = try ownType(of: name) else { return nil }
        if case .to(let type) = rounding { return type }
        return own
    }

    private func ownType(of name: String) throws -> FloatType? {
        if NF4Matrix.isStored(name, in: tensors) { return try NF4Matrix.valueType(of: name, in: tensors) }
        return tensors.entry(named: name).flatMap { FloatType($0.dtype) }
    }

    /// Whether a tensor is written as it lies in the folder, byte for byte.
    public func isUnchanged(_ name: String) throws -> Bool {
        guard corrections[name] == nil, quantized?.contains(name) != true else { return false }
        guard let own = tensors.entry(named: name)?.dtype, let stored = try storedType(of: name) else { return true }
        return own == stored.dtype
    }

    /// A matrix of the model.
    public func weight(_ name: String, rows: Int, columns: Int) throws -> LinearWeight {
        let type = rounding == .none ? nil : try storedType(of: name)
        let correction = corrections[name]
        if let holder = [quantized, tensors].compactMap(\.self).first(where: { NF4Matrix.isStored(name, in: $0) }) {
            let matrix = try NF4Matrix(reading: name, from: holder, rows: rows, columns: columns)
            let isExact = correction == nil && (type == nil || type == matrix.valueType)
            return isExact ? .nf4(matrix) : .merged(MergedMatrix(matrix, correction: correction, roundedTo: type))
        }
        let isBrainFloat = tensors.entry(named: name)?.dtype == .bf16
        if correction == nil, isBrainFloat, type != .f16, try tensors.mapsBrainFloats(named: name, rows: rows, columns: columns) {
            return .bfloat16(try tensors.brainFloats(named: name, rows: rows, columns: columns, isKnownFinite: true))
        }
        return .merged(
            try MergedMatrix(name, of: tensors, rows: rows, columns: columns, correction: correction, roundedTo: type))
    }

    func vector(_ name: String, count: Int) throws -> Matrix {
        let floats = try tensors.float32(named: name, shape: [count])
        if firstNonFinite(in: floats) != nil { try tensors.checkFinite(name) }
        guard rounding != .none, let type = try storedType(of: name) else {
            return Matrix(rows: 1, columns: count, values: floats)
        }
        return Matrix(rows: 1, columns: count, values: type.widen(type.narrow(floats)))
    }

    func table(_ name: String, rows: Int, columns: Int) throws -> LinearWeight { try weight(name, rows: rows, columns: columns) }

    func linear(_ module: LinearModule) throws -> FrozenLinear {
        FrozenLinear(
            module: module, weight: try weight(module.weightName, rows: module.outputs, columns: module.inputs),
            bias: module.hasBias ? try vector(module.biasName, count: module.outputs) : nil)
    }
}

extension StreamedWeights {
    /// A matrix as float32, some rows at a time.
    public func strips(of name: String, rows: Int, columns: Int) throws -> WeightStrips {
        WeightStrips(try weight(name, rows: rows, columns: columns))
    }

    /// Throws unless every number of every weight is finite, sums and rounding included.
    ///
    /// - Throws: `ModelFolderError` for a number of the folder, `ModelError.overflows` for one that the type cannot hold.
    public func check(_ model: ModelConfiguration) throws {
        for parameter in model.parameters where parameter.role != .vector {
            let isStored = NF4Matrix.isStored(parameter.name, in: tensors)
            if !isStored { try tensors.checkFinite(parameter.name) }
            for strip in try strips(of: parameter.name, rows: parameter.rows, columns: parameter.columns) {
                guard firstNonFinite(in: strip) == nil else {
                    throw ModelError.overflows(tensor: parameter.name, type: try storedType(of: parameter.name) ?? .f32)
                }
            }
        }
        for parameter in model.parameters where parameter.role == .vector {
            guard firstNonFinite(in: try vector(parameter.name, count: parameter.columns).values) == nil else {
                throw ModelError.overflows(tensor: parameter.name, type: try storedType(of: parameter.name) ?? .f32)
            }
        }
    }

    /// Quantizes every linear to NF4 as a loader in 4 bits does, one after the other, into a file that `init` takes as `quantized`.
    ///
    /// - Parameter type: what decoded numbers are rounded to; nil for the type that a weight is stored in.
    public func quantize(_ model: ModelConfiguration, to file: URL, valueType type: FloatType? = nil) throws {
        try WeightCache.write(model.linearModules, to: file) { linear in
            let weight = try weight(linear.weightName, rows: linear.outputs, columns: linear.inputs)
            defer { weight.release() }
            let stored = try storedType(of: linear.weightName) ?? .f32
            return try NF4Matrix(quantizing: weight.decoded(), valueType: type ?? stored)
        }
    }
}

/// A matrix that passes through memory, some rows at a time.
public struct WeightStrips: Sequence, IteratorProtocol {
    /// Numbers decoded at once.
    private static let size = 1 << 20

    private let weight: LinearWeight
    private var start = 0

    init(_ weight: LinearWeight) { self.weight = weight }

    public mutating func next() -> [Float]? {
        guard start < weight.outputs else { return nil }
        let height = Swift.max(1, Self.size / Swift.max(1, weight.inputs))
        let rows = start..<Swift.min(weight.outputs, start + height)
        start = rows.upperBound
        let strip = weight.rows(rows)
        defer {
            strip.release()
            // strips of one in 4 bits are copies, which do not know where they come from
            if start == weight.outputs { weight.release() }
        }
        return strip.decoded().values
    }
}

extension LlamaModel {
    /// A model whose weights stay in their files.
    public convenience init(_ form: ModelForm, streaming weights: StreamedWeights, _ precision: BasePrecision) throws {
        try self.init(form, weights, precision, streams: true)
        releaseWeights()
    }
}
