import Foundation
import TestSupport
import Testing

@Suite("Who may read and write a registry")
struct PermissionsTests {
    /// More than fifty cases as root; those of other users are left out elsewhere.
    @Test("is what its owner would expect, whatever the umask")
    func everyCase() throws {
        let script = Fixture.root.deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "Scripts/permissions.sh")
        let outcome = try BuiltProgram().run("bash '\(script.path)' \"$(command -v lora)\"")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("cases of who may do what: 0 not"), "\(outcome.output)")
    }
}
