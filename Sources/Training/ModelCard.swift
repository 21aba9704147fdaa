import StrictJSON

/// README.md of an adapter, with the front matter that PEFT writes, or of a whole model; then what was trained and how.
public struct ModelCard: Sendable, Hashable {
    public static let fileName = "README.md"

    let base: BaseReference
    let plan: TrainingPlan
    let trainerState: TrainerState
    let rows: Int
    /// Rows that were not learned from because the held-out set knows them.
    let leftOutRows: Int

    public var text: String {
        """
        \(plan.method.trainsAdapter ? adapterFront : modelFront)

        Trained by LoRA Keeper with method \(plan.method.rawValue) for \(trainerState.step) steps on \(rows) rows
        (\(trainerState.log.tokensSeen) tokens read).\(leaks) \(origin)

        ## Training

        | option | value |
        |---|---|
        \(options)

        \(losses)\(plan.method.trainsAdapter ? frameworks : "")
        """
    }

    private var adapterFront: String { Self.front(ofAdapterFor: base.name) }

    /// The front matter that PEFT writes, and the title.
    public static func front(ofAdapterFor base: String) -> String {
        """
        ---
        base_model: \(quoted(base))
        library_name: peft
        pipeline_tag: text-generation
        tags:
        - \(quoted("base_model:adapter:" + base))
        - lora
        - transformers
        ---

        # LoRA adapter for \(base)
        """
    }

    private var modelFront: String { Self.front(ofModelFrom: base.name, title: "Full fine-tune of \(base.name)") }

    /// The front matter of a whole model that was made of another, and the title.
    public static func front(ofModelFrom base: String, title: String) -> String {
        """
        ---
        base_model: \(quoted(base))
        library_name: transformers
        pipeline_tag: text-generation
        tags:
        - \(quoted("base_model:finetune:" + base))
        ---

        # \(title)
        """
    }

    private var origin: String {
        plan.method.trainsAdapter ? "The base is not included\(revision)." : "All weights are included\(baseRevision)."
    }

    private var frameworks: String {
        """

        ### Framework versions

        - PEFT 0.21.2 (folder format)

        """
    }

    private var leaks: String {
        switch leftOutRows {
        case 0: ""
        case 1: "\n1 row that also stands in the held-out set was left out."
        default: "\n\(leftOutRows) rows that also stand in the held-out set were left out."
        }
    }

    private var revision: String { base.revision.map { "; its revision is \($0)" } ?? "" }
    private var baseRevision: String { base.revision.map { "; the base's revision is \($0)" } ?? "" }

    private var options: String {
        TrainingOption.allCases.compactMap { option in
            plan[option].map { "| \(option.rawValue) | \($0.stringValue ?? $0.text()) |" }
        }.joined(separator: "\n")
    }

    private var losses: String {
        guard let first = trainerState.log.entries.first, let last = trainerState.log.entries.last else { return "" }
        guard first.step < last.step else { return "Training loss: \(first.loss) at step \(first.step).\n" }
        return "Training loss: \(first.loss) at step \(first.step), \(last.loss) at step \(last.step).\n" + heldOutLoss
    }

    private var heldOutLoss: String {
        guard let conclusion = trainerState.conclusion, let best = conclusion.best else { return "" }
        return "Held-out loss: \(best.heldOutLoss) at step \(best.step), whose weights these are. \(conclusion.because)\n"
    }

    /// Plain where YAML allows it, else in double quotes as JSON, which YAML reads alike.
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x2F, 0x3A, 0x5F].contains(byte)
        }
        let startsPlain = text.utf8.first.map { $0 != 0x2D && $0 != 0x3A } ?? false
        return isPlain && startsPlain && text.utf8.last != 0x3A ? text : JSONValue.string(text).text()
    }
}
