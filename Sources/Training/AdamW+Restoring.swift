import Foundation
import StrictJSON
import Tensors

/// The state as named tensors, so that a run can go on bit for bit. Of parameter P:
///
/// | tensor | content |
/// |---|---|
/// | `P.step` | I64, steps taken |
/// | `P.exp_avg`, `P.exp_avg_sq` | both moments: F32, or U8 codes |
/// | `P.exp_avg.absmax`, `P.exp_avg_sq.absmax` | F32, one per 256 codes; with U8 codes only |
extension AdamW {
    public func tensors() -> [NamedTensor] {
        states.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.flatMap { name in
            guard let state = states[name] else { return [NamedTensor]() }
            let step = withUnsafeBytes(of: Int64(state.step).littleEndian) { Data($0) }
            return [NamedTensor("\(name).step", .i64, shape: [], bytes: step)] + Self.tensors(of: state.moments, name)
        }
    }

    private static func tensors(of moments: AdamWMoments, _ name: String) -> [NamedTensor] {
        switch moments {
        case .float32(let moments), .scaled32(let moments):
            [
                NamedTensor("\(name).exp_avg", shape: [moments.first.count], floats: moments.first),
                NamedTensor("\(name).exp_avg_sq", shape: [moments.second.count], floats: moments.second),
            ]
        case .eightBit(let moments):
            [
                NamedTensor("\(name).exp_avg", .u8, shape: [moments.codes1.count], bytes: Data(moments.codes1)),
                NamedTensor("\(name).exp_avg.absmax", shape: [moments.absmax1.count], floats: moments.absmax1),
                NamedTensor("\(name).exp_avg_sq", .u8, shape: [moments.codes2.count], bytes: Data(moments.codes2)),
                NamedTensor("\(name).exp_avg_sq.absmax", shape: [moments.absmax2.count], floats: moments.absmax2),
            ]
        }
    }

    /// Reads the state that `tensors()` wrote.
    ///
    /// - Parameter parameters: All parameters, for each of which the file must hold a state, and nothing else.
    /// - Throws: `OptimizerStateError`, or `ModelFolderError` for a missing tensor, another shape or another dtype.
    public init(
        restoring tensors: ModelTensors, _ precision: OptimizerName, settings: AdamWSettings,
        parameters: [TrainedParameter]
    ) throws {
        self.init(precision, settings: settings)
        for parameter in parameters {
            let step = try Self.step("\(parameter.name).step", in: tensors)
            states[parameter.name] = State(step: step, moments: try Self.moments(of: parameter, precision, in: tensors))
        }
        let known = Set(self.tensors().map { ByteText($0.name) })
        if let foreign = tensors.names.first(where: { !known.contains(ByteText($0)) }) {
            throw OptimizerStateError.foreignTensor(foreign, folder: tensors.folder.url.path)
        }
    }

    private static func step(_ name: String, in tensors: ModelTensors) throws -> Int {
        let bytes = try tensors.bytes(named: name, dtype: .i64, shape: [])
        let step = bytes.withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(as: Int64.self)) }
        guard step >= 1 else { throw OptimizerStateError.badStep(step, tensor: name, folder: tensors.folder.url.path) }
        return Int(step)
    }

    private static func moments(
        of parameter: TrainedParameter, _ precision: OptimizerName, in tensors: ModelTensors
    ) throws -> AdamWMoments {
        let (name, count) = (parameter.name, parameter.count)
        func floats(_ part: String, _ count: Int) throws -> [Float] {
            FloatType.f32.widen(try tensors.bytes(named: "\(name).\(part)", dtype: .f32, shape: [count]))
        }
        func codes(_ part: String) throws -> [UInt8] {
            Array(try tensors.bytes(named: "\(name).\(part)", dtype: .u8, shape: [count]))
        }
        let blocks = EightBitMoments.blockCount(for: count)
        switch zero(precision, count: count, role: parameter.role) {
        case .float32: return .float32(FloatMoments(first: try floats("exp_avg", count), second: try floats("exp_avg_sq", count)))
        case .scaled32:
            return .scaled32(FloatMoments(first: try floats("exp_avg", count), second: try floats("exp_avg_sq", count)))
        case .eightBit:
            return .eightBit(
                EightBitMoments(
                    codes1: try codes("exp_avg"), absmax1: try floats("exp_avg.absmax", blocks),
                    codes2: try codes("exp_avg_sq"), absmax2: try floats("exp_avg_sq.absmax", blocks)))
        }
    }
}

/// Why a stored optimizer state cannot be continued.
public enum OptimizerStateError: Error, Hashable {
    case badStep(Int64, tensor: String, folder: String)
    case foreignTensor(String, folder: String)
}
