import Adapters
import Export
import StrictJSON

extension AdoptionPlan {
    public var json: JSONValue { .object(JSONObject([("schema", "lora.adoption/1"), ("state", "planned")] + members)) }

    fileprivate var members: [(String, JSONValue)] {
        [
            ("adapter", .string(declaration.name.text)), ("base", .string(base.name.text)),
            ("layout", .string(adapter.layout.rawValue)), ("pairs", .integer(adapter.pairs.count)),
            ("verbatim", .bool(adapter.isVerbatim)), ("left_out", .array(adapter.foreign.map(\.json))),
            ("unknown", .array(unknown.map { .string($0) })), ("warnings", .array(warnings.map { .string($0) })),
            ("settings", .object(adapter.settings)), ("dataset", manifest?.version.json ?? .null),
        ]
    }
}

extension AdoptedVersion {
    public var json: JSONValue {
        .object(
            JSONObject(
                [
                    ("schema", "lora.adoption/1"), ("state", "adopted"), ("version", .string("\(version)")),
                    ("commit", .string("\(commit)")), ("tag", .string(version.tag)),
                ] + plan.members + [
                    ("weights", .string("\(taken.weights.digest)")), ("largest_difference", .number(taken.largestDifference)),
                    (
                        "weight_changes",
                        .array(taken.proof.map { ["module": .string($0.module), "difference": .number($0.difference)] })
                    ),
                ]))
    }
}

extension ForeignPart {
    fileprivate var json: JSONValue {
        ["kind": .string(kind.rawValue), "name": .string(name), "what": .string(what), "loss": .bool(isLoss)]
    }
}
