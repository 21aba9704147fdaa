import Foundation
import Testing

@testable import Shell

@Suite("Help tells how a verb is used")
struct HelpTests {
    /// Every verb that people are told of, as typed, `base add` and the like included.
    static let verbs: [String] = LoraCommand.configuration.subcommands.filter { $0.configuration.shouldDisplay }.flatMap { verb in
        let name = verb.configuration.commandName ?? ""
        let below = verb.configuration.subcommands.compactMap { $0.configuration.commandName.map { "\(name) \($0)" } }
        return [name] + below
    }

    @Test("each verb shows its own usage, an example and every exit status", arguments: verbs)
    func verb(name: String) throws {
        let outcome = try BuiltProgram().run("lora \(name) --help")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("USAGE: lora \(name)"))
        #expect(outcome.output.contains("EXAMPLE\n  lora \(name)"))
        for status in ExitStatus.allCases { #expect(outcome.output.contains("\(status.rawValue)\t\(status.meaning)")) }
    }

    @Test("there are verbs to ask about")
    func verbsExist() { #expect(HelpTests.verbs.contains("base add")) }
}
