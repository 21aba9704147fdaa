import Faults

extension PolicyError: Explained {
    public var explanation: Explanation { Explanation(what, at: "\(place)", next: next, kind: .usage) }

    private var what: String {
        switch reason {
        case .parentIsNoName(let text): "'\(text)' is not the name of a policy."
        case .unknownParent(let name, _): "No policy is named '\(name)'."
        case .chainTooLong(let limit): "Policies extend each other in more than \(limit) steps, perhaps in a circle."
        case .unknownSchema(let text): "'\(text)' is not a policy schema that this version reads."
        case .identityOverridden(let key): "An adapter cannot set '\(key)' of its policy."
        case .outOfRange(let text, let wanted): "This should be \(wanted), but is \(text)."
        case .windowClosesBeforeItOpens(let opens, let closes):
            "The retraining window closes after \(closes), which is not later than it opens (\(opens))."
        case .priceInOtherCurrency(let key, let meant, let wanted):
            "'\(key)' is a price in \(meant), but the policy that extends this one counts in \(wanted)."
        }
    }

    private var next: String {
        switch reason {
        case .parentIsNoName: "Write a name such as 'default', without folder or ending."
        case .unknownParent(_, let nearest?): "Did you mean '\(nearest)'?"
        case .unknownParent(let name, nil): "Put \(name).yaml beside this file."
        case .chainTooLong: "Remove an 'extends' from the chain."
        case .unknownSchema: "Write 'schema: lora.policy/1'."
        case .identityOverridden: "Name another policy under 'policy', or write one that extends this."
        case .outOfRange(_, let wanted): "Write \(wanted)."
        case .windowClosesBeforeItOpens: "Let 'closes' be longer than 'opens'."
        case .priceInOtherCurrency(let key, _, let wanted): "State '\(key)' in \(wanted) beside the currency."
        }
    }
}
