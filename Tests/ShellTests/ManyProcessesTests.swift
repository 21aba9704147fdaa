import Foundation
import TestSupport
import Testing

@Suite("A registry that eight processes work on")
struct ManyProcessesTests {
    /// `make processes-test` lets each do a thousand things.
    @Test("keeps what each was told is done, and speaks of no lock of its parts")
    func aDozenEach() throws {
        let outcome = try BuiltProgram().runScript("many_processes.py", "--operations 12")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(
            outcome.output.contains("8 processes × 12 operations") && outcome.output.contains(" 0 faults"), "\(outcome.output)")
    }
}
