import CKernels

/// Conversions, quantization and the optimizer, on a million elements.
extension KernelCase {
    private static let count = 1 << 20

    static var storageCases: [KernelCase] {
        [
            converted("bf16_to_f32", bytes: 6) { lora_bf16_to_f32($1, $0, count) },
            converted("f16_to_f32", bytes: 6) { lora_f16_to_f32($1, $0, count) },
            converted("f64_to_f32", bytes: 12) { lora_f64_to_f32($1, $0, count) },
            converted("f32_to_bf16", bytes: 6) { lora_f32_to_bf16($0, $1, count) },
            converted("f32_to_f16", bytes: 6) { lora_f32_to_f16($0, $1, count) },
            converted("f32_to_f64", bytes: 12) { lora_f32_to_f64($0, $1, count) },
            converted("round_to_bf16", bytes: 8) { x, _ in lora_round_to_bf16(x, count) },
            converted("round_to_f16", bytes: 8) { x, _ in lora_round_to_f16(x, count) },
            converted("first_non_finite", bytes: 4) { x, _ in _ = lora_first_non_finite(x, count) },
            converted("scale", bytes: 8) { x, _ in lora_scale(x, 1.0001, count) },
            converted("add", bytes: 8) { x, _ in lora_add(x, x, x, count) },
            converted("squared_norm", bytes: 4) { x, _ in _ = lora_squared_norm(x, count) },
            converted("mean", bytes: 4) { x, _ in _ = lora_mean(x, count) },
            nf4Decode, nf4Quantize, blockwiseQuantize,
        ] + adamW
    }

    /// `bytes` moved for each element.
    private static func converted(
        _ name: String, bytes: Int, _ body: @escaping @Sendable (UnsafeMutablePointer<Float>, UnsafeMutableRawPointer) -> Void
    ) -> KernelCase {
        KernelCase(name, .bytes(bytes * count), hasPaths: false) { _ in
            let x = Buffer<Float>(noise: count), other = Buffer<Double>(count) { Double($0) }
            return { body(x.base, UnsafeMutableRawPointer(other.base)) }
        }
    }

    private static var nf4Decode: KernelCase {
        KernelCase("nf4_decode", .bytes(count * 9 / 2)) { path in
            let weight = FourBitWeight(count: count), out = Buffer<Float>(zeros: count)
            return { weight.lend { lora_nf4_decode($0, 0, count, out.base, LORA_ROUND_BF16, path) } }
        }
    }

    private static var nf4Quantize: KernelCase {
        KernelCase("nf4_quantize", .bytes(count * 9 / 2), hasPaths: false) { _ in
            let x = Buffer<Float>(noise: count), packed = Buffer<UInt8>(count / 2) { _ in 0 }
            let bounds = Buffer<Float>(15) { Float($0) / 8 - 1 }, absmax = Buffer<Float>(zeros: count / 64)
            return { lora_nf4_quantize(x.base, count, 64, bounds.base, packed.base, absmax.base) }
        }
    }

    private static var blockwiseQuantize: KernelCase {
        KernelCase("blockwise_quantize", .bytes(count * 5), hasPaths: false) { _ in
            let x = Buffer<Float>(noise: count), codes = Buffer<UInt8>(count) { _ in 0 }
            let slots = Buffer<UInt8>(Int(LORA_SLOT_COUNT)) { UInt8($0 >> 8) }
            return {
                for block in 0..<count / 256 {
                    _ = lora_blockwise_quantize(x.base + block * 256, 256, slots.base, codes.base + block * 256)
                }
            }
        }
    }

    private static let step = lora_adamw(
        beta1: 0.9, beta2: 0.999, rest1: 0.1, rest2: 0.001, epsilon: 1e-8, keep: 1, step_size: -1e-4, correction2: 0.1)

    private static var adamW: [KernelCase] {
        // parameter and moments are read and written, the gradient is read
        [
            KernelCase("adamw_step32", .bytes(28 * count)) { path in
                let floats = (0..<4).map { _ in Buffer<Float>(count) { Float($0 & 1023) / 1024 } }
                return {
                    var step = step
                    lora_adamw_step32(&step, floats[0].base, floats[1].base, floats[2].base, floats[3].base, count, path)
                }
            },
            KernelCase("adamw_step32_scaled", .bytes(28 * count)) { path in
                let floats = (0..<4).map { _ in Buffer<Float>(count) { Float($0 & 1023) / 1024 } }
                return {
                    var (step, scaled) = (step, lora_adamw_scaled(scaled_step: -1e-4, scaled_epsilon: 1e-8))
                    lora_adamw_step32_scaled(
                        &step, &scaled, floats[0].base, floats[1].base, floats[2].base, floats[3].base, count, path)
                }
            },
            KernelCase("adamw_step8", .bytes(16 * count)) { path in
                let p = Buffer<Float>(noise: count), g = Buffer<Float>(noise: count), map = Buffer<Float>(256) { Float($0) / 256 }
                let codes = (0..<2).map { _ in Buffer<UInt8>(count) { UInt8(truncatingIfNeeded: $0) } }
                let absmax = (0..<2).map { _ in Buffer<Float>(count / 256) { _ in 0.01 } }
                let slots = Buffer<UInt8>(Int(LORA_SLOT_COUNT)) { UInt8($0 >> 8) }
                return {
                    var step = step
                    var moments = lora_moments8(
                        codes1: codes[0].base, codes2: codes[1].base, absmax1: absmax[0].base, absmax2: absmax[1].base,
                        map1: map.base, map2: map.base, slots1: slots.base, slots2: slots.base)
                    lora_adamw_step8(&step, p.base, g.base, &moments, count, path)
                }
            },
        ]
    }
}
