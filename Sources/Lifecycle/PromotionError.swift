import Adapters
import Faults

/// Why an alias stays where it is.
public enum PromotionError: Error, Hashable {
    /// It is protected, and the evidence does not pass.
    case refused(PromotionEvidence)
    /// It is protected, and would be taken away.
    case protected(AdapterName, AliasName)
    /// The version belongs to another adapter.
    case foreign(VersionID, AdapterName)
}

extension PromotionError: Explained {
    public var explanation: Explanation {
        switch self {
        case .refused(let evidence):
            Explanation(
                "'\(evidence.alias)' is protected and may not move to \(evidence.version). "
                    + evidence.failures.map { "\($0.rule): \($0.reason)" }.joined(separator: " "),
                next: Self.next(evidence), kind: .verification)
        case .protected(let adapter, let alias):
            Explanation(
                "'\(alias)' is protected; taking it away leaves whoever uses \(adapter)@\(alias) with nothing.",
                next: "When nobody does, remove it with --force and a --reason.", kind: .verification)
        case .foreign(let version, let adapter):
            Explanation(
                "\(version) is no version of '\(adapter)'.", next: "`lora show \(adapter)` shows its versions.", kind: .usage)
        }
    }

    private static func next(_ evidence: PromotionEvidence) -> String {
        let lacksMeasurement = evidence.failures.contains { ["evidence", "declared_data"].contains($0.rule) }
        return
            (lacksMeasurement
            ? "`lora evaluate \(evidence.version)` measures it on the declared rows; then try again"
            : "Train a better version") + ", or move it all the same with --force and a --reason."
    }
}
