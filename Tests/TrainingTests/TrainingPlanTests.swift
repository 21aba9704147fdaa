import Llama
import StrictJSON
import Testing

@testable import Training

@Suite struct TrainingPlanTests {
    private func options(_ members: JSONValue) throws -> TrainingOptions {
        try TrainingOptions(declared: #require(members.objectValue))
    }

    private func plan(_ members: (String, JSONValue)...) throws -> TrainingPlan {
        try TrainingPlan(typed: options(.object(JSONObject(members))))
    }

    @Test func theGuidesSettingsAreTheDefaults() throws {
        let expected: JSONValue = [
            "method": "qlora", "precision": "fp32", "r": 16, "lora_alpha": 16.0, "lora_dropout": 0.0, "bias": "none",
            "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            "use_rslora": false, "batch_size": 2, "gradient_accumulation_steps": 4, "warmup_steps": 10.0, "max_steps": 500,
            "learning_rate": 0.0002, "lr_scheduler_type": "cosine", "min_lr": 0.0, "num_cycles": 1, "weight_decay": 0.01,
            "optim": "adamw_8bit", "adam_beta1": 0.9, "adam_beta2": 0.999, "adam_epsilon": 1e-8, "max_grad_norm": 1.0,
            "seed": 3407, "max_length": 2048, "gradient_checkpointing": true, "completion_only_loss": true, "shuffle": true,
            "chat_date": "2024-07-26", "logging_steps": 10, "eval_steps": 0.1, "save_steps": 50, "save_total_limit": 2,
        ]
        #expect(try plan().json == expected)
    }

    @Test func typedOptionsBeatDeclaredOnesAndBothBeatDefaults() throws {
        let declared = try options(["r": 32, "seed": 7, "num_train_epochs": 2])
        let typed = try options(["seed": 8, "max_steps": 20])
        let plan = try TrainingPlan(typed: typed, declared: declared)
        #expect(plan.rank == 32)
        #expect(plan.seed == 8)
        #expect(plan.length == .steps(20))
        #expect(try TrainingPlan(typed: TrainingOptions(), declared: declared).length == .epochs(2))
    }

    @Test func aBaseOfBrainFloatsIsComputedWithThemWhereTheProcessorCan() throws {
        func plan(_ json: JSONValue, _ stored: BasePrecision, _ multiplies: Bool) throws -> [String] {
            let plan = try TrainingPlan(typed: options(json), stored: stored, multipliesBrainFloats: multiplies)
            return [plan.storage.rawValue, plan.precision.rawValue]
        }
        #expect(try plan(["method": "lora"], .fp32, true) == ["fp32", "fp32"])
        #expect(try plan(["method": "lora"], .bf16, true) == ["bf16", "bf16"])
        #expect(try plan(["method": "lora"], .bf16, false) == ["bf16", "fp32"])
        #expect(try plan(["method": "lora", "precision": "bf16"], .fp32, false) == ["bf16", "bf16"])
        #expect(try plan([:], .bf16, true) == ["nf4", "bf16"])
        #expect(try plan([:], .fp32, true) == ["nf4", "fp32"])
    }

    @Test(
        arguments: [
            ("r", 0), ("r", 1025), ("lora_alpha", 0), ("lora_dropout", 1), ("lora_dropout", -0.1), ("bias", "all"),
            ("target_modules", []), ("target_modules", ["lm_head"]), ("batch_size", 0), ("gradient_accumulation_steps", 0),
            ("warmup_steps", -1), ("warmup_steps", 1.5), ("max_steps", 0), ("num_train_epochs", 0), ("learning_rate", 0),
            ("learning_rate", 11), ("lr_scheduler_type", "cosinus"), ("weight_decay", -0.1), ("optim", "sgd"),
            ("adam_beta2", 1), ("adam_epsilon", 0), ("max_grad_norm", -1), ("seed", -1), ("max_length", 1),
            ("chat_date", "2023-02-29"), ("logging_steps", 0), ("save_steps", -1), ("save_total_limit", 0), ("shuffle", "yes"),
            ("eval_steps", 0), ("eval_steps", 1.5), ("min_lr", 1), ("method", "galore"), ("precision", "int8"),
        ] as [(String, JSONValue)])
    func valuesOutsideOfWhatAnOptionTakesAreRefusedByName(name: String, value: JSONValue) throws {
        let error = try #require(throws: PlanError.self) { try plan((name, value)) }
        guard case .notAllowed(let option, _) = error else { Issue.record("\(error)"); return }
        #expect(option.rawValue == name)
        #expect(error.explanation.kind == .usage)
        #expect(error.explanation.next == "It takes \(option.allowed).")
    }

    @Test func settingsThatCannotBothHoldAreRefused() throws {
        #expect(throws: PlanError.contradiction(.maxSteps, value: "5", .epochs, otherValue: "2.0")) {
            try plan(("max_steps", 5), ("num_train_epochs", 2))
        }
        #expect(throws: PlanError.contradiction(.scheduler, value: "cosine", .cycles, otherValue: "3")) {
            try plan(("num_cycles", 3))
        }
        #expect(throws: PlanError.contradiction(.scheduler, value: "constant", .warmup, otherValue: "10.0")) {
            try plan(("lr_scheduler_type", "constant"), ("warmup_steps", 10))
        }
        #expect(throws: PlanError.contradiction(.scheduler, value: "constant", .warmup, otherValue: "0.1")) {
            try plan(("lr_scheduler_type", "constant"), ("warmup_steps", 0.1))
        }
    }

    @Test func aConstantRateHasAWarmUpOnlyByItsOtherName() throws {
        #expect(try plan(("lr_scheduler_type", "constant")).warmup == 0)
        #expect(try plan(("lr_scheduler_type", "constant"), ("warmup_steps", 0)).warmup == 0)
        #expect(try plan(("lr_scheduler_type", "constant_with_warmup"), ("warmup_steps", 7)).warmup == 7)
    }

    @Test func aWarmUpThatIsDeclaredIsNoLessRefused() throws {
        let declared = try options(["warmup_steps": 5])
        #expect(throws: PlanError.contradiction(.scheduler, value: "constant", .warmup, otherValue: "5.0")) {
            try TrainingPlan(typed: options(["lr_scheduler_type": "constant"]), declared: declared)
        }
    }

    @Test func evaluationsComeBySharesOrSteps() throws {
        #expect(try plan().evaluationInterval(plannedSteps: 500) == 50)
        #expect(try plan().evaluationInterval(plannedSteps: 3) == 1)
        #expect(try plan(("eval_steps", 0.25)).evaluationInterval(plannedSteps: 10) == 3)
        #expect(try plan(("eval_steps", 1)).evaluationInterval(plannedSteps: 500) == 1)
        #expect(try plan(("eval_steps", 200)).evaluationInterval(plannedSteps: 500) == 200)
    }

    @Test func anotherRankKeepsTheScaleOfTheAdapter() throws {
        let first = try plan(("r", 16), ("lora_alpha", 24))
        let second = first.escalated(toRank: 32)
        #expect(second.rank == 32 && second.alpha == 48)
        #expect(second == (try plan(("r", 32), ("lora_alpha", 48))))
    }

    @Test func anUnknownOptionNamesTheNearestKnownOne() throws {
        let error = try #require(throws: PlanError.self) { try plan(("learning_rat", 1)) }
        #expect(error.explanation.what == "No training option is named 'learning_rat'.")
        #expect(error.explanation.next == "Did you mean 'learning_rate'?")
    }

    @Test func everyOptionCanBeDeclaredFromThePlansOwnJSON() throws {
        let first = try plan(
            ("r", 8), ("use_rslora", true), ("num_train_epochs", 1.5), ("target_modules", "q_proj, v_proj"),
            ("memory_budget", "6GB"))
        let members = try #require(first.json.objectValue)
        #expect(try TrainingPlan(typed: options(first.json)) == first)
        #expect(members.count == TrainingOption.allCases.count - 1, "all but max_steps, which the epochs replace")
    }

    @Test func theDigestChangesWithWhatDecidesTheWeightsAndOnlyWithThat() throws {
        let first = try plan()
        #expect(try plan(("logging_steps", 1), ("save_steps", 0), ("save_total_limit", 9)).digest == first.digest)
        #expect(try plan(("seed", 1)).digest != first.digest)
        #expect(try plan(("gradient_checkpointing", false)).digest == first.digest)
    }

    @Test func daysAreCountedAsTheCalendarCounts() throws {
        // Seconds by `date -u -d DAY +%s`, plus the 43,200 to noon.
        #expect(CalendarDay("2024-07-26")?.noon.timeIntervalSince1970 == 1_721_995_200.0)
        #expect(CalendarDay("1969-12-31")?.noon.timeIntervalSince1970 == -43_200.0)
        #expect(CalendarDay("2000-02-29")?.noon.timeIntervalSince1970 == 951_825_600.0)
        #expect(CalendarDay("1900-02-29") == nil)
        #expect(CalendarDay("2024-7-26") == nil)
        #expect(CalendarDay("0999-01-02")?.description == "0999-01-02")
    }
}
