import Foundation
import TestSupport
import Testing

@Suite("A registry whose processes are killed at any moment")
struct KilledRegistryTests {
    /// `make kill-registry-test` kills five hundred times.
    @Test("loses nothing that was acknowledged, and lists nothing by half")
    func twentyKills() throws {
        let script = Fixture.root.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts/kill_registry.sh")
        let outcome = try BuiltProgram().run("bash '\(script.path)' \"$(command -v lora)\" 20")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("20 kills"))
    }
}
