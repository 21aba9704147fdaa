import Adapters
import Policies
import StrictJSON
import Testing

@testable import Lifecycle

@Suite("What unattended trainings have spent")
struct MaintenanceExpenseTests {
    private func decision(
        _ answer: MaintenanceRecord.Answer, _ adapter: String, _ at: String, policy: String = "frugal", expected: Double = 2,
        resumes: Bool = false
    ) throws -> Decision {
        let details: JSONValue =
            answer == .begun
            ? [
                "policy": ["name": .string(policy), "digest": "x"], "resumes": .bool(resumes),
                "expected_hours": .number(expected),
                "machine_hour": 0.5,
            ] : .null
        return MaintenanceRecord.decision(
            answer, of: try AdapterName(adapter), details, cause: .null, at: try #require(Timestamp(at)))
    }

    private func spent(_ decisions: [Decision]) throws -> [String: TrainingExpense] {
        decisions.expenses(of: try #require(Timestamp("2026-08-01")), today: try #require(Timestamp("2026-08-10")))
    }

    @Test("counts hours, money and today's beginnings by the policy each began under")
    func counted() throws {
        let spent = try spent([
            decision(.begun, "a", "2026-08-03T06:00:00Z"), decision(.begun, "b", "2026-08-03T06:00:00Z", policy: "default"),
            decision(.admitted, "a", "2026-08-03T09:00:00Z"), decision(.refused, "b", "2026-08-03T07:00:00Z"),
            decision(.begun, "a", "2026-08-10T06:00:00Z"), decision(.failed, "a", "2026-08-10T07:00:00Z"),
        ])
        #expect(spent["frugal"] == TrainingExpense(runs: 1, hours: 4, money: 2))
        #expect(spent["default"] == TrainingExpense(runs: 0, hours: 1, money: 0.5))
    }

    @Test("counts of a training only what lies in the month, and of one whose process died no more than it should have taken")
    func clipped() throws {
        let spent = try spent([
            decision(.begun, "a", "2026-07-31T20:00:00Z"), decision(.admitted, "a", "2026-08-01T03:00:00Z"),
            decision(.begun, "b", "2026-08-05T06:00:00Z"), decision(.begun, "b", "2026-08-06T06:00:00Z", resumes: true),
            decision(.admitted, "b", "2026-08-06T07:00:00Z"),
        ])
        #expect(spent["frugal"] == TrainingExpense(runs: 0, hours: 3 + 2 + 1, money: 3))
    }

    @Test("what begins like an address is never a command")
    func notices() throws {
        #expect(try MaintenanceNotice.Target("mail ml@example.org") == .command("mail ml@example.org"))
        guard case .hook = try MaintenanceNotice.Target("HTTPS://example.org/hook") else { return #expect(Bool(false), "a hook") }
        #expect(throws: NoticeError.badAddress("https:// nowhere")) { try MaintenanceNotice.Target("https:// nowhere") }
    }
}
