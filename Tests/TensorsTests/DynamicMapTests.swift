import CKernels
import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Tensors

/// Expected values come from bitsandbytes 0.50.2 and torch 2.15.0 on a CPU.
@Suite struct DynamicMapTests {
    private func golden() throws -> SafetensorsFile {
        try SafetensorsFile(opening: Fixture.golden("adamw8bit/adamw8bit.safetensors"))
    }

    @Test func tablesAreThoseOfBitsAndBytes() throws {
        let golden = try golden()
        #expect(try bits(DynamicMap.signed.values) == bits(golden.float32(named: "table.dynamic_signed")))
        #expect(try bits(DynamicMap.unsigned.values) == bits(golden.float32(named: "table.dynamic_unsigned")))
    }

    /// About 1e-40, which has no inverse in 32 bits.
    @Test(arguments: ["signed", "unsigned"]) func numbersTooSmallToScaleAreZero(sign: String) {
        let map = sign == "signed" ? DynamicMap.signed : DynamicMap.unsigned
        let (codes, absmax) = map.quantize([Float(bitPattern: 71362), 0, 0, 0])
        #expect(codes == [0, 0, 0, 0] && absmax == [0])
    }

    @Test(arguments: ["signed", "unsigned"]) func codesAndScalesAreThoseOfBitsAndBytes(sign: String) throws {
        let golden = try golden()
        let map = sign == "signed" ? DynamicMap.signed : DynamicMap.unsigned
        for name in ["blockwise_\(sign)"] + (0..<4).map({ "decision_\(sign).\($0)" }) {
            let (codes, absmax) = map.quantize(try golden.float32(named: "\(name)/x"))
            #expect(try codes == Array(golden.bytes(named: "\(name)/codes")), "\(name)")
            if golden.entry(named: "\(name)/absmax") != nil {
                #expect(try bits(absmax) == bits(golden.float32(named: "\(name)/absmax")))
            }
        }
    }

    /// The naive twin: count midpoints below the slot's value, one by one.
    @Test func slotsCountMidpointsBelow() {
        for map in [DynamicMap.signed, .unsigned] {
            let midpoints = zip(map.values, map.values.dropFirst()).map { 0.5 * ($0 + $1) }
            for slot in stride(from: 0, through: 65535, by: 257) {
                let value = Float(-1) + Float(2) * Float(slot) / 65535
                #expect(Int(map.slots[slot]) == midpoints.filter { $0 < value }.count)
            }
        }
    }

    @Test func zeroBlocksAreCodeZeroWithoutScale() {
        let (codes, absmax) = DynamicMap.signed.quantize([Float](repeating: 0, count: 300))
        #expect(codes.allSatisfy { $0 == 0 } && absmax == [0, 0])
        #expect(DynamicMap.signed.quantize([]).absmax.isEmpty)
    }

    @Test func meansAreTorchsToTheLastBit() throws {
        let file = try SafetensorsFile(opening: Fixture.root.appending(path: "formats/means.safetensors"))
        let info = try JSONValue(contentsOf: Fixture.root.appending(path: "formats/info.json"))
        let counts = try #require(info["mean_counts"]?.arrayValue).compactMap(\.intValue)
        let numbers = try file.float32(named: "numbers")
        #expect(try bits(counts.map { lora_mean(numbers, $0) }) == bits(file.float32(named: "means")))
    }
}
