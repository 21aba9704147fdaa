import Foundation
import TestSupport
import Testing

@Suite("Versions on their way between machines")
struct MovedRegistryTests {
    private func run(_ script: String, _ arguments: String = "") throws -> BuiltProgram.Outcome {
        let place = Fixture.root.deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scripts/\(script)")
        return try BuiltProgram().run("bash '\(place.path)' \"$(command -v lora)\" \(arguments)")
    }

    /// `make kill-push-test` kills two hundred times.
    @Test("pushes and pulls that are killed lose nothing and list nothing by half")
    func tenKills() throws {
        let outcome = try run("kill_push.sh", "10")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("10 kills"))
    }

    /// `make clone-check` also loads it in PEFT.
    @Test("git and git-lfs clone the same bytes that are exported")
    func clone() throws {
        let outcome = try run("check_clone.sh")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("the same bytes"))
    }
}
