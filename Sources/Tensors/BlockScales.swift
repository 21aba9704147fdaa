import CKernels
import Foundation

/// The scale of each block of a 4-bit tensor: what 1.0 of the table stands for.
enum BlockScales: Sendable, Hashable {
    /// One float32 per block.
    case plain([Float])
    /// Scales that are quantized themselves.
    case nested(NestedScales)

    var count: Int {
        switch self {
        case .plain(let absmax): absmax.count
        case .nested(let nested): nested.codes.count
        }
    }

    /// Bytes in memory, shared tables left out.
    var byteCount: Int {
        switch self {
        case .plain(let absmax): absmax.count * 4
        case .nested(let nested): nested.codes.count + nested.absmax.count * 4
        }
    }
}

/// Double quantization: scale b = map[codes[b]] · absmax[b / blockSize] + offset.
struct NestedScales: Sendable, Hashable {
    /// May be a view into a mapped file.
    let codes: Data
    /// 256 values.
    let map: [Float]
    let absmax: [Float]
    let blockSize: Int
    let offset: Float

    /// As bitsandbytes: the mean is taken away first, then what remains is quantized in blocks of 256.
    init(quantizing scales: [Float]) {
        offset = scales.isEmpty ? 0 : lora_mean(scales, scales.count)
        let quantized = DynamicMap.signed.quantize(scales.map { [offset] in $0 - offset })
        codes = Data(quantized.codes)
        absmax = quantized.absmax
        map = DynamicMap.signed.values
        blockSize = DynamicMap.blockSize
    }

    init(codes: Data, map: [Float], absmax: [Float], blockSize: Int, offset: Float) {
        self.codes = codes
        self.map = map
        self.absmax = absmax
        self.blockSize = blockSize
        self.offset = offset
    }
}
