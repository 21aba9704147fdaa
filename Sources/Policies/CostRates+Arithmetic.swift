import Adapters

/// A cost worked out step by step.
extension CostRates {
    public typealias Step = VerdictArithmetic.Step

    /// Of one training, and of a month.
    public var steps: [Step] {
        [hoursStep]
            + [
                step(
                    "one training = machine hours · machine_hour + hours_per_training · engineer_hour",
                    "\(sixDecimals(machineHours)) · \(shown(.machineHour)) + \(shown(.hoursPerTraining)) · \(shown(.engineerHour))",
                    training),
                step("beginning = hours_to_begin · engineer_hour", "\(shown(.hoursToBegin)) · \(shown(.engineerHour))", begin),
                step(
                    "evaluation a month = evaluations_per_month · held-out tokens / (3 · tokens_per_second) · machine_hour",
                    "\(shown(.evaluationsPerMonth)) · \(facts.heldOutTokens ?? 0) / (3 · \(shown(.tokensPerSecond))) s"
                        + " · \(shown(.machineHour))", evaluationMonth),
                step(
                    "storage of a version a month = gigabytes · gigabyte_month",
                    "\(sixDecimals(facts.bytes.map { Double($0) / 1e9 } ?? table.value(.adapterGigabytes)))"
                        + " · \(shown(.gigabyteMonth))", storageMonth),
                Step("serving a month = serving_month = \(money(servingMonth))", servingMonth),
                Step(
                    "a cycle = the middle of the retraining window, \(sixDecimals(cycle.shortest)) to "
                        + "\(sixDecimals(cycle.longest)) months = \(sixDecimals(cycle.expected)) months", cycle.expected),
                step(
                    "upkeep a month = one training / cycle + evaluation + kept versions · storage + serving",
                    "\(money(training)) / \(sixDecimals(cycle.expected)) + \(money(evaluationMonth)) + \(keptVersions) · "
                        + "\(money(storageMonth)) + \(money(servingMonth))", upkeepMonth),
            ] + [benefitStep]
    }

    private var hoursStep: Step {
        if let measured = facts.measured {
            return Step(
                "machine hours = \(sixDecimals(measured.hours)), the median of \(counted(measured.runs, "run"))", machineHours)
        }
        let tokens =
            facts.trainingTokens.map { "\($0) tokens" }
            ?? "\(facts.effectiveExamples ?? 0) examples · \(shown(.tokensPerExample)) tokens"
        return step("machine hours, not measured yet =", "\(tokens) / \(shown(.tokensPerSecond)) / 3600", machineHours)
    }

    private var benefitStep: Step {
        guard let benefitMonth else { return Step("benefit a month: nobody says what the adapter saves") }
        return step(
            "benefit a month = requests_per_day · 30.436875 · prompt_tokens_saved / 10⁶ · million_input_tokens "
                + "+ hours_per_month · engineer_hour",
            "\(shown(.requestsPerDay)) · 30.436875 · \(shown(.promptTokensSaved)) / 10⁶ · \(shown(.millionInputTokens)) + "
                + "\(shown(.hoursPerMonth)) · \(shown(.engineerHour))", benefitMonth)
    }

    private func step(_ formula: String, _ numbers: String, _ value: Double) -> Step {
        Step("\(formula) = \(numbers) = \(sixDecimals(value))".replacing("= = ", with: "= "), value)
    }

    private func shown(_ key: CostKey) -> String { sixDecimals(table.value(key)) }

    /// An amount with its currency.
    public func money(_ amount: Double) -> String { "\(RuleValue.ratio(amount).words) \(currency.rawValue)" }
}

extension CostForecast {
    /// Of the horizon.
    public var steps: [VerdictArithmetic.Step] {
        let paid: VerdictArithmetic.Step =
            switch breakEven {
            case .month(let month): .init("break-even: month \(month); from then on savings cover what was spent", Double(month))
            case .afterHorizon(let month): .init("break-even: month \(month), after the horizon ends", Double(month))
            case .never: .init("break-even: \(benefit == nil ? "unknown" : "never")")
            }
        let sums: [VerdictArithmetic.Step] = [
            .init(
                "retrainings within \(sixDecimals(months)) months = \(retrainings); \(fewest) when windows close, \(most) when they "
                    + "open", Double(retrainings)),
            .init(
                "total = beginning + (1 + \(retrainings)) · training + months · (evaluation + serving) + storage = "
                    + "\(sixDecimals(total)); \(sixDecimals(leastTotal)) to \(sixDecimals(mostTotal))", total),
        ]
        let saved = benefit.map { [VerdictArithmetic.Step("saved = months · benefit = \(sixDecimals($0))", $0)] } ?? []
        return rates.steps + sums + saved + [paid]
    }

    /// In a sentence or two.
    public var words: String {
        let count = counted(retrainings, "retraining")
        let spread = fewest == most ? count : "\(count), \(fewest) to \(most)"
        let spent = "\(rates.money(total)) over the horizon, with \(spread)"
        guard let benefit else { return "\(spent); nobody says what it would save." }
        switch breakEven {
        case .month(let month): return "\(spent), against \(rates.money(benefit)) saved: it pays from month \(month) on."
        case .afterHorizon(let month):
            return "\(spent), against \(rates.money(benefit)) saved: it would pay from month \(month) on, after the horizon ends."
        case .never: return "\(spent), against \(rates.money(benefit)) saved: it never pays."
        }
    }
}
