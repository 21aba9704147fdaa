import Foundation
import TestSupport
import Testing

@Suite("A registry whose bits flip")
struct FlippedBitsTests {
    /// `make flip-test` flips ten thousand.
    @Test("is told of every flip, wherever it happens")
    func everyKindOfFile() throws {
        let outcome = try BuiltProgram().runScript("flip_bits.py", "--flips 60 --seed 1")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("60 flips of 14 kinds") && outcome.output.contains(" 0 missed\n"), "\(outcome.output)")
    }
}
