import Foundation
import TestSupport
import Testing

@Suite("Checks that may act and start at once")
struct SimultaneousChecksTests {
    /// `make checks-test` goes on for a hundred rounds.
    @Test("give one training, also after a kill and with a stale lock")
    func sixRounds() throws {
        let outcome = try BuiltProgram().runScript("simultaneous_checks.py", "--rounds 6")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("6 rounds") && outcome.output.contains(" 0 faults"), "\(outcome.output)")
    }
}
