import Adapters
import Foundation
import Policies
import Randomness
import StrictJSON
import TestSupport
import Testing

@testable import Simulation

@Suite struct SimulationTests {
    /// A shipped policy, with some keys set otherwise.
    private func policy(_ name: String, _ changes: String = "") throws -> Policy {
        let texts = try Dictionary(
            uniqueKeysWithValues: ["default", "strict", "frugal"].map { name in
                (name, try String(contentsOf: Fixture.policies.appending(path: "\(name).yaml"), encoding: .utf8))
            })
        let own = "schema: lora.policy/1\nextends: \(name)\nname: mine\nsummary: mine\n\(changes)"
        return try PolicyFile(named: "mine", texts: texts.merging(["mine": own]) { $1 }).policy { "\($0.count)" }
    }

    private func settings(
        adapters: Int = 120, years: Int = 3, seed: UInt64 = 7, missedRuns: Double = 0.03, crashes: Double = 0.05,
        failures: Double = 0.05, doubleTriggers: Double = 0.05
    ) throws -> SimulationSettings {
        SimulationSettings(
            adapters: adapters, years: years, seed: seed, start: try #require(Timestamp("2026-01-01")), missedRuns: missedRuns,
            crashes: crashes, failures: failures, doubleTriggers: doubleTriggers)
    }

    private func report(_ settings: SimulationSettings, _ policy: Policy) throws -> SimulationReport {
        var simulation = try Simulation(settings, policy: policy)
        return simulation.run()
    }

    @Test(arguments: ["default", "strict", "frugal"])
    func thePlannerMissesNothingAndDoublesNothing(_ name: String) throws {
        let report = try report(settings(), policy(name))
        #expect(report.isFaultless)
        #expect(report.wrongVerdictShare <= 0.05)
        let trainings = try #require(report.json["maintenance"]?["trainings"]?.intValue)
        #expect(trainings > 40, "the fleet is trained at all")
    }

    @Test func theSameWorldGivesTheSameReport() throws {
        let (first, second) = (try report(settings(), policy("default")), try report(settings(), policy("default")))
        #expect(first.json.data() == second.json.data())
        #expect(try report(settings(seed: 8), policy("default")).json != first.json)
    }

    /// Half of the machine's days fail: what is due then is caught up, and still nothing is done twice.
    @Test func aBadMachineLosesNothing() throws {
        let report = try report(
            settings(missedRuns: 0.5, crashes: 0.4, failures: 0.4, doubleTriggers: 0.5), policy("default"))
        #expect(report.isFaultless)
        #expect(report.tally.crashed > 20 && report.tally.failed > 20 && report.tally.handedOver > 0)
        #expect(try #require(report.tally.waiting["retry"]) > 0 && #require(report.tally.waiting["person_needed"]) > 0)
    }

    /// Trainings wait for the next day and the next month, and never take more than was allowed.
    @Test(arguments: ["runs_per_day: 2", "hours_per_month: 40", "money_per_month: 15"])
    func noBudgetIsExceeded(_ limit: String) throws {
        let policy = try policy("default", "unattended:\n  budget:\n    \(limit)\n")
        let report = try report(settings(crashes: 0.2, failures: 0.2), policy)
        #expect(report.isFaultless)
        let code = try #require(limit.split(separator: ":").first.map(String.init))
        #expect(report.tally.waiting[code] ?? 0 > 0, "it is reached: \(report.tally.waiting)")
    }

    /// The audit is no echo of the planner: held against other rules, the same planner is caught both ways.
    @Test func theAuditNoticesWhatIsWrong() throws {
        let sooner = try policy("default", "retraining:\n  window:\n    opens: 1mo\n    closes: 4mo\n")
        var late = try Simulation(settings(adapters: 40), policy: policy("default"), auditedBy: sooner)
        #expect(late.run().missed > 0)
        var early = try Simulation(settings(adapters: 40), policy: sooner, auditedBy: policy("default"))
        #expect(early.run().unfounded > 0)
        let patient = try policy("default", "unattended:\n  retry_after: 60d\n  attempts: 2\n")
        var hasty = try Simulation(settings(adapters: 40, failures: 0.5), policy: policy("default"), auditedBy: patient)
        #expect(hasty.run().hasty > 0)
        let poor = try policy("default", "unattended:\n  budget:\n    runs_per_day: 1\n")
        var spendthrift = try Simulation(settings(adapters: 40), policy: policy("default"), auditedBy: poor)
        #expect(spendthrift.run().overspent > 0)
    }

    @Test func intervalsCoverAsOftenAsTheyClaim() throws {
        let wide = try report(settings(adapters: 1_500, years: 1), policy("default"))
        #expect((0.93...0.97).contains(wide.coverage))
        let narrow = try report(
            settings(adapters: 1_500, years: 1), policy("default", "should_finetune:\n  base_error:\n    confidence: 0.5\n"))
        #expect((0.45...0.55).contains(narrow.coverage))
    }

    /// Shares of rows that err, and of rows on which both do, against the rates they are drawn from.
    @Test func whatIsMeasuredHasTheRatesOfTheTruth() {
        var random = SplitMix64(seed: 3)
        let measured = Measurement([0.1, 0.3], rows: 200_000, &random)
        #expect(
            abs(Double(measured.errors[0]) / 200_000 - 0.1) < 0.003 && abs(Double(measured.errors[1]) / 200_000 - 0.3) < 0.004)
        let difference = measured.pairs[1].onlyFirst - measured.pairs[1].onlySecond
        #expect(difference == measured.errors[1] - measured.errors[0])
        // independent systems would differ on 34 % of the rows
        #expect(Double(measured.pairs[1].discordant) / 200_000 < 0.30)
    }

    @Test func keepingByEvidenceCostsLessThanByTheCalendar() throws {
        let report = try report(settings(adapters: 400, years: 5), policy("default"))
        #expect(report.costRatio < 0.75 && abs(report.errorDifference) < 0.005)
        let once = try #require(report.strategies.last)
        #expect(once.meanError > report.strategies[0].meanError + 0.02, "the world moves on, so training once is worse")
    }
}
