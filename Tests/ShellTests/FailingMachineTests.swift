import Foundation
import TestSupport
import Testing

@Suite("A registry on a machine that fails")
struct FailingMachineTests {
    /// `make failing-machine-test` lets every call fail.
    @Test("is as before or as after, and says what failed, where and what next")
    func aSample() throws {
        let script = Fixture.root.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts/failing_machine.py")
        let outcome = try BuiltProgram().run("'\(script.path)' --lora \"$(command -v lora)\" --short")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains(": 0 faults"))
    }
}
