import Foundation
import StrictJSON
import TestSupport
import Testing
import Training

@Suite struct ScheduleTests {
    /// Rates of transformers 5.23.0 (Scripts/make_format_fixtures.py). Both sides compute in double precision; cosines may differ in the last bits.
    @Test func ratesAreThoseOfTransformers() throws {
        let info = try JSONValue(contentsOf: Fixture.root.appending(path: "formats/info.json"))
        let cases = try #require(info["schedules"]?.arrayValue)
        #expect(Set(cases.compactMap { $0["name"]?.stringValue }) == Set(SchedulerName.allCases.map(\.rawValue)))
        for item in cases {
            let schedule = Schedule(
                try #require(item["name"]?.stringValue.flatMap(SchedulerName.init)),
                peak: try #require(item["peak"]?.doubleValue),
                totalSteps: try #require(item["total"]?.intValue), warmup: try #require(item["warmup"]?.doubleValue),
                minimum: try #require(item["min_lr"]?.doubleValue), cycles: try #require(item["cycles"]?.intValue))
            let rates = try #require(item["rates"]?.arrayValue).compactMap(\.doubleValue)
            #expect(rates.count == schedule.totalSteps)
            for (index, expected) in rates.enumerated() {
                #expect(abs(schedule.rate(ofStep: index + 1) - expected) < 1e-18, "\(schedule.name) step \(index + 1)")
            }
        }
    }

    /// The guide's run, step by step as the fact sheet on schedules records it.
    @Test(arguments: [
        (1, 0.0), (2, 2e-5), (6, 1e-4), (10, 1.8e-4), (11, 2e-4), (100, 1.841568506e-4), (256, 1e-4), (400, 2.024375573e-5),
        (499, 8.221132e-9), (500, 2.055304e-9),
    ])
    func theGuidesCosine(step: Int, rate: Double) {
        let schedule = Schedule(.cosine, peak: 2e-4, totalSteps: 500, warmup: 10)
        // Seven digits are recorded.
        #expect(abs(schedule.rate(ofStep: step) - rate) <= 1e-6 * rate)
    }

    @Test func warmupBelowOneIsAShareOfTheSteps() {
        #expect(Schedule(.cosine, peak: 1, totalSteps: 45, warmup: 0.1).warmupSteps == 5)
        #expect(Schedule(.cosine, peak: 1, totalSteps: 45, warmup: 1).warmupSteps == 1)
        #expect(Schedule(.cosine, peak: 1, totalSteps: 45, warmup: 0).warmupSteps == 0)
    }

    /// An extended run's first steps are those of a run that is not extended, its later ones those of a run planned for all.
    @Test(arguments: SchedulerName.allCases)
    func stretchingKeepsTheWarmUpAndGivesTheRatesOfTheLongerRun(name: SchedulerName) {
        let short = Schedule(name, peak: 1e-3, totalSteps: 20, warmup: 0.2, minimum: 1e-5, cycles: 2)
        let long = Schedule(name, peak: 1e-3, totalSteps: 40, warmup: 4, minimum: 1e-5, cycles: 2)
        #expect(short.stretched(toSteps: 40) == long)
        #expect(short.stretched(toSteps: 40).warmupSteps == short.warmupSteps)
    }

    @Test func ratesStayBetweenZeroAndThePeakBeyondTheEnd() {
        for name in SchedulerName.allCases {
            let schedule = Schedule(name, peak: 1e-3, totalSteps: 20, warmup: 5, minimum: 1e-5, cycles: 2)
            for step in 1...20 {
                let rate = schedule.rate(ofStep: step)
                #expect(rate >= 0 && rate <= 1e-3 * (1 + 1e-12), "\(name) step \(step)")
            }
        }
    }
}
