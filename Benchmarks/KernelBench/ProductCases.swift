import CKernels

/// The shape of most products of a 135M base: X [tokens, hidden] · W [hidden, columns], the columns of one piece.
enum ProductShape {
    static let tokens = 1022  // whole left panels
    static let hidden = 576
    static let columns = 256
    static let pairs = hidden / 2
}

extension KernelCase {
    static var productCases: [KernelCase] {
        typealias S = ProductShape
        let packed = 2 * S.hidden * S.tokens * 2
        return [
            product("product of brain floats", LORA_BRAINS), product("product of floats", LORA_FLOATS),
            pack("pack_left", packed) { lora_pack_left($0, $1, 2 * S.hidden, S.tokens, 2 * S.hidden, $2) },
            pack("pack_left_across", packed) { lora_pack_left_across($0, $1, S.tokens, S.hidden, S.tokens, $2) },
            pack("pack_right", packed) { lora_pack_right($0, $1, 2 * S.hidden, S.tokens, 2 * S.hidden, $2) },
            pack("pack_right_across", packed) { lora_pack_right_across($0, $1, S.tokens, S.hidden, S.tokens, $2) },
            packNF4("pack_right_nf4") { lora_pack_right_nf4($0, $1, LORA_ROUND_BF16, S.hidden, 0, S.tokens / 32 * 32, $2) },
            packNF4("pack_right_across_nf4") {
                lora_pack_right_across_nf4($0, $1, LORA_ROUND_BF16, S.tokens / 32 * 32, S.hidden, 0, S.hidden, $2)
            },
        ] + packedFloats
    }

    /// Left rows are read where they lie.
    static func product(_ name: String, _ number: lora_number) -> KernelCase {
        typealias S = ProductShape
        return KernelCase(name, .operations(2 * Double(S.tokens * S.hidden * S.columns))) { path in
            let words = number == LORA_FLOATS ? S.hidden : S.pairs
            let left = Buffer<Float>(noise: S.tokens * words), right = Buffer<Float>(noise: S.columns * words)
            let out = Buffer<Float>(zeros: S.tokens * S.columns)
            return {
                right.base.withMemoryRebound(to: UInt32.self, capacity: S.columns * words) { r in
                    var term = lora_product_term(
                        left: left.base, row_step: 4 * words, word_step: 4, panel_step: 56 * words, right: r, words: words)
                    lora_product(
                        path, number, &term, 1, S.tokens, S.columns, nil, LORA_STORE_FLOATS, out.base, S.columns)
                }
            }
        }
    }

    private typealias Packing = @Sendable (lora_kernel_path, UnsafePointer<UInt16>, UnsafeMutablePointer<UInt32>) -> Void

    private static func pack(_ name: String, _ bytes: Int, _ body: @escaping Packing) -> KernelCase {
        typealias S = ProductShape
        return KernelCase(name, .bytes(bytes)) { path in
            let x = Buffer<UInt16>(noise: S.tokens * S.hidden)
            let panels = Buffer<UInt32>((S.tokens + 31) / 32 * 32 * S.pairs) { _ in 0 }
            return { body(path, x.base, panels.base) }
        }
    }

    /// Panels of floats from floats and from brain floats; four bytes are written for each number.
    private static var packedFloats: [KernelCase] {
        typealias S = ProductShape
        let count = S.tokens * S.hidden
        return [
            KernelCase("pack_right_across_floats", .bytes(8 * count)) { path in
                let x = Buffer<Float>(noise: count), panels = Buffer<UInt32>((count + 31) / 32 * 32) { _ in 0 }
                return { lora_pack_right_across_floats(path, x.base, S.hidden, S.tokens, S.hidden, panels.base) }
            },
            KernelCase("pack_right_across_widened", .bytes(6 * count)) { path in
                let x = Buffer<UInt16>(noise: count), panels = Buffer<UInt32>((count + 31) / 32 * 32) { _ in 0 }
                return { lora_pack_right_across_widened(path, x.base, S.hidden, S.tokens, S.hidden, panels.base) }
            },
        ]
    }

    private typealias Decoding =
        @Sendable (lora_kernel_path, UnsafePointer<lora_nf4_tensor>, UnsafeMutablePointer<UInt32>) -> Void

    /// Half a byte read and two bytes written for each weight.
    private static func packNF4(_ name: String, _ body: @escaping Decoding) -> KernelCase {
        typealias S = ProductShape
        let weights = S.tokens / 32 * 32 * S.hidden
        return KernelCase(name, .bytes(weights * 5 / 2)) { path in
            let weight = FourBitWeight(count: weights)
            let panels = Buffer<UInt32>(weights / 2) { _ in 0 }
            return { weight.lend { body(path, $0, panels.base) } }
        }
    }
}

/// Codes with scales quantized twice, as bases are kept.
struct FourBitWeight {
    private let packed: Buffer<UInt8>, table: Buffer<Float>, codes: Buffer<UInt8>, map: Buffer<Float>, absmax: Buffer<Float>
    private let count: Int

    init(count: Int) {
        self.count = count
        packed = Buffer(count / 2) { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 9) }
        table = Buffer(noise: 16)
        codes = Buffer(count / 64) { UInt8(truncatingIfNeeded: $0) }
        map = Buffer(noise: 256)
        absmax = Buffer(noise: count / 64 / 256 + 1)
    }

    func lend(_ body: (UnsafePointer<lora_nf4_tensor>) -> Void) {
        var tensor = lora_nf4_tensor()
        tensor.packed = UnsafePointer(packed.base)
        tensor.table = UnsafePointer(table.base)
        tensor.count = count
        tensor.block = 64
        tensor.codes = UnsafePointer(codes.base)
        tensor.map = UnsafePointer(map.base)
        tensor.nested_absmax = UnsafePointer(absmax.base)
        tensor.nested_block = 256
        body(&tensor)
    }
}
