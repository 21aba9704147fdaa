import Foundation
import TestSupport
import Testing

@Suite("A training that is killed at any moment")
struct KilledTrainingTests {
    /// `make kill-test` kills a hundred times.
    @Test("ends with the bytes and reasons of one that is not, however often it is killed")
    func tenKills() throws {
        let script = Fixture.root.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts/kill_training.sh")
        let outcome = try BuiltProgram().run("bash '\(script.path)' \"$(command -v lora)\" 10 40")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("10 kills"))
    }
}
