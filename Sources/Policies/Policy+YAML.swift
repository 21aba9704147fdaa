import Adapters
import StrictYAML

extension Policy {
    static let schema = "lora.policy/1"

    init(reading reader: YAMLReader, digest: String) throws {
        let schema = try reader.required("schema", as: String.self)
        guard schema == Self.schema else { throw PolicyError(.unknownSchema(schema), at: reader.place(of: "schema")) }
        // The chain that it begins was followed when the file was read.
        _ = reader.node("extends")
        stamp = PolicyStamp(name: try reader.required("name", as: String.self), digest: digest)
        summary = try reader.required("summary", as: String.self)
        fineTuning = try reader.required(section: "should_finetune", FineTuningRules.init(reading:))
        run = try reader.required(section: "run_rule", RunRules.init(reading:))
        gate = try reader.required(section: "gate", GateRules.init(reading:))
        retraining = try reader.required(section: "retraining", RetrainingRules.init(reading:))
        unattended = try reader.required(section: "unattended", UnattendedRules.init(reading:))
        retirement = try reader.required(section: "retirement", RetirementRules.init(reading:))
        costs = try reader.required(section: "costs", CostTable.init(reading:))
        prune = try reader.required(section: "prune") { reader in
            PruneRules(
                keepLast: try reader.count("keep_last", in: 1...1_000_000), keepServed: try reader.count("keep_served"))
        }
        merge = try reader.required(section: "merge", MergeRules.init(reading:))
    }
}

extension FineTuningRules {
    fileprivate init(reading reader: YAMLReader) throws {
        baseError = try reader.required(section: "base_error", BaseErrorRule.init(reading:))
        examples = try reader.required(section: "examples") { try $0.count("at_least") }
        horizon = try reader.required(section: "horizon") { try $0.span("at_least") }
        signals = try reader.required(section: "signals") { reader in
            SignalThresholds(
                promptingAccuracyBelow: try reader.share("prompting_accuracy_below"),
                promptTokensAbove: try reader.count("prompt_tokens_above"),
                domainVocabularyRatioAbove: try reader.number("domain_vocabulary_ratio_above", in: 0...1_000))
        }
    }
}

extension BaseErrorRule {
    fileprivate init(reading reader: YAMLReader) throws {
        // At the ends the rules would be empty: nothing exceeds 1, and no interval holds with certainty.
        threshold = try reader.openShare("above")
        confidence = try reader.openShare("confidence")
        basis = try reader.required("decide_on", among: Basis.self)
        freshFor = try reader.optional("fresh_for", as: CalendarSpan.self, form: CalendarSpan.form)
    }
}

extension RunRules {
    fileprivate init(reading reader: YAMLReader) throws {
        falling = try reader.required(section: "falling") { reader in
            Falling(by: try reader.share("by"), over: try reader.count("over", in: 1...1_000))
        }
        extendTo = try reader.count("extend_to", in: 1...100)
        patience = try reader.count("patience", in: 1...1_000)
        underfitting = try reader.required(section: "underfitting") { reader in
            Underfitting(
                trainingLoss: try reader.number("training_loss_above", in: 0...1_000),
                heldOutLoss: try reader.number("held_out_loss_above", in: 0...1_000),
                rank: try reader.count("rank", in: 1...1_024))
        }
        watchdog = try reader.required(section: "watchdog") { reader in
            Watchdog(
                factor: try reader.number("times_lowest", in: 1...1_000),
                margin: try reader.number("above_lowest", in: 0...1_000),
                steps: try reader.count("steps", in: 1...10_000))
        }
    }
}

extension GateRules {
    fileprivate init(reading reader: YAMLReader) throws {
        rows = try reader.optionalCount("rows_at_least")
        (baseMargin, significance) = try reader.required(section: "beats_base") { reader in
            (try reader.share("margin"), try reader.optionalOpenShare("significance"))
        }
        (largestLoss, lossSignificance) = try reader.required(section: "keeps_production") { reader in
            (try reader.share("largest_loss"), try reader.optionalOpenShare("significance"))
        }
        // Policies of their own were written before these were looked at: left out, they are not.
        slices = try reader.optional(section: "keeps_slices", LossLimit.init(reading:))
        suites = try reader.optional(section: "keeps_suites", LossLimit.init(reading:))
        stopRate = try reader.optional(section: "stops") { try $0.share("at_least") }
        effect = try reader.optional(section: "has_effect") { try $0.number("at_least", in: 0...1_000) }
        keepsProbes = try reader.optional("keeps_probes", as: Bool.self) ?? false
        forbidsLeaks = try reader.optional("forbids_leaks", as: Bool.self) ?? false
    }
}

extension GateRules.LossLimit {
    fileprivate init(reading reader: YAMLReader) throws {
        (largest, significance) = (try reader.share("largest_loss"), try reader.openShare("significance"))
    }
}

extension RetrainingRules {
    fileprivate init(reading reader: YAMLReader) throws {
        (opens, closes) = try reader.required(section: "window") { window in
            let (opens, closes) = (try window.span("opens"), try window.span("closes"))
            guard opens < closes else {
                let fault = PolicyError.Reason.windowClosesBeforeItOpens(opens: "\(opens)", closes: "\(closes)")
                throw PolicyError(fault, at: window.place)
            }
            return (opens, closes)
        }
        dataGrowth = try reader.number("data_growth", in: 0...1_000)
        metricDecay = try reader.share("metric_decay")
        decaySignificance = try reader.optionalOpenShare("decay_significance")
        (reactions, regression) = try reader.required(section: "reactions") { reader in
            var reactions: [BaseChange: Reaction] = [:]
            for change in BaseChange.allCases {
                // Policies of their own were written before these two were told apart.
                reactions[change] =
                    [.gated, .endOfLife].contains(change)
                    ? try reader.optional(change.rawValue, among: Reaction.self) ?? .inWindow
                    : try reader.required(change.rawValue, among: Reaction.self)
            }
            return (reactions, try reader.required("regression", among: Reaction.self))
        }
    }
}
