import Faults

extension AdapterError: Explained {
    public var explanation: Explanation {
        switch self {
        case .nothingChosen(let targets):
            Explanation(
                "No linear of the model is chosen by target modules \(targets).", next: Self.choices, kind: .usage)
        case .unknownTargets(let names, let nearest):
            Explanation(
                "The model has no linear named \(names.joined(separator: ", ")).",
                next: nearest.map { "Did you mean '\($0)'?" } ?? Self.choices, kind: .usage)
        case .badPattern(let pattern):
            Explanation(
                "'\(pattern.prefix(200))' is not a regular expression that can be followed.",
                next: "Name the modules in a list, or use groups, classes, repetitions, anchors and lookahead only.", kind: .usage
            )
        case .badNumber(let key, let found, let allowed):
            Explanation("\(key) is \(found), which is not \(allowed).", next: "Give \(key) a value \(allowed).", kind: .usage)
        case .foreignTensor(let name, let file, let nearest):
            Explanation(
                "The tensor '\(name)' belongs to no module that adapter_config.json targets in this base.", at: file,
                next: nearest.map { "Expected a name such as '\($0)'." }
                    ?? "Use the adapter with the base it was trained on.", kind: .integrity)
        }
    }

    private static let choices =
        "Choose among q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, or all-linear."
}
