import Adapters
import Faults
import Policies
import StrictJSON
import Testing

@Suite struct PolicyOverrideTests {
    private func policy(_ settings: [(String, JSONValue)]) throws -> Policy {
        let declared = settings.enumerated().map { index, setting in
            DeclaredSetting(key: setting.0, value: setting.1, place: "adapters/a.yaml:\(10 + index):overrides.\(setting.0)")
        }
        return try ShippedPolicy.default.source().overridden(by: declared).policy { "bytes:\($0.count)" }
    }

    @Test func whatAnAdapterSetsComesFirstAndTheRestStays() throws {
        let (own, shipped) = (
            try policy([
                ("retraining.window.closes", "4mo"), ("gate.beats_base.significance", .number(0.05)),
                ("should_finetune.examples.at_least", .integer(50)), ("unattended.promote", .bool(true)),
                ("unattended.quiet_hours", ["08:00-18:00"]), ("retirement.base_error_at_most", .null),
            ]), try ShippedPolicy.default.load()
        )
        #expect("\(own.retraining.closes)" == "4mo" && own.retraining.opens == shipped.retraining.opens)
        #expect(own.gate.significance == 0.05 && own.gate.baseMargin == shipped.gate.baseMargin)
        #expect(
            own.fineTuning.examples == 50 && own.unattended.promotes && own.unattended.attempts == shipped.unattended.attempts)
        #expect(own.unattended.quietHours.map(\.description) == ["08:00-18:00"] && own.retirement.baseErrorAtMost == nil)
        #expect(own.name == "default" && own.stamp.digest != shipped.stamp.digest)
        #expect(try policy([]).stamp == shipped.stamp)
    }

    @Test(arguments: [
        ("retraining.window.opens", "9mo" as JSONValue, "retraining.window"),
        ("retraining.windw.opens", "2mo", "adapters/a.yaml:10:overrides.retraining.windw"),
        ("gate", .integer(5), "adapters/a.yaml:10:"),
        ("name", "mine", "adapters/a.yaml:10:overrides.name"), ("gate.beats_base.margin", .integer(-1), "adapters/a.yaml:10:"),
    ])
    func whatCannotBeMeantNamesTheLineOfTheDeclaration(_ key: String, _ value: JSONValue, _ place: String) throws {
        let error = #expect(throws: (any Error).self) { try policy([(key, value)]) }
        let explanation = try #require(error as? any Explained).explanation
        #expect(explanation.place?.contains(place) == true && explanation.kind == .usage, "\(explanation)")
    }
}
