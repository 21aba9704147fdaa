import Adapters
import Registry
import StrictJSON

/// What maintenance writes into the ledger of an adapter when it begins a training, and when that is over: what the next check goes on from.
enum MaintenanceRecord {
    enum Answer: String, CaseIterable {
        case begun, admitted, refused, failed, interrupted
        case shouldRetire = "should_retire"
    }

    /// - Parameter cause: what the training starts from, by which attempts at the same are counted.
    static func decision(
        _ answer: Answer, of item: AdapterName, _ details: JSONValue, cause: JSONValue, at time: Timestamp
    ) -> Decision {
        Decision(
            adapter: item, question: .retrain, answer: answer.rawValue,
            verdict: ["schema": "lora.maintenance/1", "cause": cause, "details": details], at: time)
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
    func isMaintenance(_ answer: MaintenanceRecord.Answer) -> Bool { question == .retrain && self.answer == answer.rawValue }
}

extension [Decision] {
    /// The trainings since the last version that maintenance made, oldest first.
    private var sinceLastVersion: ArraySlice<Decision> {
        let retrainings = filter { $0.question == .retrain && $0.verdict["schema"]?.stringValue == "lora.maintenance/1" }
        let last = retrainings.lastIndex { $0.answer == MaintenanceRecord.Answer.admitted.rawValue }
        return last.map { retrainings[retrainings.index(after: $0)...] } ?? retrainings[...]
    }

    /// Trainings from this cause that failed or whose process died; and when the last of them was known to have.
    func failures(from cause: JSONValue) -> (count: Int, last: Timestamp?) {
        var (count, last, isOpen) = (0, Timestamp?.none, false)
        for decision in sinceLastVersion where decision.verdict["cause"] == cause {
            switch MaintenanceRecord.Answer(rawValue: decision.answer) {
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

    /// Hours that trainings took from their beginning to their end, and how many began after a moment; one whose process died counts none.
    func expense(beganSince day: Timestamp) -> TrainingExpense {
        var (expense, begun) = (TrainingExpense(), [AdapterName: Timestamp]())
        for decision in self where decision.question == .retrain {
            guard decision.answer == MaintenanceRecord.Answer.begun.rawValue else {
                guard let start = begun.removeValue(forKey: decision.adapter) else { continue }
                expense.hours += Double(decision.at.secondsSinceEpoch - start.secondsSinceEpoch) / 3_600
                continue
            }
            begun[decision.adapter] = decision.at
            if decision.at >= day, decision.verdict["details"]?["resumes"]?.boolValue != true { expense.runs += 1 }
        }
        return expense
    }
}
