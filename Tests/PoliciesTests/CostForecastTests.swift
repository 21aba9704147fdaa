import Adapters
import Policies
import StrictJSON
import Testing

/// What an adapter costs and saves, worked out by hand for the shipped prices, and laws on seeded ones.
@Suite struct CostForecastTests {
    private func rates(
        _ facts: CostFacts = CostFacts(measured: .init(hours: 2, runs: 3), heldOutTokens: 0, bytes: 0),
        _ typed: [String] = [], _ shipped: ShippedPolicy = .default
    ) throws -> CostRates {
        let policy = try shipped.load()
        return CostRates(facts, try policy.costs.overridden(byTyped: typed), by: policy)
    }

    private func forecast(_ typed: [String], over horizon: String = "12mo") throws -> CostForecast {
        let facts = CostFacts(measured: .init(hours: 2, runs: 3), heldOutTokens: 0, bytes: 0)
        return CostForecast(try rates(facts, typed), over: try span(horizon))
    }

    private func span(_ text: String) throws -> CalendarSpan { try #require(CalendarSpan(text)) }

    /// 2 h · 0.50 + 1 h · 80 = 81 for a training; 8 h · 80 = 640 to begin; a year has two retrainings in the middle of the window of 3 to 6
    /// months, one when it closes, three when it opens (the one at the end of the horizon is not needed).
    @Test func aYearByHand() throws {
        let year = try forecast([])
        #expect(year.rates.training == 81 && year.rates.begin == 640 && year.rates.cycle.expected == 4.5)
        #expect([year.retrainings, year.fewest, year.most] == [2, 1, 3])
        let totals: [Double] = [640 + 3 * 81, 640 + 2 * 81, 640 + 4 * 81]
        #expect([year.total, year.leastTotal, year.mostTotal] == totals)
        #expect(year.benefit == nil && year.net == nil && year.breakEven == .never)
        #expect(year.words.hasSuffix("nobody says what it would save."))
    }

    /// 721 is spent at once, 802 from month 5 on, 883 from month 10 on.
    @Test(arguments: [
        (90.0, CostForecast.BreakEven.month(9)),  // 9 · 90 = 810 covers 802, and 10 · 90 = 900 covers 883
        (200, .month(4)),  // 4 · 200 = 800 covers 721, and nothing falls behind again
        (736, .month(1)), (184, .month(4)), (180, .month(5)),
        (60, .afterHorizon(17)),  // three retrainings by then: 17 · 60 = 1,020 covers 964, 16 · 60 = 960 does not
        (18, .never), (0, .never),  // 18 is what a training in each cycle takes: the beginning is never won back
    ])
    func breakEvenByHand(_ benefit: Double, _ wanted: CostForecast.BreakEven) throws {
        let found = try forecast(["hours_per_month=\(benefit / 80)"]).breakEven
        #expect(found == wanted, "\(benefit)")
    }

    @Test(arguments: ["requests_per_day=10000", "prompt_tokens_saved=1500"])
    func halfOfABenefitIsNone(_ half: String) throws {
        #expect(try forecast([half]).rates.benefitMonth == nil)
        #expect(try UpkeepVerdict(forecast([half]).rates).answer == .notEnoughEvidence)
        #expect(try forecast([half, "hours_per_month=1"]).rates.benefitMonth == 80)
    }

    /// 10,000 requests a day save 1,500 tokens each: 10,000 · 30.436875 · 1,500 / 10⁶ · 0.50 = 228.28 a month.
    @Test func savingsByHand() throws {
        let found = try forecast(["requests_per_day=10000", "prompt_tokens_saved=1500"])
        #expect(found.rates.benefitMonth == 228.2765625)
        #expect(found.breakEven == .month(4), "4 · 228.28 = 913 > 721; 3 · 228.28 = 685 is less")
    }

    @Test func whereNoRunWasMeasuredTokensSayHowLongItTakes() throws {
        let known = try rates(CostFacts(trainingTokens: 7_200_000, effectiveExamples: 9))
        #expect(known.machineHours == 1 && known.basis == .estimated)
        // 4,800 examples · 1,500 tokens
        #expect(try rates(CostFacts(effectiveExamples: 4_800)).machineHours == 1)
        #expect(try rates(CostFacts(measured: .init(hours: 3, runs: 1), trainingTokens: 7_200_000)).machineHours == 3)
        // 21.6 million tokens at three times 2,000 a second are an hour
        #expect(try rates(CostFacts(heldOutTokens: 21_600_000)).evaluationMonth == 0.5)
        #expect(try rates(CostFacts(bytes: 2_000_000_000)).storageMonth == 0.046)
    }

    @Test func upkeepSaysWhenToStop() throws {
        // a training each 4.5 months: 81 / 4.5 = 18 a month
        #expect(try rates().upkeepMonth == 18)
        #expect(try UpkeepVerdict(rates()).answer == .notEnoughEvidence)
        func answer(_ hours: Double) throws -> UpkeepVerdict.Answer {
            UpkeepVerdict(try rates(CostFacts(measured: .init(hours: 2, runs: 3), bytes: 0), ["hours_per_month=\(hours)"])).answer
        }
        #expect(try answer(0) == .stop && answer(0.224) == .stop && answer(0.225) == .keep && answer(3) == .keep)
    }

    @Test func aNearerNumberCounts() throws {
        let policy = try ShippedPolicy.default.load()
        let settings = [
            DeclaredSetting(key: "machine_hour", value: .number(3), place: "a.yaml:9:costs.machine_hour"),
            DeclaredSetting(key: "requests_per_day", value: .integer(7), place: "a.yaml:10:costs.requests_per_day"),
        ]
        let table = try policy.costs.overridden(by: settings).overridden(byTyped: ["requests_per_day=8"])
        let (machine, requests) = (table[.machineHour], table[.requestsPerDay])
        #expect(machine?.value == 3 && machine?.origin == .adapter("a.yaml:9:costs.machine_hour"))
        #expect(requests?.value == 8 && requests?.origin == .typed && table[.engineerHour]?.origin == .policy)
    }

    @Test(arguments: [
        ("machine_hour", JSONValue.integer(-1), "Write a number from 0."), ("machine_hour", "cheap", "Write a number from 0."),
        ("tokens_per_second", .integer(0), "Write a number above 0."),
        ("machin_hour", .integer(1), "Did you mean 'machine_hour'?"),
        ("currency", "EUR", "Write a policy that states all prices in the currency that you want."),
    ])
    func whatCannotBeMeantNamesItsPlace(_ key: String, _ value: JSONValue, _ next: String) throws {
        let table = try ShippedPolicy.default.load().costs
        let error = try #require(throws: CostError.self) {
            try table.overridden(by: [DeclaredSetting(key: key, value: value, place: "a.yaml:9:costs.\(key)")])
        }
        #expect(error.explanation.place == "a.yaml:9:costs.\(key)" && error.explanation.next == next)
        #expect(throws: CostError.self) { try table.overridden(byTyped: ["\(key)=nan"]) }
        #expect(throws: CostError.self) { try table.overridden(byTyped: [key]) }
    }

    /// A plain walk through the months, another way to the same numbers.
    @Test func theForecastAgreesWithAWalkThroughTheMonths() throws {
        var (random, kinds) = (SeededFacts(seed: 31), Set<String>())
        for _ in 0..<300 {
            let months = 1 + random.whole(below: 60)
            let forecast = CostForecast(try random.rates(), over: try span("\(months)mo"))
            #expect(abs(forecast.total - walked(forecast.rates, months)) < 1e-6)
            let covered = (1...1_200).map { Double($0) * (forecast.rates.benefitMonth ?? 0) >= walked(forecast.rates, $0) }
            switch forecast.breakEven {
            case .month(let month):
                #expect(
                    month <= months && covered[(month - 1)..<months].allSatisfy(\.self) && (month == 1 || !covered[month - 2]))
                kinds.insert("within")
            case .afterHorizon(let month):
                #expect(month > months && covered[(month - 1)...].allSatisfy(\.self) && !covered[months - 1])
                kinds.insert("after")
            case .never:
                #expect(!covered[months - 1] && !covered[1_199])
                kinds.insert("never")
            }
        }
        #expect(kinds.count == 3)
    }

    /// Each training when its cycle ends before the month does; each version kept until others push it out.
    private func walked(_ rates: CostRates, _ months: Int) -> Double {
        let (cycle, end) = (rates.cycle.expected, Double(months))
        var trainings = [0.0]
        while Double(trainings.count) * cycle < end - 1e-9 { trainings.append(Double(trainings.count) * cycle) }
        let kept = trainings.reduce(0.0) { $0 + min(end - $1, Double(rates.keptVersions) * cycle) }
        return rates.begin + Double(trainings.count) * rates.training + end * (rates.evaluationMonth + rates.servingMonth)
            + kept * rates.storageMonth
    }

    /// Whatever saves more never lengthens the way to break-even; whatever costs more never shortens it, nor makes anything cheaper.
    @Test func whatSavesMorePaysSoonerAndWhatCostsMorePaysLater() throws {
        var random = SeededFacts(seed: 32)
        let savings: [CostKey] = [.requestsPerDay, .promptTokensSaved, .hoursPerMonth]
        let costs: [CostKey] = [
            .machineHour, .gigabyteMonth, .servingMonth, .hoursToBegin, .hoursPerTraining, .evaluationsPerMonth,
        ]
        for _ in 0..<300 {
            let rates = try random.rates()
            let policy = try ShippedPolicy.default.load()
            let horizon = try span("\(1 + random.whole(below: 60))mo")
            let before = CostForecast(rates, over: horizon)
            #expect(before.leastTotal <= before.total && before.total <= before.mostTotal)
            for key in savings + costs {
                let more = "\(key.rawValue)=\((rates.table[key]?.value ?? 0) * 1.5 + 1)"
                let table = try rates.table.overridden(byTyped: [more])
                let after = CostForecast(CostRates(rates.facts, table, by: policy), over: horizon)
                if savings.contains(key) {
                    #expect(after.breakEven.month <= before.breakEven.month && after.total == before.total, "\(key)")
                } else {
                    #expect(after.breakEven.month >= before.breakEven.month && after.total >= before.total, "\(key)")
                }
            }
        }
    }

    /// The law needs every savings key to be a plain factor: a longer horizon never costs less.
    @Test func aLongerHorizonNeverCostsLess() throws {
        var random = SeededFacts(seed: 33)
        for _ in 0..<100 {
            let rates = try random.rates()
            let totals = try (1...40).map { CostForecast(rates, over: try span("\($0)mo")).total }
            #expect(zip(totals, totals.dropFirst()).allSatisfy { $0 <= $1 })
        }
    }

    @Test func farHorizonsAndLargeNumbersAreNoTrouble() throws {
        let large = CostKey.allCases.filter { $0 != .tokensPerSecond }.map { "\($0.rawValue)=1e12" }
        let rates = try rates(CostFacts(effectiveExamples: 1_000_000_000), large + ["tokens_per_second=0.001"])
        #expect(CostForecast(rates, over: try span("2000y")).total.isFinite)
        #expect(!CostForecast(rates, over: try span("0d")).words.isEmpty)
        #expect(!CostForecast(rates, over: try span("1d")).json.text().isEmpty)
    }
}

extension CostForecast.BreakEven {
    /// Later is more; never is latest.
    fileprivate var month: Int {
        switch self {
        case .month(let month), .afterHorizon(let month): month
        case .never: .max
        }
    }
}

extension SeededFacts {
    mutating func whole(below bound: Int) -> Int { facts().effectiveExamples.map { $0 % bound } ?? 0 }

    /// Prices and use of a wide spread.
    fileprivate mutating func rates() throws -> CostRates {
        let policy = try ShippedPolicy.default.load()
        let values: [(CostKey, Int)] = [
            (.machineHour, 5), (.engineerHour, 200), (.millionInputTokens, 3), (.gigabyteMonth, 4), (.servingMonth, 90),
            (.hoursToBegin, 40), (.hoursPerTraining, 4), (.evaluationsPerMonth, 5), (.requestsPerDay, 1_000),
            (.promptTokensSaved, 1_500), (.hoursPerMonth, 9),
        ]
        let typed = values.map { key, bound in "\(key.rawValue)=\(Double(whole(below: 1_000)) * Double(bound) / 1_000)" }
        let facts = CostFacts(
            measured: .init(hours: Double(whole(below: 40)) / 4, runs: 1), heldOutTokens: whole(below: 900) * 10_000,
            bytes: whole(below: 900) * 1_000_000)
        return CostRates(facts, try policy.costs.overridden(byTyped: typed), by: policy)
    }
}
