import CKernels
import Tensors

/// How much of a product over a 4-bit weight goes into decoding it, on one core: decoding into right panels against decoding and
/// multiplying, for as many tokens as one pass has.
enum DecodingShare {
    private static let bar = 5.0
    private static let (outputs, inputs) = (1536, 576)

    static var text: String {
        let path = KernelPath.supported.code
        let decoding = (up: seconds(path, across: false), down: seconds(path, across: true))
        var lines = [
            "decoding NF4, \(outputs) × \(inputs), path \(KernelPath.supported.rawValue), 1 core; at most \(bar) % of a step"
        ]
        for tokens in [128, 1024, 2048] {
            let rate = Stopwatch.rate(.product("product", LORA_BRAINS), path, cores: 1).value
            let product = 2 * Double(tokens * outputs * inputs) / rate / 1e9
            let shares = [decoding.up, decoding.down].map { 100 * $0 / ($0 + product) }
            lines.append(
                "\(tokens) tokens: X · Wᵀ \(rounded(shares[0])) %, dY · W \(rounded(shares[1])) %"
                    + (tokens >= 1024 ? (shares.allSatisfy { $0 <= bar } ? " ✓" : " ✗") : ""))
        }
        return lines.joined(separator: "\n")
    }

    private static func rounded(_ share: Double) -> Double { (share * 10).rounded() / 10 }

    private static func seconds(_ path: lora_kernel_path, across: Bool) -> Double {
        Stopwatch.seconds(cores: 1) {
            let weight = FourBitWeight(count: outputs * inputs)
            let panels = Buffer<UInt32>(outputs * inputs / 2) { _ in 0 }
            // pieces that fit the cache, as products take them
            return {
                weight.lend { w in
                    if across {
                        for first in stride(from: 0, to: inputs, by: 96) {
                            lora_pack_right_across_nf4(path, w, LORA_ROUND_BF16, outputs, inputs, first, 96, panels.base)
                        }
                    } else {
                        for first in stride(from: 0, to: outputs, by: 256) {
                            lora_pack_right_nf4(path, w, LORA_ROUND_BF16, inputs, first, 256, panels.base)
                        }
                    }
                }
            }
        }
    }
}
