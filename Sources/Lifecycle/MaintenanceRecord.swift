import Adapters
import Registry
import StrictJSON

/// What maintenance writes into the ledger of an adapter when it begins a training, and when that is over: what the next check goes on from.
enum MaintenanceRecord {
    enum Answer: String, CaseIterable {
        case begun, admitted, refused, failed, interrupted
    }

    static let schema = "lora.maintenance/1"

    /// - Parameter cause: what the training starts from, by which attempts at the same are counted.
    static func decision(
        _ answer: Answer, of item: AdapterName, _ details: JSONValue, cause: JSONValue, at time: Timestamp
    ) -> Decision {
        Decision(
            adapter: item, question: .retrain, answer: answer.rawValue,
            verdict: ["schema": .string(schema), "cause": cause, "details": details], at: time)
    }

    /// The base and the data that a training would start from.
    static func cause(_ base: BaseIdentity, _ dataset: DatasetVersion) -> JSONValue {
        [
            "base": .string("\(base.digest)"),
            "train": .string("\(dataset.train.digest)"),
            "held_out": dataset.heldOut.map { .string("\($0.digest)") } ?? .null,
        ]
    }
}

extension Decision {
    /// What maintenance said with it; nil for another verdict.
    var maintenance: MaintenanceRecord.Answer? {
        guard question == .retrain, verdict["schema"]?.stringValue == MaintenanceRecord.schema else { return nil }
        return MaintenanceRecord.Answer(rawValue: answer)
    }
}

extension [Decision] {
    /// The trainings since the last version that maintenance made, oldest first.
    private var sinceLastVersion: ArraySlice<Decision> {
        let retrainings = filter { $0.maintenance != nil }
        let last = retrainings.lastIndex { $0.maintenance == .admitted }
        return last.map { retrainings[retrainings.index(after: $0)...] } ?? retrainings[...]
    }

    /// Trainings from this cause that failed or whose process died; and when the last of them was known to have.
    func failures(from cause: JSONValue) -> (count: Int, last: Timestamp?) {
        var (count, last, isOpen) = (0, Timestamp?.none, false)
        for decision in sinceLastVersion where decision.verdict["cause"] == cause {
            switch decision.maintenance {
            case .begun:
                // whoever began before has not come back
                if isOpen { (count, last) = (count + 1, decision.at) }
                isOpen = true
            case .failed: (count, last, isOpen) = (count + 1, decision.at, false)
            default: isOpen = false
            }
        }
        // and the last one, since nobody trains now
        return (isOpen ? count + 1 : count, last)
    }

    /// Hours and money of a month, and how many trainings began today, by the name of the policy that each began under.
    ///
    /// A process that died counts until the next training of its adapter began, and no longer than it was expected to take.
    func expenses(of month: Timestamp, today: Timestamp) -> [String: TrainingExpense] {
        var (expenses, open) = ([String: TrainingExpense](), [AdapterName: Decision]())
        for decision in self {
            guard let answer = decision.maintenance else { continue }
            if let begun = open.removeValue(forKey: decision.adapter) {
                let hours = begun.hours(until: decision, of: month)
                let price = begun.detail("machine_hour")?.doubleValue ?? 0
                expenses[begun.policyName, default: TrainingExpense()].add(TrainingExpense(hours: hours, money: hours * price))
            }
            guard answer == .begun else { continue }
            open[decision.adapter] = decision
            if decision.at >= today, decision.detail("resumes")?.boolValue != true {
                expenses[decision.policyName, default: TrainingExpense()].runs += 1
            }
        }
        return expenses
    }
}

extension Decision {
    func detail(_ key: String) -> JSONValue? { verdict["details"]?[key] }

    /// The policy that was judged by; a record of maintenance says it among its details.
    public var policy: JSONValue? { verdict["policy"] ?? detail("policy") }

    fileprivate var policyName: String { detail("policy")?["name"]?.stringValue ?? "" }

    /// How much of the training that this began lies in a month.
    fileprivate func hours(until next: Decision, of month: Timestamp) -> Double {
        let start = Swift.max(at, month)
        let hours = Swift.max(0, Double(next.at.secondsSinceEpoch - start.secondsSinceEpoch) / 3_600)
        guard next.maintenance == .begun, let expected = detail("expected_hours")?.doubleValue, expected > 0 else { return hours }
        return Swift.min(hours, expected)
    }
}
