import Digests
import StrictJSON
import Tensors

/// What a run reads, by digest: two runs of equal plans and equal inputs leave equal adapters.
public struct TrainingInputs: Sendable, Hashable {
    /// Of the plan (`TrainingPlan.digest`).
    public let plan: ContentDigest
    /// Of the base's files (`BaseFiles.digest`).
    public let base: ContentDigest
    /// Of tokens and labels (`Dataset.digest`).
    public let data: ContentDigest
    /// Of the adapter file that the run started from; nil for a fresh adapter.
    public let parent: ContentDigest?
    /// Of the held-out rows and the limits that the run rule judges by; nil when it judges nothing.
    public let heldOut: ContentDigest?

    public init(
        plan: ContentDigest, base: ContentDigest, data: ContentDigest, parent: ContentDigest?, heldOut: ContentDigest?
    ) {
        self.plan = plan
        self.base = base
        self.data = data
        self.parent = parent
        self.heldOut = heldOut
    }
}

extension TrainingInputs {
    var json: JSONValue {
        [
            "plan": .string(plan.description), "base": .string(base.description), "data": .string(data.description),
            "parent": parent.map { .string($0.description) } ?? .null,
            "held_out": heldOut.map { .string($0.description) } ?? .null,
        ]
    }

    init?(_ json: JSONValue) {
        func digest(_ key: String) -> ContentDigest? { json[key]?.stringValue.flatMap { ContentDigest($0) } }
        func isAbsent(_ key: String) -> Bool { json[key]?.isNull == true }
        guard let plan = digest("plan"), let base = digest("base"), let data = digest("data"),
            isAbsent("parent") || digest("parent") != nil, isAbsent("held_out") || digest("held_out") != nil
        else { return nil }
        self.init(plan: plan, base: base, data: data, parent: digest("parent"), heldOut: digest("held_out"))
    }

    /// The first input that is not the same.
    func difference(from other: TrainingInputs) -> CheckpointError.Input? {
        if base != other.base { return .base }
        if data != other.data { return .data }
        if parent != other.parent { return .parent }
        if heldOut != other.heldOut { return .heldOut }
        return plan == other.plan ? nil : .plan
    }
}
