import Foundation
import Policies
import Testing

@Suite struct PolicyGuideTests {
    /// The shipped policies use every key there is, optional ones too, but what only whoever uses an adapter can say; so a key without words,
    /// or words without a key, is noticed.
    @Test func everyKeyHasItsWords() throws {
        let used = try ShippedPolicy.allCases.flatMap { try $0.source().settings.map(\.key) }
        let usage = CostKey.usage.map { "costs.\($0.rawValue)" }
        #expect(Set(used + usage) == Set(PolicyGuide.words.keys))
    }

    @Test func aSettingSaysWhereItStands() throws {
        let settings = try ShippedPolicy.strict.source().settings
        func setting(_ key: String) -> PolicySetting? { settings.first { $0.key == key } }
        let own = try #require(setting("should_finetune.examples.at_least"))
        #expect(own.value == "1000" && own.file?.hasSuffix("strict.yaml") == true)
        let inherited = try #require(setting("retraining.window.closes"))
        #expect(inherited.value == "6mo" && inherited.file?.hasSuffix("default.yaml") == true)
        #expect(Set(settings.map(\.key)).count == settings.count, "each key counts once")
    }
}
