import StrictYAML

/// What each key of a policy says, for `lora policy explain`. A test holds it against the keys that the shipped policies have.
public enum PolicyGuide {
    /// By the key's full name; in the words of a sentence that begins with the key.
    public static let words: [String: String] = ownWords.merging(CostKey.guide) { own, _ in own }

    private static let ownWords: [String: String] = [
        "schema": "the form of the file, lora.policy/1",
        "extends": "the policy whose keys count wherever this file has none; a key that is left empty drops an optional rule",
        "name": "how adapters and verdicts name the policy",
        "summary": "what it is for, in a sentence",
        "should_finetune.base_error.above":
            "share of held-out rows, 0 to 1, that the base must answer wrongly before fine-tuning is worth it",
        "should_finetune.base_error.confidence":
            "confidence, between 0 and 1, of the interval around a measured error: Wilson's, for scores the bootstrap's",
        "should_finetune.base_error.decide_on":
            "interval: an interval across the threshold is not enough evidence; point: the estimate alone decides",
        "should_finetune.base_error.fresh_for":
            "span after which a measurement of the base is no evidence any more; optional, without it for ever",
        "should_finetune.examples.at_least":
            "fewest effective training rows: without repeated, leaked, empty and over-long ones",
        "should_finetune.horizon.at_least": "shortest span for which the adapter must be needed",
        "should_finetune.signals.prompting_accuracy_below":
            "accuracy by prompting, 0 to 1, below which the signal speaks for fine-tuning",
        "should_finetune.signals.prompt_tokens_above":
            "length of the prompt in tokens above which the signal speaks for fine-tuning",
        "should_finetune.signals.domain_vocabulary_ratio_above":
            "tokens per word on this data over those on general text; above it the signal speaks for fine-tuning",
        "run_rule.falling.by":
            "share by which the last held-out losses must lie below those before, for the loss to be falling still",
        "run_rule.falling.over": "how many evaluations count as the last ones",
        "run_rule.extend_to": "times max_steps that a run may take whose loss is still falling; 1 never extends",
        "run_rule.patience": "evaluations of an extended run without a new lowest loss that end it",
        "run_rule.underfitting.training_loss_above": "nats per token; with the next key: a run that stays above both underfits",
        "run_rule.underfitting.held_out_loss_above": "nats per token on the held-out rows",
        "run_rule.underfitting.rank": "the rank that is proposed to a run that underfits, or trained with --escalate",
        "run_rule.watchdog.times_lowest": "factor over the lowest loss of a step that counts as far above it",
        "run_rule.watchdog.above_lowest": "nats above the lowest loss of a step that it must be, too",
        "run_rule.watchdog.steps": "steps in a row so far above that stop the run",
        "gate.rows_at_least": "fewest held-out rows behind a candidate's error; optional",
        "gate.beats_base.margin": "share of rows, 0 to 1, by which the candidate's error must lie below the base's",
        "gate.beats_base.significance":
            "largest p-value, between 0 and 1, against the base: by McNemar's test, for scores by exchange of rows; optional",
        "gate.keeps_production.largest_loss":
            "share of rows, 0 to 1, by which the candidate's error may exceed that of the version it succeeds",
        "gate.keeps_production.significance":
            "largest p-value, between 0 and 1, of a larger loss on the same rows that is no chance; optional, without it any such loss counts",
        "gate.keeps_slices.largest_loss":
            "share of rows, 0 to 1, by which the error in a slice may exceed that of the version it succeeds, else the base's; optional",
        "gate.keeps_slices.significance":
            "largest p-value, between 0 and 1, of a loss in a slice that is no chance, corrected for the number of slices",
        "gate.keeps_suites.largest_loss":
            "share of rows, 0 to 1, by which the error in an out-of-domain suite may exceed the base's; optional",
        "gate.keeps_suites.significance":
            "largest p-value, between 0 and 1, of a loss in a suite that is no chance, corrected for the number of suites",
        "gate.stops.at_least": "least share of written answers, 0 to 1, that end by themselves; optional",
        "gate.has_effect.at_least":
            "least change, in nats, that the adapter makes to the log-probability of some token of its golden probes; optional",
        "gate.keeps_probes": "true: each probe of `lora probe add` must be answered rightly; optional, false without it",
        "gate.forbids_leaks":
            "true: nothing may have been learned from rows that the held-out set knows; optional, false without it",
        "retraining.window.opens":
            "span after the last training before which nothing but a breaking change makes a retraining due",
        "retraining.window.closes": "span after the last training from which a retraining is due whatever happened",
        "retraining.data_growth": "growth of the effective rows since the training, as a share of them, that counts as grown",
        "retraining.metric_decay": "rise of the error since release, as a share of rows, that counts as decayed",
        "retraining.decay_significance":
            "largest p-value, between 0 and 1, of a rise on counted rows that is no chance; optional, without it any rise of that size counts",
        "retraining.reactions.removed": "reaction to a base whose folder is gone, or that the hub has no more",
        "retraining.reactions.gated": "reaction to a base whose owner now restricts access; optional, in_window without it",
        "retraining.reactions.end_of_life":
            "reaction to a base at the end of its life, by the registry's base-news.yaml; optional, in_window without it",
        "retraining.reactions.licence": "reaction to another licence",
        "retraining.reactions.tokenizer": "reaction to another tokenizer",
        "retraining.reactions.weights": "reaction to other weights",
        "retraining.reactions.config": "reaction to another config.json",
        "retraining.reactions.chat_template": "reaction to another chat template",
        "retraining.reactions.generation_config": "reaction to other generation settings",
        "retraining.reactions.cosmetic": "reaction to another description, README or picture",
        "retraining.reactions.regression": "reaction to a version that fails a check which it must keep passing",
        "unattended.promote": "true: what passes its gate goes into production; false: it waits as candidate for a person",
        "unattended.follow_base":
            "true: a base whose folder has changed is pinned anew before the training; false: that waits for a person",
        "unattended.attempts": "trainings of one cause that may fail before a person must look",
        "unattended.retry_after": "span from one such attempt to the next; twice as long after each further one",
        "unattended.budget.runs_per_day":
            "trainings that the check itself may begin in a day, over all adapters of the policy; optional",
        "unattended.budget.hours_per_month":
            "hours of the machine in a calendar month for trainings of the check itself, over all adapters of the policy; optional",
        "unattended.budget.money_per_month":
            "what those hours may cost at machine_hour, in the currency of the prices; no person's hours and no trainings by hand; optional",
        "unattended.quiet_hours": "hours by the clock of the machine in which no training begins, such as Mon-Fri 08:00-18:00",
        "retirement.base_error_at_most":
            "share of rows, 0 to 1: a base that errs on no more needs no adapter; optional",
        "retirement.advantage_below":
            "share of rows, 0 to 1: a version whose error lies below the base's by less is not worth its upkeep; optional",
        "retirement.after_horizon": "true: an adapter is given up once the horizon that it was declared with has passed",
        "retirement.confidence": "confidence of the intervals that these rules judge by, between 0 and 1",
        "prune.keep_last": "how many of the latest versions keep their weights",
        "prune.keep_served": "how many of the versions that an alias pointed to last keep theirs, for each alias",
        "merge.largest_divergence":
            "nats per supervised token, 0 or more: the mean KL divergence that a merged model may have from the adapter",
        "merge.least_agreement":
            "share of supervised tokens, 0 to 1, for which a merged model must find the same next token likeliest",
        "merge.largest_loss": "share of rows, 0 to 1, by which a merged model's error may exceed the adapter's",
    ]

    /// What the values of a reaction mean.
    public static func words(of reaction: Reaction) -> String {
        switch reaction {
        case .ignore: "nothing"
        case .inWindow: "a retraining is due once the window is open"
        case .breaking: "a retraining is due at once"
        case .breakingWhenFloating:
            "a retraining is due at once, unless the base is pinned by commit: then once the window is open"
        }
    }
}

/// A key of a policy with its value, and where that comes from.
public struct PolicySetting: Sendable, Hashable {
    public enum Origin: String, Sendable, Hashable {
        /// The policy `default`, which the others extend.
        case `default`
        /// Another policy.
        case file
        /// An adapter's declaration.
        case override
    }

    /// With its sections, such as `gate.beats_base.margin`.
    public let key: String
    /// As it is written.
    public let value: String
    /// The file, or that of a policy it extends, and the line.
    public let file: String?
    public let line: Int

    /// Whether it stands in an adapter's declaration.
    var isDeclared = false

    public var origin: Origin {
        if isDeclared { return .override }
        return (file ?? "").split(separator: "/").last == "default.yaml" ? .default : .file
    }
}

extension PolicySetting {
    /// A list counts as one value.
    init(listOf elements: [PolicySetting], at place: YAMLPlace) {
        self.init(key: place.key, value: elements.map(\.value).joined(separator: ", "), file: place.file, line: place.line)
    }
}
